package web_test

import (
	"errors"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// strange is a KPI whose texts try to break out of the page.
const strange = `  - name: strange
    title: {sv: "<script>alert(1)</script>", en: "<script>alert(1)</script>"}
    definition: {sv: "<b>bold</b>", en: "<b>bold</b>"}
    column: strange
    unit: beds
    better: higher
    aggregate: sum
`

// loaded is the region of the report's tests, with languages as given and a
// strange KPI.
func loaded(t testing.TB, languages string) *config.Region {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("../report/testdata/region")); err != nil {
		t.Fatal(err)
	}
	edit := func(name string, change func(string) string) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), []byte(change(string(data))), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit("planwatch.yaml", func(text string) string { return strings.Replace(text, "[sv, en]", languages, 1) })
	edit("collectors/waiting.yaml", func(text string) string { return text + strange })
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// everything is a region with a row of every status, a collector that fails and
// one that has not run, and texts that try to break out of the page.
func everything(t testing.TB, languages string) func(*web.Content) {
	t.Helper()
	region := loaded(t, languages)
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	samples := []kpi.Sample{
		{KPI: "beds_available", Labels: ward("Kirurgi"), Value: 33, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_available", Labels: ward("Ortopedi"), Value: 24, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_occupied", Labels: ward("Kirurgi"), Value: 1234, AsOf: at},
		{KPI: "net_cost_sek", Labels: kpi.NewLabels(kpi.Label{Name: "division", Value: "Psykiatri"}), Value: 1234.5e6, AsOf: at},
	}
	assessments := plan.Assessments{At: at, Targets: append(plan.Assess(region.Plan.Targets, region.KPIs, samples, nil, at, region.Location), plan.Assessment{
		KPI:    &kpi.KPI{Name: "strange"},
		Target: &plan.Target{ID: `"><img src=x>`, Terms: plan.Terms{Cite: "<b>bold</b>"}},
		Actual: new(math.NaN()), Expected: new(math.Inf(1)), Margin: new(math.Inf(-1)), Full: new(math.MaxFloat64), Status: plan.Critical,
	})}
	return func(c *web.Content) {
		c.Clock = clock.StartingAt(at)
		c.Alerts = func() evaluator.Overview {
			return evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{
				alert("BedsAvailableOffPlan", "critical", "firing", "Vårdplatser: 33 mot 38", "Beds: 33 against 38", c.Clock.Wall(at)),
				alert("<script>alert(2)</script>", "warning", "pending", "<img src=x onerror=alert(3)>", "<b>bold</b>", c.Clock.Wall(at)),
			}}
		}
		c.Report = func() *report.Report { return report.New(region, assessments, samples, nil) }
		c.Collectors = func() []collectors.Status {
			return []collectors.Status{
				{Definition: region.Collectors[0], LastRun: at, Duration: 90 * time.Millisecond, LastSuccess: at, Rows: 28, Shown: 1196, Withheld: 3, DataTime: at, NextRun: at.Add(5 * time.Minute), SourceUp: true},
				{Definition: region.Collectors[1], SourceUp: true},
				{Definition: region.Collectors[2], LastRun: at, Duration: 31 * time.Second, Err: errors.New("collectors/waiting.sql: row 3: waited: <i>text</i>"), Withdrawn: 2},
			}
		}
	}
}

// withoutScript is a page without the one script that planwatch has.
func withoutScript(page string) string {
	return strings.Replace(page, `<script src="static/refresh.js" defer></script>`, "", 1)
}

