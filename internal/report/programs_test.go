package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"testing"

	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
)

// Programs are told the margin in the KPI's unit, positive where the figure is the
// better; as a share only of what is not 0.
func TestMargins(t *testing.T) {
	share := kpi.Entry{KPI: kpi.KPI{Name: "share", Unit: "ratio", Better: kpi.Lower}, Base: base(t, "ratio")}
	beds := kpi.Entry{KPI: kpi.KPI{Name: "beds", Unit: "beds", Better: kpi.Higher}, Base: base(t, "beds")}
	empty := kpi.Entry{KPI: kpi.KPI{Name: "empty", Unit: "beds", Better: kpi.Lower}, Base: base(t, "beds")}
	tests := []struct {
		name                    string
		entry                   kpi.Entry
		ratio, actual, expected *float64
		margin, shown           *float64
		marginInCSV, shareInCSV string
	}{
		{"worse", beds, new(-0.1), new(18.0), new(20.0), new(-2.0), new(-0.1), "-2", "-0.1"},
		{"better", beds, new(0.1), new(22.0), new(20.0), new(2.0), new(0.1), "2", "0.1"},
		{"equal", beds, new(0.0), new(20.0), new(20.0), new(0.0), new(0.0), "0", "0"},
		{"a worse share", share, new(-0.1), new(0.33), new(0.3), new(-0.03), new(-0.1), "-0.03", "-0.1"},
		{"a better share", share, new(0.1), new(0.27), new(0.3), new(0.03), new(0.1), "0.03", "0.1"},
		{"worse than nothing", empty, new(-1.0), new(3.0), new(0.0), new(-3.0), nil, "-3", ""},
		{"nothing, as expected", empty, new(0.0), new(0.0), new(0.0), new(0.0), nil, "0", ""},
		{"too early", beds, nil, new(3.0), new(20.0), nil, nil, "", ""},
		{"no figure", beds, nil, nil, new(20.0), nil, nil, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &report.Report{Rows: []report.Row{{KPI: tt.entry, Margin: tt.ratio, Actual: tt.actual, Expected: tt.expected}}}
			sv := regiontest.Languages(t).First()
			var out bytes.Buffer
			if err := r.Write(&out, format.JSON, sv); err != nil {
				t.Fatal(err)
			}
			var rows []struct {
				Margin *float64 `json:"margin"`
				Ratio  *float64 `json:"margin_ratio"`
			}
			if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
				t.Fatal(err)
			}
			if !same(rows[0].Margin, tt.margin) || !same(rows[0].Ratio, tt.shown) {
				t.Errorf("%s", out.String())
			}
			out.Reset()
			if err := r.Write(&out, format.CSV, sv); err != nil {
				t.Fatal(err)
			}
			lines, err := csv.NewReader(&out).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for i, column := range lines[0] {
				if want, ok := map[string]string{"margin": tt.marginInCSV, "margin_ratio": tt.shareInCSV}[column]; ok && lines[1][i] != want {
					t.Errorf("%s %q, want %q", column, lines[1][i], want)
				}
			}
		})
	}
}

func same(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
