package report_test

import (
	"bytes"
	"strings"
	"testing"

	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/plan"
)

// What has no target and is there for another figure's sake is left out, and the last
// line says so. What has a target stays.
func TestWithoutParts(t *testing.T) {
	tests := []struct {
		name    string
		change  func(entries []kpi.Entry, targets []plan.Target)
		leftOut int
		rows    string
		sv, en  string
	}{
		{
			"a part of a ratio", func([]kpi.Entry, []plan.Target) {}, 1,
			"beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry wait_seconds",
			"1 del av ett annat nyckeltal, utan mål, visas inte; --all visar den", "1 part of another key figure, without a target, is left out; --all shows it",
		},
		{
			"some of the people of another", func(entries []kpi.Entry, _ []plan.Target) {
				for i := range entries {
					if entries[i].Name == "wait_seconds" {
						entries[i].PartOf = "beds_occupied"
					}
				}
			}, 2, "beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry",
			"2 delar av andra nyckeltal, utan mål, visas inte; --all visar dem", "2 parts of other key figures, without a target, are left out; --all shows them",
		},
		{
			"what a target takes its value from", func(_ []kpi.Entry, targets []plan.Target) {
				targets[0].ValueFrom = &plan.ValueFrom{KPI: "wait_seconds"}
			}, 2,
			"beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry",
			"2 delar av andra nyckeltal, utan mål, visas inte; --all visar dem", "2 parts of other key figures, without a target, are left out; --all shows them",
		},
		{
			"none", func(entries []kpi.Entry, _ []plan.Target) {
				for i := range entries {
					entries[i].Ratio = nil
				}
			}, 0, "beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry beds_occupied wait_seconds", "", "",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := made(t)
			tt.change(r.Region.KPIs.Entries(), r.Region.Plan.Targets)
			shown := r.WithoutParts()
			if got := names(shown); got != tt.rows || shown.LeftOut != tt.leftOut {
				t.Errorf("%d left out of %s, want %d of %s", shown.LeftOut, got, tt.leftOut, tt.rows)
			}
			sv, en := languages(t, r)
			if got := shown.LeftOutWords(sv); got != tt.sv {
				t.Errorf("%q, want %q", got, tt.sv)
			}
			if got := shown.LeftOutWords(en); got != tt.en {
				t.Errorf("%q, want %q", got, tt.en)
			}
			var out bytes.Buffer
			if err := shown.Write(&out, format.Table, en); err != nil {
				t.Fatal(err)
			}
			if tt.en != "" && !strings.HasSuffix(out.String(), "\n\n"+tt.en+"\n") {
				t.Errorf("the table does not end with what is left out:\n%s", out.String())
			}
		})
	}
}

// Of some of the rows, those parts are counted that were chosen.
func TestWithoutPartsOfSome(t *testing.T) {
	if shown := only(t, made(t), report.Choice{Owners: []string{"finance"}}).WithoutParts(); shown.LeftOut != 0 || len(shown.Rows) != 2 {
		t.Errorf("%d left out of %s", shown.LeftOut, names(shown))
	}
}
