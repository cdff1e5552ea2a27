package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// loaded is the region in testdata and samples that give every status.
func loaded(t *testing.T) (*config.Region, []kpi.Sample, time.Time) {
	t.Helper()
	region, err := config.Load("testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	measured := at.Add(-2 * time.Hour)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	division := func(name string) kpi.Labels { return kpi.NewLabels(kpi.Label{Name: "division", Value: name}) }
	return region, []kpi.Sample{
		{KPI: "beds_available", Labels: ward("Kirurgi"), Value: 33, AsOf: measured},
		{KPI: "beds_available", Labels: ward("Ortopedi"), Value: 24, AsOf: measured},
		{KPI: "beds_occupied", Labels: ward("Kirurgi"), Value: 36, AsOf: measured},
		{KPI: "beds_occupied", Labels: ward("Ortopedi"), Value: 20, AsOf: measured.Add(-8 * time.Hour)},
		{KPI: "bed_occupancy_ratio", Labels: ward("Kirurgi"), Value: 36. / 33, AsOf: measured},
		{KPI: "bed_occupancy_ratio", Labels: ward("Ortopedi"), Value: 20. / 24, AsOf: measured},
		{KPI: "net_cost_sek", Labels: division("Psykiatri"), Value: 120.04e6, AsOf: at.AddDate(0, 0, -17)},
		{KPI: "net_cost_sek", Labels: division("Länssjukvård 2"), Value: 1234.5e6, AsOf: at.AddDate(0, 0, -17)},
		{KPI: "agency_fte", Labels: division("Psykiatri"), Value: 2.7, AsOf: at.AddDate(0, 0, -17)},
		{KPI: "wait_seconds", Labels: kpi.NewLabels(kpi.Label{Name: "specialty", Value: "Ögon"}), AsOf: at, Histogram: &kpi.Histogram{Bounds: []float64{2592000, 7776000}, Counts: []uint64{3, 9}, Count: 10, Sum: 10 * 40 * 86400}},
		{KPI: "wait_seconds", Labels: kpi.NewLabels(kpi.Label{Name: "specialty", Value: "Urologi"}), AsOf: at, Histogram: &kpi.Histogram{Bounds: []float64{2592000, 7776000}, Counts: []uint64{0, 9}, Count: 30, Sum: 30 * 80 * 86400}},
	}, at
}

func assess(region *config.Region, samples []kpi.Sample, at time.Time) plan.Assessments {
	return plan.Assessments{At: at, Targets: plan.Assess(region.Plan.Targets, region.KPIs, samples, nil, at, region.Location)}
}

func made(t *testing.T) *report.Report {
	t.Helper()
	region, samples, at := loaded(t)
	return report.New(region, assess(region, samples, at.UTC()), samples, nil)
}

// languages are the region's.
func languages(t *testing.T, r *report.Report) (sv, en *language.Language) {
	t.Helper()
	all := r.Region.Languages.All()
	return all[0], all[1]
}

func TestWrite(t *testing.T) {
	r := made(t)
	sv, en := languages(t, r)
	tests := []struct {
		file     string
		format   format.Format
		language *language.Language
	}{
		{"table_sv.txt", format.Table, sv},
		{"table_en.txt", format.Table, en},
		{"report.json", format.JSON, sv},
		{"report_sv.csv", format.CSV, sv},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			var out bytes.Buffer
			if err := r.Write(&out, tt.format, tt.language); err != nil {
				t.Fatal(err)
			}
			golden(t, tt.file, out.Bytes())
		})
	}
	if err := r.Write(io.Discard, format.Prometheus, en); err == nil {
		t.Error("a report in a format that it does not have")
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is written now; -update writes it anew\n%s", file, got)
	}
}

