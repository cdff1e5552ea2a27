package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// However long a text from elsewhere is, pages and answers stay short, and what
// is cut says so.
func TestTextsAreBounded(t *testing.T) {
	const run = 200_000
	long := strings.Repeat("ö", run)
	region := loaded(t, "[sv, en]")
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	samples := []kpi.Sample{{KPI: "net_cost_sek", Labels: kpi.NewLabels(kpi.Label{Name: "division", Value: long}), Value: 1, AsOf: at}}
	assessments := plan.Assessments{At: at, Targets: []plan.Assessment{{
		KPI: &kpi.KPI{Name: "net_cost_sek"}, Target: &plan.Target{ID: "x"}, Labels: samples[0].Labels, Status: plan.Warning,
	}}}
	with := func(change func(*web.Content)) string {
		return "http://" + serveWith(t, config.DefaultService().Web, change)
	}
	base := with(func(c *web.Content) {
		c.Alerts = func() evaluator.Overview {
			a := annotated(map[string]string{"summary": long, "runbook_url": "https://wiki.example/" + long, "dashboard_url": long})
			a[0].Labels["alertname"] = long
			return evaluator.Overview{Evaluated: true, Alerts: a}
		}
		c.Report = func() *report.Report { return report.New(region, assessments, samples, nil) }
		c.Collectors = func() []collectors.Status {
			return []collectors.Status{{Definition: region.Collectors[0], LastRun: at, Err: errors.New(long)}}
		}
		c.Ready = func() error { return errors.New(long) }
		c.Reload = func(context.Context) error { return errors.New(long) }
	})
	failing := func(o evaluator.Overview) string {
		o.Err = errors.New(long)
		return with(func(c *web.Content) { c.Alerts = func() evaluator.Overview { return o } })
	}
	never, once, old := failing(evaluator.Overview{}), failing(evaluator.Overview{Evaluated: true}), failing(evaluator.Overview{Evaluated: true, AsOf: at})
	unreached := with(func(c *web.Content) {
		c.Alerts = func() evaluator.Overview {
			return evaluator.Overview{Evaluated: true, Unreached: []evaluator.Unreached{{URL: "http://" + long, Since: at, Err: errors.New(long)}}}
		}
	})
	tests := []struct{ name, method, url string }{
		{"the report", http.MethodGet, base + "/?lang=sv"},
		{"the collectors", http.MethodGet, base + "/collectors?lang=sv"},
		{"readiness", http.MethodGet, base + "/-/ready"},
		{"a reload", http.MethodPost, base + "/-/reload"},
		{"the report, no alert evaluated", http.MethodGet, never + "/?lang=en"},
		{"the report, alerts evaluated without success", http.MethodGet, once + "/?lang=en"},
		{"the report, old alerts", http.MethodGet, old + "/?lang=en"},
		{"the report, an Alertmanager that is not reached", http.MethodGet, unreached + "/?lang=en"},
		{"the API, no alert evaluated", http.MethodGet, never + "/api/v1/alerts"},
		{"the API, alerts evaluated without success", http.MethodGet, once + "/api/v1/alerts"},
		{"the API, old alerts", http.MethodGet, old + "/api/v1/alerts"},
		{"the API, an Alertmanager that is not reached", http.MethodGet, unreached + "/api/v1/alerts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, body := get(t, tt.method, tt.url, nil)
			if n := strings.Count(string(body), "ö"); n == 0 || n >= run/2 || !strings.Contains(string(body), "ö…") {
				t.Errorf("%d of %d characters, and no sign of a cut: %v", n, run, !strings.Contains(string(body), "ö…"))
			}
		})
	}
}
