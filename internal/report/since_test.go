package report_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
)

// A month before, all was as it is but for what a case changes.
var monthBefore = time.Date(2025, 2, 18, 22, 59, 59, 0, time.UTC)

// before are the samples as they were: those that are named by KPI, or KPI and ward or
// division, with another value, and without those that are gone.
func before(samples []kpi.Sample, values map[string]float64, gone ...string) []kpi.Sample {
	var all []kpi.Sample
	for _, s := range samples {
		key := strings.TrimSpace(s.KPI + " " + s.Labels.Get("ward") + s.Labels.Get("division"))
		if value, ok := values[key]; ok {
			s.Value = value
		}
		s.AsOf = monthBefore.Add(-time.Hour)
		if !slices.Contains(gone, s.KPI) && !slices.Contains(gone, key) {
			all = append(all, s)
		}
	}
	return all
}

// since compares the report of the region in testdata with the one of a month before.
func since(t *testing.T, region *config.Region, now, then []kpi.Sample, at time.Time) *report.Report {
	t.Helper()
	earlier := report.New(region, assess(region, then, monthBefore), then, nil)
	return report.New(region, assess(region, now, at), now, nil).Against(earlier).Changed()
}

// The rows are left whose status has changed, or that have got or lost a figure; each
// says what it was, and the heading how many went which way.
func TestSince(t *testing.T) {
	region, samples, at := loaded(t)
	kalix := kpi.Sample{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Kalix"}), Value: 10, AsOf: monthBefore}
	same := map[string]float64{"net_cost_sek Länssjukvård 2": 620e6, "net_cost_sek Psykiatri": 70e6} // as far over and under as now
	with := func(values map[string]float64) map[string]float64 {
		all := map[string]float64{}
		for _, m := range []map[string]float64{same, values} {
			maps.Copy(all, m)
		}
		return all
	}
	tests := []struct {
		name         string
		now, then    []kpi.Sample
		rows, sv, en string
		was          string // of each row, in English
	}{
		{
			"nothing", samples, before(samples, same),
			"", "Bara det som har ändrats sedan 2025-02-18 23:59: sämre 0, bättre 0", "Only what has changed since 2025-02-18 23:59: worse 0, better 0", "",
		},
		{
			"worse and better", samples, before(samples, with(map[string]float64{"beds_available Kirurgi": 38, "beds_available Ortopedi": 20, "bed_occupancy_ratio Kirurgi": 0})),
			"beds-surgery beds-orthopaedics",
			"Bara det som har ändrats sedan 2025-02-18 23:59: sämre 1, bättre 1", "Only what has changed since 2025-02-18 23:59: worse 1, better 1",
			"was on plan|was warning",
		},
		{
			"worse, and a warning still", samples, before(samples, with(map[string]float64{"agency_fte Psykiatri": 1})),
			"", "Bara det som har ändrats sedan 2025-02-18 23:59: sämre 0, bättre 0", "Only what has changed since 2025-02-18 23:59: worse 0, better 0", "",
		},
		{
			"figures that were not there", samples, before(samples, same, "bed_occupancy_ratio", "beds_occupied", "wait_seconds"),
			"occupancy beds_occupied wait_seconds",
			"Bara det som har ändrats sedan 2025-02-18 23:59: sämre 0, bättre 0, nytt att bedöma 1, annat som ändrats 2",
			"Only what has changed since 2025-02-18 23:59: worse 0, better 0, newly judged 1, otherwise changed 2",
			"was unknown|had no figure|had no figure",
		},
		{
			"figures that are lost", slices.DeleteFunc(slices.Clone(samples), func(s kpi.Sample) bool { return s.KPI == "wait_seconds" }), append(before(samples, same), kalix),
			"beds-kalix wait_seconds",
			"Bara det som har ändrats sedan 2025-02-18 23:59: sämre 0, bättre 0, bedöms inte längre 1, annat som ändrats 1",
			"Only what has changed since 2025-02-18 23:59: worse 0, better 0, no longer judged 1, otherwise changed 1",
			"was on plan|had a figure",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := since(t, region, tt.now, tt.then, at)
			if got := names(changed); got != tt.rows {
				t.Errorf("rows %s, want %s", got, tt.rows)
			}
			sv, en := languages(t, changed)
			if got := changed.Compared.Words(sv); got != tt.sv {
				t.Errorf("%q, want %q", got, tt.sv)
			}
			if got := changed.Compared.Words(en); got != tt.en {
				t.Errorf("%q, want %q", got, tt.en)
			}
			var was []string
			for _, row := range changed.Rows {
				was = append(was, row.ThenWords(en))
			}
			if got := strings.Join(was, "|"); got != tt.was {
				t.Errorf("%s, want %s", got, tt.was)
			}
		})
	}
}

// A figure that does not add up over a label is of several places, of which one may come
// or go.
func TestSincePlaces(t *testing.T) {
	region, samples, at := loaded(t)
	for i, entry := range region.KPIs.Entries() {
		if entry.Name == "wait_seconds" {
			region.KPIs.Entries()[i].SeparateBy = []string{"specialty"}
		}
	}
	eyes := func(s kpi.Sample) bool { return s.Labels.Get("specialty") == "Ögon" }
	changed := since(t, region, slices.DeleteFunc(slices.Clone(samples), eyes), before(samples, map[string]float64{"net_cost_sek Länssjukvård 2": 620e6, "net_cost_sek Psykiatri": 70e6}), at)
	_, en := languages(t, changed)
	if len(changed.Rows) != 1 || changed.Rows[0].Place(en) != "Ögon" || changed.Rows[0].Actual != nil || changed.Rows[0].ThenWords(en) != "had a figure" {
		t.Errorf("rows %+v", changed.Rows)
	}
}

// Every format says what a row was.
func TestSinceWrite(t *testing.T) {
	region, samples, at := loaded(t)
	changed := since(t, region, samples, before(samples, map[string]float64{"net_cost_sek Länssjukvård 2": 620e6, "net_cost_sek Psykiatri": 70e6, "beds_available Kirurgi": 36}, "wait_seconds"), at)
	sv, _ := languages(t, changed)
	for f, file := range map[format.Format]string{format.Table: "since_sv.txt", format.CSV: "since_sv.csv"} {
		var out bytes.Buffer
		if err := changed.Write(&out, f, sv); err != nil {
			t.Fatal(err)
		}
		golden(t, file, out.Bytes())
	}
	var out bytes.Buffer
	if err := changed.Write(&out, format.JSON, sv); err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Target *string `json:"target"`
		Then   *string `json:"status_then"`
	}
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Then == nil || *rows[0].Then != "warning" || rows[1].Target != nil || rows[1].Then != nil {
		t.Errorf("%s", out.String())
	}
}
