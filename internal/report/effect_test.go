package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

func TestEffectOf(t *testing.T) {
	row := func(s status.Status, reason plan.Reason) report.Row { return report.Row{Status: s, Reason: reason} }
	onPlan, tolerated := row(status.OnPlan, ""), row(status.WithinTolerance, "")
	warning, critical := row(status.Warning, ""), row(status.Critical, "")
	noFigure, withheld, early := row(status.Unknown, plan.NoFigure), row(status.Unknown, plan.Withheld), row(status.TooEarly, plan.NothingDue)
	noTarget := row(status.NoTarget, "")
	tests := []struct {
		name   string
		rows   []report.Row
		absent int
		want   report.Effect
	}{
		{"nothing is linked", nil, 0, report.NotLinked},
		{"on plan", []report.Row{onPlan}, 0, report.Seen},
		{"all on plan", []report.Row{onPlan, onPlan}, 0, report.Seen},
		{"short of a warning", []report.Row{onPlan, tolerated}, 0, report.Seen},
		{"one warns", []report.Row{onPlan, warning, onPlan}, 0, report.Missing},
		{"one is critical, and of another nothing is known", []report.Row{noFigure, critical}, 0, report.Missing},
		{"no figure", []report.Row{noFigure}, 0, report.NotKnown},
		{"one without a figure among some on plan", []report.Row{onPlan, noFigure}, 0, report.NotKnown},
		{"withheld", []report.Row{onPlan, withheld}, 0, report.NotKnown},
		{"too early", []report.Row{early}, 0, report.NotKnown},
		{"a KPI without a target", []report.Row{noTarget}, 0, report.NotKnown},
		{"a KPI without a target beside one on plan", []report.Row{onPlan, noTarget}, 0, report.Seen},
		{"a KPI without a target beside one off plan", []report.Row{noTarget, warning}, 0, report.Missing},
		{"a target without a row", nil, 1, report.NotKnown},
		{"a target without a row beside one on plan", []report.Row{onPlan}, 1, report.NotKnown},
		{"a target without a row beside one off plan", []report.Row{warning}, 1, report.Missing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.EffectOf(tt.rows, tt.absent); got != tt.want {
				t.Errorf("got %s, want %s", got.Word(), tt.want.Word())
			}
		})
	}
}

func TestParseEffect(t *testing.T) {
	for _, want := range report.Effects() {
		if got, err := report.ParseEffect(want.Word()); got != want || err != nil {
			t.Errorf("%s: %v, %v", want.Word(), got, err)
		}
	}
	if _, err := report.ParseEffect("mising"); err == nil || err.Error() != `effect: there is no "mising"; did you mean missing?` {
		t.Errorf("got %v", err)
	}
}

const (
	activities = `id,owner,goal.sv,goal.en,name.sv,name.en,description.sv,description.en,expected_effect.sv,expected_effect.en,begins,targets,kpis,status,comment.sv,comment.en,comment_cite,cite
beds,surgery,Fler platser,More beds,Öppna platser,Open beds,Vi öppnar.,We open.,Fler platser,More beds,2025-01-07,beds-surgery beds-orthopaedics,,under_way,"=Tre | är <öppna>, *snart* fler","=Three | are <open>, *soon* more",Rapporten,Planen
open,surgery,Fler platser,More beds,Behåll platser,Keep beds,Vi behåller.,We keep.,Lika många,As many,,beds-orthopaedics,beds_occupied,,,,,
kalix,kalix,Nära vård,Care close by,Platser i Kalix,Beds in Kalix,Vi öppnar.,We open.,Fler platser,More beds,,beds-kalix,,,,,,
waits,,Nära vård,Care close by,Kortare köer,Shorter queues,Vi kortar.,We shorten.,Kortare köer,Shorter queues,,,wait_seconds,not_started,,,,
trust,,Nära vård,Care close by,Tillit,Trust,Vi litar.,We trust.,Trivsel,Contentment,,,,,,,,
`
	risks = `number,owner,goal_area.sv,goal_area.en,risk.sv,risk.en,likelihood,consequence,level.sv,level.en,measure.sv,measure.en,targets
1,surgery,Fler platser,More beds,Bemanning,Staffing,3,4,Hög,High,Rekrytera,Recruit,beds-surgery occupancy
2,,Nära vård,Care close by,"@Tekniken, den nya","@Technology, the new",,,,,,,
`
)

