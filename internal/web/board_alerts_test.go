package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

func alert(name, severity, state, summary, summaryEN string, activeAt time.Time) evaluator.Alert {
	return evaluator.Alert{
		Labels: map[string]string{"alertname": name, "severity": severity}, State: state, ActiveAt: activeAt,
		Annotations: map[string]string{
			"summary": summary, "summary_en": summaryEN,
			"runbook_url": "alerts/region/runbooks/" + name + ".md",
		},
	}
}

// annotated is a firing alert with these annotations alone.
func annotated(annotations map[string]string) []evaluator.Alert {
	return []evaluator.Alert{{Labels: map[string]string{"alertname": "Odd", "severity": "warning"}, State: "firing", Annotations: annotations}}
}

// known is what planwatch knows of the alerts.
type known int

const (
	evaluated known = iota
	unevaluated
	off
	// old is that they were evaluated, and cannot be now; never that they could
	// not be at all.
	old
	never
	// unreached is that they are, and reach nobody.
	unreached
	// failing is that every rule has been evaluated, and some without success.
	failing
)

func TestAlertsOnTheReport(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, stockholm)
	planwatchs := clock.StartingAt(at)
	// As Prometheus' engine gives them: by the wall's clock, in UTC.
	wall := planwatchs.Wall(at.Add(-90 * time.Minute)).UTC()
	watchdog := alert("Watchdog", "none", "firing", "Larmkedjan fungerar", "The chain of alerts works", wall)
	mixed := []evaluator.Alert{
		alert("VisitsOffPlan", "warning", "firing", "Besök: 52 mot 57", "Visits: 52 against 57", wall),
		watchdog,
		alert("BedsOffPlan", "critical", "firing", "Vårdplatser: 33 mot 38", "Beds: 33 against 38", wall),
		alert("ResultOffPlan", "warning", "pending", "Resultat: 84 mot 114", "Result: 84 against 114", wall),
	}
	var many []evaluator.Alert
	for i := range 12 {
		many = append(many, alert(fmt.Sprintf("Number%dOffPlan", i), "warning", "firing", fmt.Sprintf("Larm %d", i), fmt.Sprintf("Alert %d", i), wall))
	}
	tests := []struct {
		name, lang string
		alerts     []evaluator.Alert
		// known is whether planwatch evaluates alerts, and has.
		known known
		// inOrder is what the section has, in that order.
		inOrder []string
		never   []string
	}{
		{"the worst first, in Swedish", "sv", mixed, evaluated, []string{
			`class="alerts critical"`, `■</span> Aktiva larm <span class="count">2</span>`,
			`■</span> Kritisk</td>`, "Vårdplatser: 33 mot 38", `<time datetime="2025-03-18T06:30:00&#43;01:00">2025-03-18 06:30</time>`,
			"BedsOffPlan</summary>", "<dt>Åtgärdskort</dt><dd>alerts/region/runbooks/BedsOffPlan.md</dd>",
			`▲</span> Varning</td>`, "Besök: 52 mot 57", "<summary>1 väntar:", "Resultat: 84 mot 114",
		}, []string{"Watchdog", "Larmkedjan", "Beds:", "<details open", " till<", "%!"}},
		{"the worst first, in English", "en", mixed, evaluated, []string{
			`Firing alerts <span class="count">2</span>`, "Critical</td>", "Beds: 33 against 38", "<dt>Runbook</dt>",
			"Warning</td>", "Visits: 52 against 57", "<summary>1 pending:", "Result: 84 against 114",
		}, []string{"Watchdog", "The chain", "Vårdplatser"}},
		{"many", "sv", many, evaluated, []string{
			`class="alerts warning"`, `<span class="count">12</span>`, "Larm 7<", "<summary>4 till</summary>", "Larm 8<", "Larm 11<",
		}, []string{"väntar"}},
		{"nothing but the watchdog, in Swedish", "sv", []evaluator.Alert{watchdog}, evaluated, []string{"✓</span> Inget larm är aktivt."}, []string{"<table", "<details", "Larmkedjan"}},
		{"nothing, in English", "en", nil, evaluated, []string{"✓</span> No alert is firing."}, []string{"<table", "<details"}},
		{"only pending", "en", mixed[3:], evaluated, []string{"No alert is firing.", "<summary>1 pending:", "Result: 84 against 114"}, []string{"Firing alerts"}},
		{"off, in Swedish", "sv", nil, off, []string{"Den inbyggda larmningen är avstängd"}, []string{"<table", "Inget larm"}},
		{"off, in English", "en", nil, off, []string{"Embedded alerting is off"}, []string{"<table", "No alert"}},
		{"not evaluated yet, in Swedish", "sv", nil, unevaluated, []string{"·</span> Larmen beräknas"}, []string{"<table", "Inget larm"}},
		{"not evaluated yet, in English", "en", nil, unevaluated, []string{"·</span> The alerts are being evaluated"}, []string{"<table", "No alert"}},
		{"some are evaluated", "en", mixed, unevaluated, []string{"Firing alerts", "Beds: 33 against 38"}, nil},
		{"old, in Swedish", "sv", mixed, old, []string{"Aktiva larm", `<p class="error">Som det var 2025-03-18 06:30, eftersom larmen inte kan beräknas: write wal: no space left on &lt;device&gt;</p>`, "Vårdplatser: 33 mot 38"}, nil},
		{"old, in English", "en", mixed, old, []string{"Firing alerts", `<p class="error">As of 2025-03-18 06:30, since alerts cannot be evaluated: write wal`, "Beds: 33 against 38"}, nil},
		{"old, and nothing fired", "en", nil, old, []string{`class="alerts unknown"`, "As of 2025-03-18 06:30, since alerts cannot be evaluated: write wal"}, []string{"No alert"}},
		{"old, and something was pending", "en", mixed[3:], old, []string{"As of 2025-03-18 06:30", "<summary>1 pending:"}, []string{"No alert"}},
		{"never evaluated", "sv", nil, never, []string{`class="alerts unknown"`, "Larmen kan inte beräknas: write wal"}, []string{"Inget larm"}},
		{"never evaluated with success", "en", mixed, failing, []string{"Firing alerts", `<p class="error">Alerts cannot be evaluated: write wal`, "Beds: 33 against 38"}, []string{"As of", "0001"}},
		{"they reach nobody, in Swedish", "sv", mixed, unreached, []string{
			"Aktiva larm", `<p class="error">Sedan 2025-03-18 06:30 har inget larm nått Alertmanager http://alerts.example:9093: it answers 401 &lt;Unauthorized&gt;</p>`, "Vårdplatser: 33 mot 38",
		}, nil},
		{"none fires, and it would reach nobody", "en", nil, unreached, []string{
			"No alert is firing.", `<p class="error">Since 2025-03-18 06:30, no alert has reached the Alertmanager http://alerts.example:9093: it answers 401`,
		}, []string{"<table"}},
		{"links", "en", annotated(map[string]string{
			"summary": "s", "runbook_url": "https://wiki.example/run?a=1&b=2", "dashboard_url": " http://localhost:3000/d/planwatch-beds\n",
		}), evaluated, []string{
			`<dt>Runbook</dt><dd><a href="https://wiki.example/run?a=1&amp;b=2">`, `<dt>Graphs</dt><dd><a href="http://localhost:3000/d/planwatch-beds">`,
		}, nil},
		{"hostile annotations", "en", annotated(map[string]string{
			"summary_en":    `</th></table><script>alert(1)</script>`,
			"runbook_url":   `javascript:alert(1)`,
			"dashboard_url": `https://x.example/" onmouseover="alert(1)`,
		}), evaluated, []string{
			"&lt;/th&gt;&lt;/table&gt;&lt;script&gt;", "<dd>javascript:alert(1)</dd>", `<a href="https://x.example/%22%20onmouseover=%22alert%281%29">`,
		}, []string{"<script", `href="javascript`, `" onmouseover`}},
		{"addresses that lead nowhere", "en", annotated(map[string]string{"summary": "s", "runbook_url": "//elsewhere.example/x", "dashboard_url": "data:text/html,x"}), evaluated, []string{
			"<dd>//elsewhere.example/x</dd>", "<dd>data:text/html,x</dd>",
		}, []string{"href"}},
		{"a bad address", "en", annotated(map[string]string{"summary": "s", "runbook_url": "http://[::1", "dashboard_url": "https:"}), evaluated, []string{"<dd>http://[::1</dd>", "<dd>https:</dd>"}, []string{"href"}},
		{"no annotations", "sv", annotated(nil), evaluated, []string{`<th scope="row">Odd</th>`, `<td class="about">Odd</td>`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			url := "http://" + serve(t, "", func(c *web.Content) {
				c.Clock = planwatchs
				c.Report = func() *report.Report { return &report.Report{Region: bare(t), At: at} }
				c.Alerts = func() evaluator.Overview {
					o := evaluator.Overview{Off: tt.known == off, Evaluated: tt.known == evaluated || tt.known == old || tt.known == failing, Alerts: tt.alerts}
					if tt.known == unreached {
						o.Evaluated = true
						o.Unreached = []evaluator.Unreached{{URL: "http://alerts.example:9093", Since: wall, Err: errors.New("it answers 401 <Unauthorized>")}}
					}
					if tt.known == old || tt.known == never || tt.known == failing {
						o.Err = errors.New("write wal: no space left on <device>")
					}
					if tt.known == old {
						o.AsOf = wall
					}
					return o
				}
			})
			response, body := get(t, http.MethodGet, url+"/?lang="+tt.lang, nil)
			if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
			_, section, found := strings.Cut(string(body), `<section id="alerts"`)
			section, _, ended := strings.Cut(section, "</section>")
			if !found || !ended {
				t.Fatalf("no section about alerts in\n%s", body)
			}
			rest := section
			for _, want := range tt.inOrder {
				if _, rest, found = strings.Cut(rest, want); !found {
					t.Fatalf("no %q, or not in its place, in\n%s", want, section)
				}
			}
			for _, never := range tt.never {
				if strings.Contains(section, never) {
					t.Errorf("the section has %q\n%s", never, section)
				}
			}
		})
	}
}

