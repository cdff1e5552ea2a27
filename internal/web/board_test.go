package web_test

import (
	"errors"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// standing is a region with a row of every status, a collector that fails and
// one that has not run, and texts that try to break out of the page.
func standing(t *testing.T) func(*web.Exporter) {
	t.Helper()
	cfg, err := config.Load("../report/testdata/region", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, cfg.Location)
	ward := func(name string) kpi.Labels {
		return kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Sunderby"}, kpi.Label{Name: "ward", Value: name})
	}
	samples := []kpi.Sample{
		{KPI: "beds_available", Labels: ward("Kirurgi"), Value: 33, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_available", Labels: ward("Ortopedi"), Value: 24, AsOf: at.Add(-2 * time.Hour)},
		{KPI: "beds_occupied", Labels: ward("Kirurgi"), Value: 1234, AsOf: at},
		{KPI: "net_cost_sek", Labels: kpi.NewLabels(kpi.Label{Name: "division", Value: "Psykiatri"}), Value: 1234.5e6, AsOf: at},
	}
	assessments := plan.Assess(cfg.Plan.Targets, cfg.Catalogue(), samples, at, cfg.Location)
	assessments = append(assessments, plan.Assessment{
		KPI:    kpi.KPI{Name: "strange", Title: kpi.Text{SV: "<script>alert(1)</script>", EN: "<script>alert(1)</script>"}, Unit: "no_such_unit"},
		Target: plan.Target{ID: `"><img src=x>`, Terms: plan.Terms{Cite: "<b>bold</b>"}},
		Actual: new(math.NaN()), Expected: new(math.Inf(1)), Margin: new(math.Inf(-1)), Full: new(math.MaxFloat64), Status: plan.Critical,
	})
	return func(e *web.Exporter) {
		e.Clock = clock.StartingAt(at)
		e.Alerts = func() ([]evaluator.Alert, bool) {
			return []evaluator.Alert{
				alert("BedsAvailableOffPlan", "critical", "firing", "Vårdplatser: 33 mot 38", "Beds: 33 against 38", e.Clock.Wall(at)),
				alert("<script>alert(2)</script>", "warning", "pending", "<img src=x onerror=alert(3)>", "<b>bold</b>", e.Clock.Wall(at)),
			}, true
		}
		e.Report = func() *report.Report {
			return report.New(report.Input{Region: cfg.Region, Collectors: cfg.Collectors, Targets: assessments, Samples: samples, At: at, Location: cfg.Location})
		}
		e.Collectors = func() []report.CollectorStatus {
			return []report.CollectorStatus{
				{Definition: cfg.Collectors[0], LastRun: at, Duration: 90 * time.Millisecond, LastSuccess: at, Rows: 28, Shown: 1196, Withheld: 3, DataTime: at, NextRun: at.Add(5 * time.Minute), SourceUp: true},
				{Definition: cfg.Collectors[1], SourceUp: true},
				{Definition: cfg.Collectors[2], LastRun: at, Duration: 31 * time.Second, Err: errors.New("collectors/waiting.sql: row 3: waited: <i>text</i>"), Withdrawn: 2},
			}
		}
	}
}

func TestReportPage(t *testing.T) {
	url := "http://" + serve(t, "", standing(t)) + "/"
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
			"Available beds", "-13.2%", "1,234.5\u00a0SEK m", "no figure", "The last run failed", "Time waited (mean)",
		}},
		{"English by query", "?lang=en", "sv", "en", []string{`href="collectors?lang=en"`, `href="?lang=sv"`}},
		{"a language there is not", "?lang=de", "sv", "sv", []string{`href="collectors"`}},
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
				if strings.Contains(string(body), never) {
					t.Errorf("the page has %q", never)
				}
			}
		})
	}
}

func TestCollectorsPage(t *testing.T) {
	_, body := get(t, http.MethodGet, "http://"+serve(t, "", standing(t))+"/collectors?lang=en", nil)
	page := string(body)
	for _, want := range []string{
		`<tr id="beds" class="well">`, `<tr id="finance" class="waiting">`, `<tr id="waiting" class="failed">`,
		"90\u00a0ms", "31\u00a0s", "1,196", "3 withheld", "2 too old", "2025-03-18 08:05", "does not answer",
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
	base := "http://" + serve(t, "", standing(t))
	outside := regexp.MustCompile(`(?i)(src|href|url|action)\s*[=(]\s*["']?(https?:)?//`)
	for _, path := range []string{"/", "/collectors", "/static/board.css"} {
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
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Vary") != "Accept-Language" {
			t.Errorf("%s: %v", path, header)
		}
	}
}

func TestStartingNotice(t *testing.T) {
	change := standing(t)
	url := "http://" + serve(t, "", func(e *web.Exporter) {
		change(e)
		e.Ready = func() error { return errors.New("collector beds has not run yet") }
	})
	_, body := get(t, http.MethodGet, url+"/?lang=en", nil)
	if !strings.Contains(string(body), "Collecting has just begun") {
		t.Error("the page does not say that collecting has just begun")
	}
}
