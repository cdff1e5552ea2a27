package report_test

import (
	"bytes"
	"strings"
	"testing"

	"planwatch/internal/format"
	"planwatch/internal/report"
)

// names are the rows' targets, and where there is none their KPIs.
func names(r *report.Report) string {
	var all []string
	for _, row := range r.Rows {
		name := row.KPI.Name
		if row.Target != nil {
			name = row.Target.ID
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func only(t *testing.T, r *report.Report, c report.Choice) *report.Report {
	t.Helper()
	selection, err := report.NewSelection(r.Region, c)
	if err != nil {
		t.Fatal(err)
	}
	selected, err := r.Select(selection)
	if err != nil {
		t.Fatal(err)
	}
	return selected
}

// A row is there if it has one of the values of every list, and the heading says which.
func TestSelect(t *testing.T) {
	tests := []struct {
		name         string
		choice       report.Choice
		rows, sv, en string
	}{
		{
			"all", report.Choice{},
			"beds-surgery net-cost-surgery agency beds-kalix occupancy beds-orthopaedics net-cost-psychiatry beds_occupied wait_seconds", "", "",
		},
		{
			"an owner", report.Choice{Owners: []string{"finance"}},
			"net-cost-surgery net-cost-psychiatry", "Inte hela rapporten, bara Ansvarig: Ekonomi", "Not the whole report, only Owner: Finance",
		},
		{
			"one of two owners", report.Choice{Owners: []string{"staff", "kalix"}},
			"agency beds-kalix", "Inte hela rapporten, bara Ansvarig: Personal, Kalix sjukhus", "Not the whole report, only Owner: Staff, Kalix hospital",
		},
		{
			"an area", report.Choice{Areas: []string{"care"}},
			"beds-surgery beds-kalix occupancy beds-orthopaedics beds_occupied wait_seconds", "Inte hela rapporten, bara Område: Vården", "Not the whole report, only Area: Care",
		},
		{
			"a status", report.Choice{Statuses: []string{"within tolerance"}},
			"occupancy", "Inte hela rapporten, bara Status: inom toleransen", "Not the whole report, only Status: within tolerance",
		},
		{
			"statuses with hyphens", report.Choice{Statuses: []string{"on-plan", "no-target"}},
			"beds-orthopaedics net-cost-psychiatry beds_occupied wait_seconds", "Inte hela rapporten, bara Status: enligt plan, utan mål", "Not the whole report, only Status: on plan, no target",
		},
		{
			"a label", report.Choice{Labels: map[string][]string{"division": {"Psykiatri"}}},
			"net-cost-psychiatry", "Inte hela rapporten, bara Division: Psykiatri", "Not the whole report, only Division: Psykiatri",
		},
		{
			"a label of some rows", report.Choice{Labels: map[string][]string{"hospital": {"Kalix", "Sunderby"}}},
			"beds-surgery beds-kalix beds-orthopaedics", "Inte hela rapporten, bara Sjukhus: Kalix, Sunderby", "Not the whole report, only Hospital: Kalix, Sunderby",
		},
		{
			"all at once", report.Choice{Owners: []string{"surgery"}, Areas: []string{"care"}, Statuses: []string{"critical", "on plan"}, Labels: map[string][]string{"hospital": {"Sunderby"}}},
			"beds-surgery beds-orthopaedics", "Inte hela rapporten, bara Sjukhus: Sunderby; Ansvarig: Kirurgi; Område: Vården; Status: kritisk, enligt plan",
			"Not the whole report, only Hospital: Sunderby; Owner: Surgery; Area: Care; Status: critical, on plan",
		},
		{
			"nothing that is both", report.Choice{Owners: []string{"kalix"}, Areas: []string{"money"}},
			"", "Inte hela rapporten, bara Ansvarig: Kalix sjukhus; Område: Pengarna", "Not the whole report, only Owner: Kalix hospital; Area: Money",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			selected := only(t, made(t), tt.choice)
			if got := names(selected); got != tt.rows {
				t.Errorf("rows %s, want %s", got, tt.rows)
			}
			sv, en := languages(t, selected)
			if got := selected.SelectionWords(sv); got != tt.sv {
				t.Errorf("%q, want %q", got, tt.sv)
			}
			if got := selected.SelectionWords(en); got != tt.en {
				t.Errorf("%q, want %q", got, tt.en)
			}
			var out bytes.Buffer
			if err := selected.Write(&out, format.Table, sv); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), "\n"+tt.sv+"\n") {
				t.Errorf("the table does not say what was chosen:\n%s", out.String())
			}
		})
	}
}

// A value that there is not is an error that says what there is.
func TestSelectUnknown(t *testing.T) {
	tests := []struct {
		name   string
		choice report.Choice
		want   string
	}{
		{"owner", report.Choice{Owners: []string{"surgry"}}, `owner: there is no "surgry"; did you mean surgery?`},
		{"another owner", report.Choice{Owners: []string{"surgery", "nobody"}}, `owner: there is no "nobody"; there are it, surgery, kalix, finance, staff`},
		{"area", report.Choice{Areas: []string{"overview"}}, `area: there is no "overview"; there are care, money`},
		{"status", report.Choice{Statuses: []string{"kritisk"}}, `status: there is no "kritisk"; there are critical, warning, unknown, within-tolerance, on-plan, too-early, no-target`},
		{"a status in other words", report.Choice{Statuses: []string{"bad"}}, `status: there is no "bad"; there are critical, warning, unknown, within-tolerance, on-plan, too-early, no-target`},
		{"label", report.Choice{Labels: map[string][]string{"division": {"psykiatri"}}}, `division: there is no "psykiatri"; did you mean Psykiatri?`},
		{"another label", report.Choice{Labels: map[string][]string{"hospital": {"Boden"}}}, `hospital: there is no "Boden"; there are Kalix, Sunderby`},
		{"none", report.Choice{Owners: []string{""}}, `owner: there is no ""; there are it, surgery, kalix, finance, staff`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := made(t)
			selection, err := report.NewSelection(r.Region, tt.choice)
			if err == nil {
				_, err = r.Select(selection)
			}
			if err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// Without dashboards each collector is an area.
func TestAreasWithoutDashboards(t *testing.T) {
	r := made(t)
	r.Region.Dashboards = nil
	if got := names(only(t, r, report.Choice{Areas: []string{"waiting", "finance"}})); got != "net-cost-surgery agency net-cost-psychiatry wait_seconds" {
		t.Errorf("rows %s", got)
	}
}
