package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// region is the configuration in testdata and samples that give every status.
func region(t *testing.T) (*config.Config, []kpi.Sample, time.Time) {
	t.Helper()
	cfg, err := config.Load("testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, cfg.Location)
	measured := at.Add(-2 * time.Hour)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	division := func(name string) kpi.Labels { return kpi.NewLabels(kpi.Label{Name: "division", Value: name}) }
	return cfg, []kpi.Sample{
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

func made(t *testing.T) *report.Report {
	t.Helper()
	cfg, samples, at := region(t)
	return report.New(report.Input{
		Region: cfg.Region, Collectors: cfg.Collectors, Samples: samples, At: at.UTC(), Location: cfg.Location,
		Targets: plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), samples, at, cfg.Location),
	})
}

func TestWrite(t *testing.T) {
	r := made(t)
	tests := []struct {
		file     string
		format   report.Format
		language report.Language
	}{
		{"table_sv.txt", report.Table, report.Swedish},
		{"table_en.txt", report.Table, report.English},
		{"report.json", report.JSON, report.Swedish},
		{"report_sv.csv", report.CSV, report.Swedish},
		{"report_sv.md", report.Markdown, report.Swedish},
		{"report_en.md", report.Markdown, report.English},
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
	want := "beds-surgery agency net-cost-surgery beds-kalix occupancy beds-orthopaedics net-cost-psychiatry beds_occupied wait_seconds"
	got := strings.Join(order, " ")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Every KPI of the region is in the report.
func TestNoKPIIsMissing(t *testing.T) {
	cfg, _, at := region(t)
	r := report.New(report.Input{
		Region: cfg.Region, Collectors: cfg.Collectors, At: at, Location: cfg.Location,
		Targets: plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), nil, at, cfg.Location),
	})
	shown := map[string]bool{}
	for _, row := range r.Rows {
		shown[row.KPI.Name] = true
		if row.Actual != nil || row.Status != plan.Unknown || row.Reason != plan.NoFigure {
			t.Errorf("%s without a figure: %v %v %q", row.KPI.Name, row.Actual, row.Status, row.Reason)
		}
	}
	for name := range cfg.Catalogue().KPIs {
		if !shown[name] {
			t.Errorf("%s is not in the report", name)
		}
	}
}

// A figure that rests on a withheld cell is not shown, and the report says why.
func TestWithheld(t *testing.T) {
	cfg, samples, at := region(t)
	for i := range samples {
		if samples[i].KPI == "beds_occupied" || samples[i].KPI == "bed_occupancy_ratio" {
			samples[i].Value, samples[i].Withheld = 0, true
		}
	}
	r := report.New(report.Input{
		Region: cfg.Region, Collectors: cfg.Collectors, Samples: samples, At: at, Location: cfg.Location,
		Targets: plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), samples, at, cfg.Location),
	})
	for _, row := range r.Rows {
		if name := row.KPI.Name; (name == "beds_occupied" || name == "bed_occupancy_ratio") && (row.Actual != nil || row.Reason != plan.Withheld) {
			t.Errorf("%s: %v, %q", name, row.Actual, row.Reason)
		}
	}
}

// A table is never wider than a terminal, whatever the texts.
func TestTableWidth(t *testing.T) {
	r := made(t)
	for i := range r.Rows {
		r.Rows[i].KPI.Title.SV += strings.Repeat(" och mycket mer", 9*(i%2))
		r.Rows[i].Where = append(r.Rows[i].Where, strings.Repeat("Specialistsjuksköterska", i%3+1))
	}
	var out bytes.Buffer
	if err := r.Write(&out, report.Table, report.Swedish); err != nil {
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
	cfg, samples, at := region(t)
	assessments := plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), samples, at, cfg.Location)
	assessments[0].Actual, assessments[0].Margin = new(math.NaN()), new(math.Inf(-1))
	assessments[1].Forecast, assessments[1].Expected = new(math.Inf(1)), new(math.NaN())
	r := report.New(report.Input{Region: cfg.Region, Collectors: cfg.Collectors, Targets: assessments, Samples: samples, At: at, Location: cfg.Location})
	for _, format := range []report.Format{report.Table, report.JSON, report.CSV, report.Markdown} {
		var out bytes.Buffer
		if err := r.Write(&out, format, report.English); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if text := out.String(); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || !strings.Contains(text, "24") {
			t.Errorf("%s:\n%s", format, text)
		}
	}
}

// JSON has exactly the keys that programs were promised.
func TestJSONKeys(t *testing.T) {
	var out bytes.Buffer
	if err := made(t).Write(&out, report.JSON, report.English); err != nil {
		t.Fatal(err)
	}
	var objects []map[string]any
	if err := json.Unmarshal(out.Bytes(), &objects); err != nil {
		t.Fatal(err)
	}
	keys := []string{"kpi", "target", "labels", "unit", "actual", "expected", "target_value", "margin_ratio", "status", "reason", "forecast", "data_time", "cite"}
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

func TestParse(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"a format", said(report.ParseFormat("markdown")), "markdown"},
		{"another format", said(report.ParseFormat("xml")), `format: "xml" is not table, json, csv or markdown`},
		{"a language", said(report.ParseLanguage("en")), "en"},
		{"another language", said(report.ParseLanguage("de")), `lang: "de" is not sv or en`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got %s, want %s", tt.got, tt.want)
			}
		})
	}
}

func said[T ~string](value T, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(value)
}