func TestWorstFirst(t *testing.T) {
	r := made(t)
	var order []string
	for _, row := range r.Rows {
		name := row.KPI.Name
		if row.Target != nil {
			name = row.Target.ID
		}
		order = append(order, name)
	}
	want := "beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry beds_occupied wait_seconds"
	got := strings.Join(order, " ")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Every KPI of the region is in the report.
func TestNoKPIIsMissing(t *testing.T) {
	region, _, at := loaded(t)
	r := report.New(region, assess(region, nil, at), nil, nil)
	shown := map[string]bool{}
	for _, row := range r.Rows {
		shown[row.KPI.Name] = true
		want := status.Unknown
		if row.Target == nil {
			want = status.NoTarget
		}
		if row.Actual != nil || row.Status != want || row.Reason != plan.NoFigure {
			t.Errorf("%s without a figure: %v %v %q", row.KPI.Name, row.Actual, row.Status, row.Reason)
		}
	}
	for _, name := range region.KPIs.Names() {
		if !shown[name] {
			t.Errorf("%s is not in the report", name)
		}
	}
}

// Assessments of another configuration, as there are for a moment of a reload,
// leave out what the region does not have.
func TestAssessmentOfAnotherRegion(t *testing.T) {
	region, samples, at := loaded(t)
	assessments := assess(region, samples, at)
	gone := *assessments.Targets[0].KPI
	gone.Name = "gone"
	assessments.Targets[0].KPI = &gone
	r := report.New(region, assessments, samples, nil)
	for _, row := range r.Rows {
		if row.KPI.Name == "gone" || row.Target != nil && row.Target.ID == assessments.Targets[0].Target.ID {
			t.Errorf("a row of %s", row.KPI.Name)
		}
	}
}

// A figure that rests on a withheld cell is not shown, and the report says why.
func TestWithheld(t *testing.T) {
	region, samples, at := loaded(t)
	for i := range samples {
		if samples[i].KPI == "beds_occupied" || samples[i].KPI == "bed_occupancy_ratio" {
			samples[i].Value, samples[i].Withheld = 0, true
		}
	}
	for _, row := range report.New(region, assess(region, samples, at), samples, nil).Rows {
		if name := row.KPI.Name; (name == "beds_occupied" || name == "bed_occupancy_ratio") && (row.Actual != nil || row.Reason != plan.Withheld) {
			t.Errorf("%s: %v, %q", name, row.Actual, row.Reason)
		}
	}
}

// A table is never wider than a terminal, whatever the texts.
func TestTableWidth(t *testing.T) {
	r := made(t)
	for i := range r.Rows {
		r.Rows[i].KPI.Title = language.Text{"sv": r.Rows[i].KPI.Title["sv"] + strings.Repeat(" och mycket mer", 9*(i%2))}
		r.Rows[i].Where = append(r.Rows[i].Where, strings.Repeat("Specialistsjuksköterska", i%3+1))
	}
	sv, _ := languages(t, r)
	var out bytes.Buffer
	if err := r.Write(&out, format.Table, sv); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 120 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// A figure that no one can write harms no other.
func TestOneBadValue(t *testing.T) {
	region, samples, at := loaded(t)
	assessments := assess(region, samples, at)
	assessments.Targets[0].Actual, assessments.Targets[0].Margin = new(math.NaN()), new(math.Inf(-1))
	assessments.Targets[1].Forecast, assessments.Targets[1].Expected = new(math.Inf(1)), new(math.NaN())
	r := report.New(region, assessments, samples, nil)
	_, en := languages(t, r)
	for _, f := range report.Formats() {
		var out bytes.Buffer
		if err := r.Write(&out, f, en); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if text := readable(t, f, out.Bytes()); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || strings.Contains(text, "∞") || !strings.Contains(text, "24") {
			t.Errorf("%s:\n%s", f, text)
		}
	}
}

// JSON has exactly the keys that programs were promised.
func TestJSONKeys(t *testing.T) {
	var out bytes.Buffer
	r := made(t)
	sv, _ := languages(t, r)
	if err := r.Write(&out, format.JSON, sv); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(out.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	keys := []string{
		"kpi", "target", "labels", "unit", "actual", "expected", "target_value", "margin_ratio", "status", "reason", "forecast", "data_time", "cite",
		"since_month", "since_year", "signal", "assurance", "mean", "lower_limit", "upper_limit",
		"forecast_low", "forecast_high", "forecast_method", "no_forecast", "spent_on", "basis", "margin", "status_then",
	}
	for _, object := range objects {
		if len(object) != len(keys) {
			t.Errorf("%d keys: %v", len(object), object)
		}
		for _, key := range keys {
			if _, ok := object[key]; !ok {
				t.Errorf("no %s: %v", key, object)
			}
		}
	}
}