func TestReportPage(t *testing.T) {
	url := "http://" + serve(t, "", everything(t, "[sv, en]")) + "/"
	tests := []struct {
		name, query, accept, language string
		contains                      []string
	}{
		{"Swedish by header", "", "sv-SE", "sv", []string{
			`<html lang="sv">`, "Läget mot planen", "tisdag 18 mars 2025 kl.\u00a008.00", "Kritisk", "Okänd", "Enligt plan", "Utan mål",
			"Disponibla vårdplatser", "Sunderby, Kirurgi", "\u221213,2\u00a0%", "1\u00a0234,5\u00a0mnkr", "siffra saknas", "Senaste insamlingen misslyckades", "Väntetid",
		}},
		{"English by header", "", "en-GB,sv;q=0.5", "en", []string{
			`<html lang="en">`, "How we stand to the plan", "Tuesday 18 March 2025, 08:00", "Critical", "Unknown", "On plan", "No target",
			"Available beds", "-13.2%", "1,234.5\u00a0MSEK", "no figure", "The last run failed", "Time waited (mean)",
		}},
		{"English by query", "?lang=en", "sv", "en", []string{`href="collectors?lang=en"`, `href="?lang=sv"`}},
		{"a language there is not", "?lang=de", "sv", "sv", []string{`href="collectors"`, `<a class="language" href="?lang=en" lang="en" hreflang="en">English</a>`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, url+tt.query, http.Header{"Accept-Language": {tt.accept}})
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Language") != tt.language {
				t.Fatalf("%s, %s", response.Status, response.Header.Get("Content-Language"))
			}
			for _, want := range tt.contains {
				if !strings.Contains(string(body), want) {
					t.Errorf("no %q", want)
				}
			}
			for _, never := range []string{"<script", "<img", "<b>bold", "NaN", "Inf", "%!"} {
				if strings.Contains(withoutScript(string(body)), never) {
					t.Errorf("the page has %q", never)
				}
			}
		})
	}
}

// A region with one language has no link to another.
func TestOneLanguage(t *testing.T) {
	_, body := get(t, http.MethodGet, "http://"+serve(t, "", everything(t, "[en]"))+"/?lang=sv", http.Header{"Accept-Language": {"sv"}})
	if page := string(body); !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, "Available beds") || strings.Contains(page, "hreflang") {
		t.Errorf("not a page of one language:\n%.1500s", page)
	}
}

func TestCollectorsPage(t *testing.T) {
	_, body := get(t, http.MethodGet, "http://"+serve(t, "", everything(t, "[sv, en]"))+"/collectors?lang=en", nil)
	page := string(body)
	for _, want := range []string{
		`<tr id="beds" class="well">`, `<tr id="finance" class="waiting">`, `<tr id="waiting" class="failed">`,
		"1 of 3 fails", "1 of 3 has not run yet", "took 90\u00a0ms", "took 31\u00a0s", "1,196", "from 28 rows", "3 withheld", "2 too old", "2025-03-18 08:05", "does not answer",
		"collectors/waiting.sql: row 3: waited: &lt;i&gt;text&lt;/i&gt;", "planwatch&#39;s clock is set",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	order := regexp.MustCompile(`<tr id="(\w+)"`).FindAllString(page, -1)
	if want := []string{`<tr id="waiting"`, `<tr id="finance"`, `<tr id="beds"`}; !slices.Equal(order, want) {
		t.Errorf("not the failed first: %v", order)
	}
}

// A page asks nothing of any other place, and lets nothing else do so.
func TestPagesKeepToThemselves(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	outside := regexp.MustCompile(`(?i)(src|href|url|action)\s*[=(]\s*["']?(https?:)?//`)
	for _, path := range []string{"/", "/collectors", "/kpi", "/static/board.css"} {
		response, body := get(t, http.MethodGet, base+path, nil)
		if response.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, response.Status)
		}
		if found := outside.Find(body); found != nil {
			t.Errorf("%s refers to %s", path, found)
		}
		if strings.HasPrefix(path, "/static/") {
			continue
		}
		header := response.Header
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(strings.Join(header.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("%s: %v", path, header)
		}
	}
}

func TestStartingNotice(t *testing.T) {
	change := everything(t, "[sv, en]")
	url := "http://" + serve(t, "", func(c *web.Content) {
		change(c)
		c.Ready = func() error { return errors.New("collector beds has not run yet") }
	})
	_, body := get(t, http.MethodGet, url+"/?lang=en", nil)
	if !strings.Contains(string(body), "Collecting has just begun") {
		t.Error("the page does not say that collecting has just begun")
	}
}
