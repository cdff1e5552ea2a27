package report_test

import (
	"testing"

	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
	"planwatch/internal/unit"
	"planwatch/plan"
)

func base(t *testing.T, name string) unit.Unit {
	t.Helper()
	u, err := regiontest.Units(t).Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// All figures of a row are told in one measure: the KPI's own, or the one that
// suits the largest of them.
func TestMeasure(t *testing.T) {
	bySize := kpi.Entry{KPI: kpi.KPI{Unit: "sek"}, Base: base(t, "sek")}
	inTkr := kpi.Entry{KPI: kpi.KPI{Unit: "sek", Measure: "tkr"}, Base: base(t, "sek")}
	inHours := kpi.Entry{KPI: kpi.KPI{Unit: "seconds", Measure: "hours"}, Base: base(t, "seconds")}
	share := kpi.Entry{KPI: kpi.KPI{Unit: "ratio"}, Base: base(t, "ratio")}
	beds := kpi.Entry{KPI: kpi.KPI{Unit: "beds"}, Base: base(t, "beds")}
	languages := regiontest.Languages(t)
	tests := []struct {
		name           string
		row            report.Row
		figure, number string // of the actual, in Swedish
		english        string // the figure
	}{
		{"by its size", report.Row{KPI: bySize, Actual: new(180e3)}, "180\u00a0tkr", "180", "180\u00a0TSEK"},
		{"beside a larger one", report.Row{KPI: bySize, Actual: new(180e3), Expected: new(9.4e6)}, "0,2\u00a0mnkr", "0,2", "0.2\u00a0MSEK"},
		{"beside a larger forecast", report.Row{KPI: bySize, Actual: new(180e3), Forecast: new(-9.4e6)}, "0,2\u00a0mnkr", "0,2", "0.2\u00a0MSEK"},
		{"in the KPI's own", report.Row{KPI: inTkr, Actual: new(180e6)}, "180\u00a0000\u00a0tkr", "180\u00a0000", "180,000\u00a0TSEK"},
		{"hours, few", report.Row{KPI: inHours, Actual: new(4 * 3600.0)}, "4,0\u00a0tim", "4,0", "4.0\u00a0h"},
		{"hours of work", report.Row{KPI: inHours, Actual: new(14756.4 * 3600), Expected: new(3600.0)}, "14\u00a0756\u00a0tim", "14\u00a0756", "14,756\u00a0h"},
		{"a share", report.Row{KPI: share, Actual: new(0.074)}, "7,4\u00a0%", "7,4\u00a0%", "7.4%"},
		{"beside one that is nearly the same", report.Row{KPI: share, Actual: new(0.10001), Expected: new(0.1)}, "10,001\u00a0%", "10,001\u00a0%", "10.001%"},
		{"things", report.Row{KPI: beds, Actual: new(38.0)}, "38", "38", "38"},
		{"none", report.Row{KPI: beds, Expected: new(38.0)}, "–", "–", "–"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sv, en := languages.All()[0], languages.All()[1]
			if got := tt.row.Figure(sv, tt.row.Actual); got != tt.figure {
				t.Errorf("figure %q, want %q", got, tt.figure)
			}
			if got := tt.row.Number(sv, tt.row.Actual); got != tt.number {
				t.Errorf("number %q, want %q", got, tt.number)
			}
			if got := tt.row.Figure(en, tt.row.Actual); got != tt.english {
				t.Errorf("in English %q, want %q", got, tt.english)
			}
		})
	}
}

