package kpi_test

import (
	"testing"

	"planwatch/internal/kpi"
)

func TestFunnelOf(t *testing.T) {
	ratio := kpi.KPI{Name: "share", Ratio: &kpi.Ratio{Of: "part", To: "all"}}
	says := func(f kpi.Funnel) kpi.KPI {
		k := ratio
		k.Funnel = f
		return k
	}
	sum := func(name, partOf string) kpi.KPI { return kpi.KPI{Name: name, Aggregate: kpi.Sum, PartOf: partOf} }
	most := kpi.KPI{Name: "part", Aggregate: kpi.Max, PartOf: "all"}
	tests := []struct {
		name    string
		of, one kpi.KPI
		want    kpi.Funnel
	}{
		{"nothing is said", ratio, sum("part", ""), kpi.NoFunnel},
		{"a part", ratio, sum("part", "all"), kpi.FunnelProportion},
		{"a part of something else", ratio, sum("part", "more"), kpi.NoFunnel},
		{"a part that does not add up", ratio, most, kpi.NoFunnel},
		{"it is said", says(kpi.FunnelRate), sum("part", ""), kpi.FunnelRate},
		{"no ratio", kpi.KPI{Name: "part"}, sum("part", "all"), kpi.NoFunnel},
		{"of what there is not", ratio, sum("other", ""), kpi.NoFunnel},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := kpi.NewCatalogue([]kpi.Entry{{KPI: tt.one}, {KPI: sum("all", "")}, {KPI: tt.of}})
			if got := c.FunnelOf(tt.of); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
