package report_test

import (
	"bytes"
	"strings"
	"testing"

	"planwatch/internal/format"
	"planwatch/internal/report"
)

// The head of the report says how many targets of each area, and of each value of the
// first dimension, are off plan, of those that are judged.
func TestTallies(t *testing.T) {
	region, samples, at := loaded(t)
	whole := report.New(region, assess(region, samples, at), samples, nil)
	tests := []struct {
		name string
		r    *report.Report
		want string // the lines between the counts and the rows
	}{
		{"all", whole, `OMRÅDE    AVVIKER    ANSVARIG  AVVIKER
Pengarna   2 av 3    Kirurgi    1 av 3
Vården     1 av 3    Ekonomi    1 av 2
                     Personal   1 av 1`},
		{"an area", only(t, whole, report.Choice{Areas: []string{"care"}}), `OMRÅDE  AVVIKER    ANSVARIG  AVVIKER
Vården   1 av 3    Kirurgi    1 av 3`},
		{"a division that is on plan", only(t, whole, report.Choice{Labels: map[string][]string{"division": {"Psykiatri"}}}), `Område utan avvikelse: Pengarna
Ansvarig utan avvikelse: Ekonomi`},
		{"by status", only(t, whole, report.Choice{Statuses: []string{"critical"}}), ""},
		{
			"what has changed", since(t, region, samples, before(samples, map[string]float64{"beds_available Kirurgi": 38, "net_cost_sek Länssjukvård 2": 0, "net_cost_sek Psykiatri": 300e6}), at),
			`OMRÅDE          AVVIKER    ANSVARIG        AVVIKER
Pengarna  2 av 3, var 2    Kirurgi   1 av 3, var 0
Vården    1 av 3, var 0    Ekonomi   1 av 2, var 1
                           Personal  1 av 1, var 1`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sv, _ := languages(t, tt.r)
			var out bytes.Buffer
			if err := tt.r.Write(&out, format.Table, sv); err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(out.String(), "\n\n")
			got := strings.Join(parts[1:len(parts)-1], "\n\n")
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
