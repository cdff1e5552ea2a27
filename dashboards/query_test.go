package dashboards

import (
	"testing"

	"planwatch/internal/naming"
)

func TestFigure(t *testing.T) {
	const where = `{county=~"$county",practice=~"$practice"}`
	tests := []struct {
		name, kpi string
		labels    []string
		quantile  float64
		want      string
	}{
		{"a sum", "appointments_held", []string{"county"}, 0,
			`sum by (county) (max without (instance, job) (kpi_appointments_held` + where + `))`},
		{"a sum over all labels", "appointments_held", nil, 0,
			`sum (max without (instance, job) (kpi_appointments_held` + where + `))`},
		{"a mean", "cost_gbp", []string{"county", "practice"}, 0,
			`avg by (county, practice) (max without (instance, job) (kpi_cost_gbp` + where + `))`},
		{"every label", "appointments_held", []string{"county", "practice", "profession_code"}, 0,
			`max by (county, practice, profession_code) (kpi_appointments_held` + where + `)`},
		{"no labels", "calls_answered_ratio", nil, 0,
			`max (kpi_calls_answered_ratio)`},
		{"a ratio", "appointments_missed_ratio", []string{"county"}, 0,
			`sum by (county) (max without (instance, job) (kpi_appointments_missed` + where + `) and max without (instance, job) (kpi_appointments_held` + where + `))` +
				` / (sum by (county) (max without (instance, job) (kpi_appointments_held` + where + `) and max without (instance, job) (kpi_appointments_missed` + where + `)) != 0)`},
		{"a histogram", "wait_seconds", []string{"county"}, 0.9,
			`histogram_quantile(0.9, sum by (le, county) (max without (instance, job) (kpi_wait_seconds_bucket{county=~"$county"})))`},
	}
	r := newGenerator(highland(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entry, ok := r.region.KPIs.Get(tt.kpi)
			if !ok {
				t.Fatalf("no KPI %s", tt.kpi)
			}
			if got := r.figure(entry.KPI, r.region.Collector(entry.Collector), tt.labels, tt.quantile); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A target of the whole region is not one of any county.
func TestPlanned(t *testing.T) {
	r := newGenerator(highland(t))
	entry, _ := r.region.KPIs.Get("appointments_missed_ratio")
	want := []string{
		`max without (instance, job) (plan_expected{kpi="appointments_missed_ratio",county="",practice="",profession_code="",county=~"$county",practice=~"$practice"})`,
		`max without (instance, job) (plan_expected{kpi="appointments_missed_ratio",county="Ross",practice="North",profession_code="",county=~"$county",practice=~"$practice"})`,
	}
	cells := r.cells[entry.Name]
	if len(cells) != len(want) {
		t.Fatalf("%d cells, want %d", len(cells), len(want))
	}
	for i, c := range cells {
		if got := r.planned(naming.PlanExpected, entry.KPI, r.region.Collector(entry.Collector), c); got != want[i] {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
}

func TestQuotes(t *testing.T) {
	for _, tt := range []struct{ name, got, want string }{
		{"equals", equals("practice", "a\"b\\c\nd"), `practice="a\"b\\c\nd"`},
		{"one of", oneOf("practice", []string{"a.b", `"c"`}), `practice=~"a\\.b|\"c\""`},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, tt.got, tt.want)
		}
		if _, err := promParser.ParseExpr("{" + tt.got + "}"); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
