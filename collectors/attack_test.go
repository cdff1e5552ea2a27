package collectors_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/attacktest"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// collected is what planwatch publishes of the table, and its attack.
func collected(t *testing.T, table table) (*collectors.Definition, attacktest.Table) {
	t.Helper()
	d := load(t, "attacked", table.definition())
	ask := func(context.Context, time.Time) (*warehouse.Result, error) { return table.result(), nil }
	run, err := d.Collect(t.Context(), ask, asOf)
	if err != nil {
		t.Fatal(err)
	}
	return d, attacktest.Table{KPIs: d.KPIs, Truth: table.truth(), Published: run.Samples}
}

// attack fails the test for each thing that a reader learns of the table.
func attack(t *testing.T, name string, table table) attacktest.Table {
	t.Helper()
	_, attacked := collected(t, table)
	breaches, err := attacked.Breaches()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, b := range breaches {
		t.Errorf("%s: %s", name, b)
	}
	if len(breaches) > 0 {
		t.Logf("%s: min_count %d\n%s", name, table.n, drawn(attacked))
	}
	return attacked
}

// drawn is the table with brackets around what is withheld.
func drawn(table attacktest.Table) string {
	hidden := map[string]bool{}
	for _, s := range table.Published {
		hidden[s.KPI+s.Labels.Key()] = s.Withheld
	}
	var lines []string
	for _, k := range table.KPIs {
		for _, s := range table.Truth {
			if s.KPI != k.Name {
				continue
			}
			line := fmt.Sprintf("%s{%s} ", s.KPI, s.Labels)
			figure := fmt.Sprint(s.Value)
			if h := s.Histogram; h != nil {
				figure = fmt.Sprint(h.Counts, h.Count)
			}
			if hidden[s.KPI+s.Labels.Key()] {
				figure = "(" + figure + ")"
			}
			lines = append(lines, line+figure)
		}
	}
	return strings.Join(lines, "\n")
}

// Nobody learns from what is published of a table what is withheld of it.
func TestRandomTablesKeepWhatTheyWithhold(t *testing.T) {
	const chunks, each = 20, 60
	shapes := []shape{
		{labels: 1, values: 10, names: []string{"whole", "part", "other", "cost", "share", "waits", "flat"}},
		{labels: 2, values: 5, names: []string{"whole", "part", "cost", "share", "flat"}},
		{labels: 2, values: 4, names: []string{"whole", "part", "other", "share", "waits"}},
		{labels: 3, values: 3, names: []string{"whole", "other", "cost"}},
		{labels: 3, values: 3, names: []string{"whole", "part", "waits"}},
	}
	for chunk := range uint64(chunks) {
		t.Run(fmt.Sprintf("seeds %d to %d", chunk*each, chunk*each+each-1), func(t *testing.T) {
			t.Parallel()
			withheld := 0
			for seed := chunk * each; seed < (chunk+1)*each; seed++ {
				table := randomTable(seed, shapes[seed%uint64(len(shapes))])
				for _, s := range attack(t, fmt.Sprintf("seed %d", seed), table).Published {
					if s.Withheld {
						withheld++
					}
				}
			}
			if withheld < each {
				t.Errorf("%d figures were withheld: too few to have tried anything", withheld)
			}
		})
	}
}

func figures(values ...float64) []*float64 {
	all := make([]*float64, len(values))
	for i := range values {
		if values[i] >= 0 {
			all[i] = &values[i]
		}
	}
	return all
}

// groupAt is a group at labels a and b, "x/y"; what is below zero is missing.
func groupAt(where string, whole, part, other, cost float64, waits ...float64) group {
	a, b, _ := strings.Cut(where, "/")
	v := figures(whole, part, other, cost)
	return group{
		labels: kpi.NewLabels(kpi.Label{Name: "a", Value: a}, kpi.Label{Name: "b", Value: b}),
		whole:  v[0], part: v[1], other: v[2], cost: v[3], waits: waits,
	}
}

