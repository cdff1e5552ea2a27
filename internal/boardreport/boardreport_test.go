package boardreport_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/boardreport"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// moment makes a report of the small region beside package report's tests, of figures that
// give every status but one.
func moment(t *testing.T, at time.Time, beds, cost float64) *report.Report {
	t.Helper()
	region, err := config.Load("../report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	at = at.In(region.Location)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	division := func(name string) kpi.Labels { return kpi.NewLabels(kpi.Label{Name: "division", Value: name}) }
	samples := []kpi.Sample{
		{KPI: "beds_available", Labels: ward("Kirurgi"), Value: beds, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_available", Labels: ward("Ortopedi"), Value: 24, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_occupied", Labels: ward("Kirurgi"), Value: 36, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "bed_occupancy_ratio", Labels: ward("Kirurgi"), Value: 36 / beds, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "net_cost_sek", Labels: division("Psykiatri"), Value: cost, AsOf: at.AddDate(0, 0, -17)},
		{KPI: "agency_fte", Labels: division("Psykiatri"), Value: 2.7, AsOf: at.AddDate(0, 0, -17)},
	}
	targets := plan.Assess(region.Plan.Targets, region.KPIs, samples, nil, at, region.Location)
	return report.New(region, plan.Assessments{At: at, Targets: targets}, samples, nil)
}

var (
	now  = time.Date(2025, 3, 18, 7, 0, 0, 0, time.UTC)
	then = time.Date(2025, 2, 18, 22, 59, 59, 0, time.UTC)
)

const hostile = "<script>alert(1)</script> =1+1 \u202E| two\nlines"

func comments() []comment.Comment {
	return []comment.Comment{
		{Time: then.Add(-time.Hour), Author: "Old", About: comment.Subject{KPI: "beds_available"}, Text: "before the last report"},
		{Time: then.Add(time.Hour), Author: "Anna", About: comment.Subject{KPI: "beds_available"}, Text: "on the figure"},
		{Time: then.Add(2 * time.Hour), Author: "Bo", About: comment.Subject{Target: "beds-surgery"}, Text: hostile},
		{Time: then.Add(3 * time.Hour), Author: "Cai", About: comment.Subject{Event: map[string]string{"domain": "beds", "hospital": "Sunderby"}}, Text: "on an event"},
		{Time: now.Add(time.Hour), Author: "Late", About: comment.Subject{KPI: "beds_available"}, Text: "after this report"},
	}
}

func content(t *testing.T) boardreport.Content {
	t.Helper()
	r := moment(t, now, 33, 120.04e6).Against(moment(t, then, 38, 70e6)).WithoutParts()
	reconciled, err := plan.Reconcile(r.Region.Plan.Tables, r.Region.Plan.Reconciliation)
	if err != nil {
		t.Fatal(err)
	}
	return boardreport.Content{Report: r, Comments: boardreport.During(comments(), r, r.At, clock.Clock{}), Plan: &reconciled, Version: "1.2.3"}
}

func written(t *testing.T, c boardreport.Content, f format.Format, l *language.Language) string {
	t.Helper()
	var out, again bytes.Buffer
	if err := boardreport.New(c, l).Write(&out, f); err != nil {
		t.Fatal(err)
	}
	if err := boardreport.New(c, l).Write(&again, f); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Errorf("%s: the same report is not the same bytes (%v)", f, err)
	}
	return out.String()
}

func TestMarkdown(t *testing.T) {
	c := content(t)
	for _, l := range c.Report.Region.Languages.All() {
		got := written(t, c, format.Markdown, l)
		file := filepath.Join("testdata", "report_"+l.Code()+".md")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what is written now; -update writes it anew\n%s", file, got)
		}
	}
}

// What the report has, whatever it is written for.
func TestSays(t *testing.T) {
	c := content(t)
	en := c.Report.Region.Languages.All()[1]
	page, markdown := written(t, c, format.HTML, en), written(t, c, format.Markdown, en)
	for _, text := range []string{"Compared with 2025-02-18 23:59", "planwatch 1.2.3", "on the figure", "on an event"} {
		for f, got := range map[string]string{"html": page, "markdown": markdown} {
			if !strings.Contains(got, text) {
				t.Errorf("%s does not say %q", f, text)
			}
		}
	}
	for _, text := range []string{"before the last report", "after this report", "<script>", "\u202e"} {
		if strings.Contains(page, text) || strings.Contains(markdown, text) {
			t.Errorf("it has %q", text)
		}
	}
	if !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt; =1&#43;1 �| two<br>lines") {
		t.Errorf("the comment is not text:\n%s", page)
	}
}

// What could not be read is said, on the cover and where it is compared with.
func TestIncomplete(t *testing.T) {
	earlier, r := moment(t, then, 38, 70e6), moment(t, now, 33, 120.04e6)
	en := r.Region.Languages.All()[1]
	const cover, compared = "Not all figures could be read: ", "Not all figures of that moment could be read."
	for name, c := range map[string]struct{ now, then bool }{"whole": {}, "now": {now: true}, "then": {then: true}} {
		r.Incomplete, earlier.Incomplete = c.now, c.then
		got := written(t, boardreport.Content{Report: r.Against(earlier)}, format.Markdown, en)
		if strings.Contains(got, cover) != c.now || strings.Contains(got, compared) != c.then {
			t.Errorf("%s:\n%.600s", name, got)
		}
	}
}

// Without an earlier report there is no chapter of what is new, and no change.
func TestWithoutComparison(t *testing.T) {
	r := moment(t, now, 33, 120.04e6)
	en := r.Region.Languages.All()[1]
	got := written(t, boardreport.Content{Report: r, Comments: boardreport.During(comments(), r, r.At, clock.Clock{})}, format.Markdown, en)
	for _, text := range []string{"What is new", "Since the last report", "Compared with", "after this report"} {
		if strings.Contains(got, text) {
			t.Errorf("it has %q", text)
		}
	}
	if !strings.Contains(got, "before the last report") {
		t.Error("a comment is missing")
	}
}

func TestDuring(t *testing.T) {
	r := moment(t, now, 33, 120.04e6).Against(moment(t, then, 38, 70e6))
	set := clock.StartingAt(now.Add(-time.Hour)) // of which the comments were made some months ago
	for name, c := range map[string]struct {
		clock clock.Clock
		want  int
	}{"by the system's clock": {clock.Clock{}, 3}, "with planwatch's clock set": {set, 0}} {
		if got := boardreport.During(comments(), r, r.At, c.clock); len(got) != c.want {
			t.Errorf("%s: %d comments, want %d", name, len(got), c.want)
		}
	}
	said := []comment.Comment{{Time: time.Now(), Author: "Now", About: comment.Subject{KPI: "beds_available"}, Text: "now"}}
	if got := boardreport.During(said, r, r.At, set); len(got) != 1 || got[0].Time.Sub(now.Add(-time.Hour)).Abs() > time.Minute {
		t.Errorf("%+v", got)
	}
}