// The API never passes what is not known for an answer that nothing fires.
func TestAlertsOfTheAPI(t *testing.T) {
	firing := []evaluator.Alert{alert("BedsOffPlan", "critical", "firing", "Vårdplatser", "Beds", time.Now())}
	full := errors.New("no space left on device")
	tests := []struct {
		name     string
		overview evaluator.Overview
		status   int
		contains []string
	}{
		{"evaluated", evaluator.Overview{Evaluated: true, Alerts: firing}, http.StatusOK, []string{`{"status":"success","data":{"alerts":[{"labels":{"alertname":"BedsOffPlan"`}},
		{"off", evaluator.Overview{Off: true}, http.StatusServiceUnavailable, []string{`{"status":"error","error":"embedded alerting is off; ask Prometheus"}`}},
		{"not evaluated yet", evaluator.Overview{Alerts: []evaluator.Alert{}}, http.StatusServiceUnavailable, []string{`{"status":"error","error":"alerts are being evaluated; ask again in a moment"}`}},
		{"never evaluated", evaluator.Overview{Err: full}, http.StatusServiceUnavailable, []string{`{"status":"error","error":"alerts are not evaluated: no space left on device"}`}},
		{"old", evaluator.Overview{Evaluated: true, Alerts: firing, AsOf: time.Unix(0, 0).UTC(), Err: full}, http.StatusOK, []string{
			`{"status":"success"`, `"warnings":["alerts are as of 1970-01-01T00:00:00Z, since they are not evaluated: no space left on device"]`,
		}},
		{"never with success", evaluator.Overview{Evaluated: true, Alerts: firing, Err: full}, http.StatusOK, []string{
			`{"status":"success"`, `"warnings":["alerts are not evaluated: no space left on device"]`,
		}},
		{"to nobody", evaluator.Overview{Evaluated: true, Alerts: firing, Unreached: []evaluator.Unreached{{URL: "http://localhost:9093", Since: time.Unix(0, 0).UTC(), Err: full}}}, http.StatusOK, []string{
			`{"status":"success"`, `"warnings":["no alert has reached the Alertmanager http://localhost:9093 since 1970-01-01T00:00:00Z: no space left on device"]`,
		}},
		{"in part", evaluator.Overview{Alerts: firing}, http.StatusOK, []string{`"warnings":["some rules have not been evaluated yet; more alerts may fire"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := "http://" + serve(t, "", func(c *web.Content) { c.Alerts = func() evaluator.Overview { return tt.overview } })
			response, body := get(t, http.MethodGet, base+"/api/v1/alerts", nil)
			if response.StatusCode != tt.status {
				t.Error(response.Status)
			}
			for _, want := range tt.contains {
				if !strings.Contains(string(body), want) {
					t.Errorf("no %s in %s", want, body)
				}
			}
		})
	}
}

// Links to planwatch's own pages are relative: a proxy may have planwatch at another
// address than it knows.
func TestRunbooksAreLinkedRelatively(t *testing.T) {
	for _, elsewhere := range []bool{false, true} {
		w := startWard(t, config.Web{}, func(c *web.Content) {
			region := c.Report().Region
			if !elsewhere {
				region.OnCall.Links.Runbook = ""
			}
			firing := labelled(alert("BedsAvailableOffPlan", "critical", "firing", "Vårdplatser", "Beds", c.Clock.Wall(at(t))), map[string]string{"owner": "surgery", "hospital": "Sunderby", "kpi": "beds_available"})
			firing.Annotations["runbook_url"] = region.RunbookURL("BedsAvailableOffPlan", region.Languages.First())
			c.Alerts = func() evaluator.Overview {
				return evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{firing}}
			}
		})
		for path, link := range map[string]string{
			"/": `<a href="runbook/BedsAvailableOffPlan?lang=en">`, "/alerts": `<a href="runbook/BedsAvailableOffPlan?lang=en">`,
			sunderbyPage: `href="runbook/BedsAvailableOffPlan?lang=en">`,
		} {
			if elsewhere {
				link = `href="https://runbooks.example.org/en/BedsAvailableOffPlan">`
			}
			query := "?lang=en"
			if strings.Contains(path, "?") {
				query = "&lang=en"
			}
			w.page(t, path+query, nil, []string{link}, "localhost")
		}
	}
}