// Each case is a way in which withheld figures were once given away.
func TestKnownWeaknesses(t *testing.T) {
	const no = -1
	one := func(where string, whole float64) group { return groupAt(where, whole, no, no, no) }
	tests := []struct {
		name   string
		names  []string
		groups []group
		// shown and hidden are figures that must be so, as "whole x/u".
		shown, hidden []string
	}{
		{
			"money beside a withheld count", []string{"whole", "cost"},
			[]group{groupAt("x/", 3, no, no, 30000), groupAt("y/", 9, no, no, 1), groupAt("z/", 60, no, no, 2), groupAt("w/", 70, no, no, 2)},
			[]string{"whole w/", "cost w/"}, []string{"cost x/", "whole x/"},
		},
		{
			"money where no count is", []string{"whole", "cost"},
			[]group{groupAt("x/", 30, no, no, 30000), groupAt("y/", no, no, no, 1)},
			[]string{"cost x/"}, []string{"cost y/"},
		},
		{
			"a total of 163, and one row of 160", []string{"whole"},
			[]group{one("/", 163), one("x/", 160)},
			nil, nil,
		},
		{
			"a total of 163, a row of 160 and one of 3", []string{"whole"},
			[]group{one("/", 163), one("x/", 160), one("y/", 3)},
			nil, []string{"whole y/"},
		},
		{
			"two whose sum is 2", []string{"whole"},
			[]group{one("x/", 1), one("y/", 1), one("z/", 9), one("w/", 40)},
			[]string{"whole w/"}, []string{"whole x/", "whole y/"},
		},
		{
			"two whose sum is 4", []string{"whole"},
			[]group{one("x/", 2), one("y/", 2), one("z/", 9), one("w/", 40)},
			[]string{"whole w/"}, []string{"whole x/", "whole y/", "whole z/"},
		},
		{
			"labels within labels", []string{"whole"},
			[]group{one("x/", 63), one("x/u", 60), one("x/v", 3), one("y/", 90), one("y/w", 50), one("y/r", 40), one("/", 153)},
			nil, []string{"whole x/v"},
		},
		{
			"two blocks that one cell joins", []string{"whole"},
			[]group{
				one("x/u", 2), one("x/v", 9), one("y/u", 9), one("y/v", 14), one("y/w", 11), one("z/v", 11), one("z/w", 2),
				one("x/r", 50), one("y/r", 51), one("z/r", 52), one("s/u", 60), one("s/v", 61), one("s/w", 62),
			},
			nil, []string{"whole x/u", "whole z/w"},
		},
		{
			"a whole that is its part and a rest of 3", []string{"whole", "part", "other"},
			[]group{groupAt("x/", 90, 87, 3, no), groupAt("y/", 60, 30, 30, no), groupAt("z/", 50, 20, 30, no), groupAt("w/", 70, 40, 30, no)},
			nil, []string{"other x/"},
		},
		{
			"a rest of 3 that is no figure", []string{"whole", "part", "share"},
			[]group{groupAt("x/", 90, 87, no, no), groupAt("y/", 60, 30, no, no), groupAt("z/", 50, 20, no, no), groupAt("w/", 70, 40, no, no)},
			nil, []string{"share x/"},
		},
		{
			"a ratio beside its withheld part", []string{"whole", "part", "share"},
			[]group{groupAt("x/", 90, 3, no, no), groupAt("y/", 60, 30, no, no), groupAt("z/", 50, 20, no, no), groupAt("w/", 70, 40, no, no)},
			nil, []string{"share x/", "part x/"},
		},
		{
			"classes of 1 to 4", []string{"whole", "waits"},
			[]group{
				groupAt("x/", 30, no, no, no, 20, 1, 5, 4), groupAt("y/", 90, no, no, no, 20, 30, 40, 0), groupAt("z/", 44, no, no, no, 11, 11, 11, 11),
				groupAt("w/", 200, no, no, no, 50, 50, 50, 50),
			},
			nil, []string{"waits x/"},
		},
		{
			"classes that agree with a part", []string{"whole", "part", "waits"},
			[]group{
				groupAt("x/", 30, 3, no, no, 1, 2, 20, 7), groupAt("y/", 90, 50, no, no, 20, 30, 40, 0), groupAt("z/", 44, 22, no, no, 11, 11, 11, 11),
				groupAt("w/", 200, 100, no, no, 50, 50, 50, 50),
			},
			nil, []string{"part x/", "waits x/"},
		},
		{
			"classes that are few in twos and not in threes", []string{"waits"},
			[]group{
				groupAt("x/", no, no, no, no, 16, 1, 20, 9), groupAt("y/", no, no, no, no, 50, 3, 1894, 12), groupAt("z/", no, no, no, no, 31, 2, 40, 10),
				groupAt("w/", no, no, no, no, 13, 5, 712, 17), groupAt("v/", no, no, no, no, 14, 15, 112, 27),
			},
			nil, []string{"waits x/", "waits y/", "waits z/"},
		},
		{
			"a line of one", []string{"whole"},
			[]group{one("x/u", 3), one("y/v", 70), one("z/w", 80)},
			[]string{"whole y/v", "whole z/w"}, []string{"whole x/u"},
		},
		{
			"zeros", []string{"whole"},
			[]group{one("x/", 0), one("y/", 0), one("z/", 9)},
			[]string{"whole x/", "whole y/", "whole z/"}, nil,
		},
		{
			"zeros beside one of 3", []string{"whole"},
			[]group{one("x/", 0), one("y/", 0), one("z/", 3), one("w/", 40)},
			nil, []string{"whole z/", "whole w/"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			attacked := attack(t, tt.name, table{labels: []string{"a", "b"}, n: 5, names: tt.names, groups: tt.groups})
			withheld := map[string]bool{}
			for _, s := range attacked.Published {
				withheld[s.KPI+" "+s.Labels.Get("a")+"/"+s.Labels.Get("b")] = s.Withheld
			}
			for want, cells := range map[bool][]string{false: tt.shown, true: tt.hidden} {
				for _, cell := range cells {
					if got, ok := withheld[cell]; !ok || got != want {
						t.Errorf("%s withheld: %v, want %v\n%s", cell, got, want, drawn(attacked))
					}
				}
			}
		})
	}
}