// The distance to plan is a share of what is expected, but of a share, and of nothing
// expected, the distance itself.
func TestMarginFigure(t *testing.T) {
	languages := regiontest.Languages(t)
	share := kpi.Entry{KPI: kpi.KPI{Unit: "ratio", Better: kpi.Lower}, Base: base(t, "ratio")}
	beds := kpi.Entry{KPI: kpi.KPI{Unit: "beds", Better: kpi.Higher}, Base: base(t, "beds")}
	gap := kpi.Entry{KPI: kpi.KPI{Unit: "ratio", Measure: "percentage_points", Better: kpi.Lower}, Base: base(t, "ratio")}
	empty := kpi.Entry{KPI: kpi.KPI{Unit: "beds", Better: kpi.Lower}, Base: base(t, "beds")}
	tests := []struct {
		name                     string
		entry                    kpi.Entry
		margin, actual, expected *float64
		sv, en                   string
	}{
		{"none", beds, nil, new(1.0), new(1.0), "–", "–"},
		{"better", beds, new(0.1234), new(1.1234), new(1.0), "+12,3\u00a0%", "+12.3%"},
		{"worse", beds, new(-0.709), new(0.291), new(1.0), "\u221270,9\u00a0%", "-70.9%"},
		{"equal", beds, new(0.0), new(1.0), new(1.0), "0,0\u00a0%", "0.0%"},
		{"equal to one decimal", beds, new(0.0001), new(1.0001), new(1.0), "0,0\u00a0%", "0.0%"},
		{"a worse share", share, new(-2.709), new(0.0742), new(0.02), "\u22125,4\u00a0procentenheter", "-5.4\u00a0percentage points"},
		{"a better share", share, new(0.5), new(0.01), new(0.02), "+1,0\u00a0procentenheter", "+1.0\u00a0percentage points"},
		{"a gap in percentage points", gap, new(0.4), new(0.01), new(0.014), "+0,4\u00a0procentenheter", "+0.4\u00a0percentage points"},
		{"worse than nothing", empty, new(-1.0), new(3.0), new(0.0), "\u22123", "-3"},
		{"nothing, as expected", empty, new(0.0), new(0.0), new(0.0), "0", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := report.Row{KPI: tt.entry, Margin: tt.margin, Actual: tt.actual, Expected: tt.expected}
			if got := row.MarginFigure(languages.All()[0]); got != tt.sv {
				t.Errorf("sv: %q, want %q", got, tt.sv)
			}
			if got := row.MarginFigure(languages.All()[1]); got != tt.en {
				t.Errorf("en: %q, want %q", got, tt.en)
			}
		})
	}
	// Of a ceiling that much is left: a budget of which nothing is spent is not 100 % better.
	ceiling := report.Row{
		KPI: empty, Margin: new(1.0), Actual: new(0.0), Expected: new(24.0),
		Target: &plan.Target{Terms: plan.Terms{Phasing: plan.Phasing{AtOnce: true}}},
	}
	if got := ceiling.MarginFigure(languages.All()[1]); got != "+24" {
		t.Errorf("of a ceiling %q is left", got)
	}
}

// A change of a share is told in percentage points, as exactly as the share.
func TestChangeFigure(t *testing.T) {
	share := kpi.Entry{KPI: kpi.KPI{Unit: "ratio"}, Base: base(t, "ratio")}
	beds := kpi.Entry{KPI: kpi.KPI{Unit: "beds"}, Base: base(t, "beds")}
	bySize := kpi.Entry{KPI: kpi.KPI{Unit: "sek"}, Base: base(t, "sek")}
	fine := share
	fine.Base.Measures = append([]unit.Measure{}, share.Base.Measures...)
	fine.Base.Measures[0].Decimals = 2
	languages := regiontest.Languages(t)
	for name, c := range map[string]struct {
		row    report.Row
		change *float64
		sv, en string
	}{
		"a share that fell":     {report.Row{KPI: share, Actual: new(0.769)}, new(-0.003), "\u22120,3\u00a0procentenheter", "-0.3\u00a0percentage points"},
		"a share that rose":     {report.Row{KPI: share, Actual: new(0.769)}, new(0.021), "+2,1\u00a0procentenheter", "+2.1\u00a0percentage points"},
		"by less than is shown": {report.Row{KPI: share, Actual: new(0.769)}, new(0.0003), "0,0\u00a0procentenheter", "0.0\u00a0percentage points"},
		"a share in hundredths": {report.Row{KPI: fine, Actual: new(0.0123)}, new(0.0003), "+0,03\u00a0procentenheter", "+0.03\u00a0percentage points"},
		"things":                {report.Row{KPI: beds, Actual: new(38.0)}, new(2.0), "+2", "+2"},
		"money":                 {report.Row{KPI: bySize, Actual: new(9.4e6)}, new(-180e3), "\u22120,2\u00a0mnkr", "-0.2\u00a0MSEK"},
		"none":                  {report.Row{KPI: share, Actual: new(0.769)}, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.row.ChangeFigure(languages.All()[0], c.change); got != c.sv {
				t.Errorf("sv: %q, want %q", got, c.sv)
			}
			if got := c.row.ChangeFigure(languages.All()[1], c.change); got != c.en {
				t.Errorf("en: %q, want %q", got, c.en)
			}
		})
	}
}