// withActions is the report of the region in testdata, with activities and risks.
func withActions(t *testing.T) *report.Report {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("testdata/region")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"activities.csv": activities, "risks.csv": risks} {
		if err := os.WriteFile(filepath.Join(dir, "plan", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, samples, at := loaded(t)
	return report.New(region, assess(region, samples, at.UTC()), samples, nil)
}

func TestEffectsBesideTheFigures(t *testing.T) {
	r := withActions(t)
	want := map[string]report.Effect{"beds": report.Missing, "open": report.Seen, "kalix": report.NotKnown, "waits": report.NotKnown, "trust": report.NotLinked}
	for _, a := range r.Activities {
		if a.Outcome.Effect != want[a.ID] {
			t.Errorf("%s: %s, want %s", a.ID, a.Outcome.Effect.Word(), want[a.ID].Word())
		}
	}
	if len(r.Activities) != len(want) || len(r.Risks) != 2 || r.Risks[0].Outcome.Effect != report.Missing || r.Risks[1].Outcome.Effect != report.NotLinked {
		t.Errorf("%d activities, risks %+v", len(r.Activities), r.Risks)
	}
	off := r.Activities[0].Off()
	if len(off) != 1 || off[0].Target.ID != "beds-surgery" {
		t.Errorf("off plan: %v", off)
	}
}

func TestWriteActions(t *testing.T) {
	r := withActions(t)
	sv, en := languages(t, r)
	var out bytes.Buffer
	write := func(t *testing.T, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(out.Bytes())
	}
	for _, f := range report.ActionFormats() {
		out.Reset()
		golden(t, "activities_en."+extension(f), write(t, r.WriteActivities(&out, r.Activities, f, en)))
		out.Reset()
		golden(t, "risks_sv."+extension(f), write(t, r.WriteRisks(&out, r.Risks, f, sv)))
	}
	if err := r.WriteActivities(&out, nil, format.Markdown, en); err == nil {
		t.Error("activities in a format that they do not have")
	}
	if err := r.WriteRisks(&out, nil, format.Markdown, en); err == nil {
		t.Error("risks in a format that they do not have")
	}
}

func extension(f format.Format) string {
	if f == format.Table {
		return "txt"
	}
	return string(f)
}

// What a spreadsheet would run is a text in CSV, and every row has all cells.
func TestActionsInCSVAreTexts(t *testing.T) {
	r := withActions(t)
	sv, _ := languages(t, r)
	var out bytes.Buffer
	for name, write := range map[string]func() error{
		"activities": func() error { return r.WriteActivities(&out, r.Activities, format.CSV, sv) },
		"risks":      func() error { return r.WriteRisks(&out, r.Risks, format.CSV, sv) },
	} {
		out.Reset()
		if err := write(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defused := 0
		for _, cell := range slices.Concat(rows...) {
			if strings.ContainsAny(cell[:min(len(cell), 1)], "=+-@") {
				t.Errorf("%s: the cell %q is a formula", name, cell)
			}
			if strings.HasPrefix(cell, "'=") || strings.HasPrefix(cell, "'@") {
				defused++
			}
		}
		if defused != 1 {
			t.Errorf("%s: %d cells were defused, and not one", name, defused)
		}
	}
}

// The part at the end names those whose effect does not come, by the rows of the report;
// the rows, JSON and CSV are what they are without.
func TestReportEndsWithWhatHasNoEffect(t *testing.T) {
	with, without := withActions(t), made(t)
	sv, en := languages(t, with)
	written := func(r *report.Report, f format.Format) string {
		var out bytes.Buffer
		if err := r.Write(&out, f, en); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, f := range report.Formats() {
		before, end := written(without, f), written(with, f)
		rest, begins := strings.CutPrefix(end, before)
		if !begins {
			t.Errorf("%s: the rows differ", f)
		}
		if f.ForPrograms() != (rest == "") {
			t.Errorf("%s: the end is %q", f, rest)
		}
		if !f.ForPrograms() {
			golden(t, "end_en."+extension(f), []byte(rest))
		}
	}
	chosen, err := report.NewSelection(with.Region, report.Choice{Owners: []string{"finance"}})
	if err != nil {
		t.Fatal(err)
	}
	some, err := with.Select(chosen)
	if err != nil {
		t.Fatal(err)
	}
	if a, k := some.Short(); len(a)+len(k) != 0 {
		t.Errorf("of the finance department's rows: %v, %v", a, k)
	}
	if got := with.ActivitiesHeading(1, sv); got != "Aktiviteter där effekten uteblir: 1 av 5" {
		t.Error(got)
	}
}

func TestChooseActions(t *testing.T) {
	r := withActions(t)
	tests := []struct {
		name            string
		owners, effects []string
		want            []string
		fault           string
	}{
		{"all", nil, nil, []string{"beds", "open", "kalix", "waits", "trust"}, ""},
		{"by owner", []string{"surgery"}, nil, []string{"beds", "open"}, ""},
		{"by effect", nil, []string{"not_known", "not_linked"}, []string{"kalix", "waits", "trust"}, ""},
		{"by both", []string{"surgery", "kalix"}, []string{"missing"}, []string{"beds"}, ""},
		{"none", []string{"it"}, nil, nil, ""},
		{"an owner that there is not", []string{"surgry"}, nil, nil, `owner: there is no "surgry"; did you mean surgery?`},
		{"an effect that there is not", nil, []string{"lost"}, nil, `effect: there is no "lost"; there are missing, not_known, seen, not_linked`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			choice, err := report.NewActionChoice(r.Region, tt.owners, tt.effects)
			if fault := ""; err != nil {
				if fault = err.Error(); fault != tt.fault {
					t.Fatalf("got %s, want %s", fault, tt.fault)
				}
				return
			}
			var got []string
			for _, a := range r.ChooseActivities(choice) {
				got = append(got, a.ID)
			}
			if tt.fault != "" || !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v %s", got, tt.want, tt.fault)
			}
		})
	}
	choice, err := report.NewActionChoice(r.Region, []string{"surgery"}, []string{"missing"})
	if err != nil {
		t.Fatal(err)
	}
	if chosen := r.ChooseRisks(choice); len(chosen) != 1 || chosen[0].Number != 1 {
		t.Errorf("risks %v", chosen)
	}
}

// An activity may be linked to a target whose period another target of the same cell has
// taken over.
func TestLinkedTargetIsTakenOver(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("testdata/region")); err != nil {
		t.Fatal(err)
	}
	targets := filepath.Join(dir, "plan", "targets.yaml")
	data, err := os.ReadFile(targets)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(data), "    from: 2024-12-01\n    to: 2025-12-31\n", "    from: 2024-12-01\n    to: 2025-01-31\n", 1) + `  - id: beds-surgery-now
    kpi: beds_available
    where: {hospital: Sunderby, ward: Kirurgi}
    value: 30
    from: 2025-02-01
    basis: operational
    owner: surgery
`
	one := strings.Join(strings.Split(activities, "\n")[:2], "\n") + "\n"
	for name, text := range map[string]string{targets: changed, filepath.Join(dir, "plan", "activities.csv"): one} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, samples, at := loaded(t)
	r := report.New(region, assess(region, samples, at), samples, nil)
	if o := r.Activities[0].Outcome; o.Effect != report.Seen || len(o.Rows) != 2 {
		t.Errorf("%s by %d rows", o.Effect.Word(), len(o.Rows))
	}
}

// JSON has a list, also of none.
func TestNoActionsInJSON(t *testing.T) {
	r := withActions(t)
	sv, _ := languages(t, r)
	for _, write := range []func(*bytes.Buffer) error{
		func(out *bytes.Buffer) error { return r.WriteActivities(out, nil, format.JSON, sv) },
		func(out *bytes.Buffer) error { return r.WriteRisks(out, nil, format.JSON, sv) },
	} {
		var out bytes.Buffer
		var list []any
		if err := write(&out); err != nil || json.Unmarshal(out.Bytes(), &list) != nil || list == nil || len(list) != 0 {
			t.Errorf("%s %v", &out, err)
		}
	}
}
