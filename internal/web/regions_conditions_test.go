package web_test

import (
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/axetest"
	"planwatch/internal/clock"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// night is how a region does, for the page of all.
type night struct {
	name   string
	alerts evaluator.Overview
	states []collectors.Status
	// change is the rest.
	change func(*web.Content)
	// mark is what the region is marked by, and cells are its alerts and its collectors.
	class, mark, said string
	cells             [2]string
}

// firing are so many alerts of each severity, and one that is pending.
func firing(critical, warning int) evaluator.Overview {
	now := evaluator.Overview{Evaluated: true, Alerts: []evaluator.Alert{alert("Pending", "critical", "pending", "", "", time.Time{})}}
	for i := range critical {
		now.Alerts = append(now.Alerts, alert(fmt.Sprintf("Critical%d", i), "critical", "firing", "", "", time.Time{}))
	}
	for i := range warning {
		now.Alerts = append(now.Alerts, alert(fmt.Sprintf("Warning%d", i), "warning", "firing", "", "", time.Time{}))
	}
	return now
}

func with(o evaluator.Overview, change func(*evaluator.Overview)) evaluator.Overview {
	change(&o)
	return o
}

// nights are what may be so of a region, each of which has two collectors.
func nights(t *testing.T) []night {
	t.Helper()
	region := loaded(t, "[sv, en]")
	run := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	well := func(i int) collectors.Status {
		return collectors.Status{Definition: region.Collectors[i], LastRun: run, SourceUp: true}
	}
	failing, old, silent := well(1), well(1), well(1)
	failing.Err, old.Withdrawn = errors.New("a fault"), 3
	silent.SourceUp, silent.Err = false, errors.New("no connection")
	fine := []collectors.Status{well(0), well(1)}
	const calm, collected = "✓ No alert is firing.", "✓ All 2 collectors succeed"
	return []night{
		{"calm", firing(0, 0), fine, nil, "on-plan", "✓", "No alert is firing.", [2]string{calm, collected}},
		{"critical", firing(2, 1), fine, nil, "critical", "■", "2 critical alerts", [2]string{"■ 2 critical alerts ▲ 1 warning", collected}},
		{"warnings", firing(0, 3), fine, nil, "warning", "▲", "3 warnings", [2]string{"▲ 3 warnings", collected}},
		{"held", with(firing(1, 0), func(o *evaluator.Overview) {
			o.Alerts = append(o.Alerts, alert("Critical0", "warning", "firing", "", "", time.Time{}))
		}), fine, nil, "critical", "■", "1 critical alert", [2]string{"■ 1 critical alert", collected}},
		{"failing", firing(0, 1), []collectors.Status{well(0), failing}, nil, "critical", "■", "1 of 2 collectors fails", [2]string{"▲ 1 warning", "■ 1 of 2 collectors fails"}},
		{"both", firing(1, 0), []collectors.Status{well(0), failing}, nil, "critical", "■", "1 critical alert", [2]string{"■ 1 critical alert", "■ 1 of 2 collectors fails"}},
		{"withdrawn", firing(0, 0), []collectors.Status{well(0), old}, nil, "warning", "▲", "1 of 2 collectors has figures that are too old", [2]string{calm, "▲ 1 of 2 collectors has figures that are too old"}},
		{"silent", firing(0, 2), []collectors.Status{well(0), silent}, nil, "critical", "■", "The data source warehouse does not answer", [2]string{"▲ 2 warnings", "■ The data source warehouse does not answer ■ 1 of 2 collectors fails"}},
		{"off", evaluator.Overview{Off: true}, fine, nil, "no-target", "·", "Alerting is off here: ask Prometheus", [2]string{"· Alerting is off here: ask Prometheus", collected}},
		{"unwatched", evaluator.Overview{Off: true}, fine, func(c *web.Content) {
			bare := *region
			bare.OnCall = nil
			c.Report = func() *report.Report { return &report.Report{Region: &bare} }
		}, "no-target", "·", "Without oncall.yaml there are no alerts", [2]string{"· Without oncall.yaml there are no alerts", collected}},
		{"begun", evaluator.Overview{}, fine, nil, "unknown", "?", "The alerts are being evaluated", [2]string{"? The alerts are being evaluated", collected}},
		{"halted", with(firing(1, 0), func(o *evaluator.Overview) { o.Err = errors.New("no space") }), fine, nil, "critical", "■", "1 critical alert", [2]string{"■ 1 critical alert ■ Alerts cannot be evaluated", collected}},
		{"blind", evaluator.Overview{Err: errors.New("no space")}, fine, nil, "critical", "■", "Alerts cannot be evaluated", [2]string{"■ Alerts cannot be evaluated", collected}},
		{"unreached", with(firing(0, 1), func(o *evaluator.Overview) {
			o.Unreached = []evaluator.Unreached{{URL: "http://localhost:9093", Err: errors.New("refused")}}
		}), fine, nil, "critical", "■", "Alerts do not reach everybody", [2]string{"■ Alerts do not reach everybody ▲ 1 warning", collected}},
		{"undelivered", firing(0, 0), fine, func(c *web.Content) {
			c.Undelivered = func() []alertmanager.Undelivered {
				return []alertmanager.Undelivered{{Receiver: "surgery", Err: errors.New("refused")}}
			}
		}, "critical", "■", "Alerts do not reach everybody", [2]string{"■ Alerts do not reach everybody", collected}},
		{"fresh", firing(0, 0), []collectors.Status{well(0), {Definition: region.Collectors[1], SourceUp: true}}, func(c *web.Content) {
			c.Ready = func() error { return errors.New("collector beds has not run yet") }
		}, "unknown", "?", "Collecting has just begun: not all figures are in yet.", [2]string{calm, "? Collecting has just begun: not all figures are in yet."}},
	}
}

// serveNights serves a region for each.
func serveNights(t *testing.T, all []night) served {
	t.Helper()
	var names []string
	for _, n := range all {
		names = append(names, n.name)
	}
	s := serveRegions(t, config.Web{}, nil, names...)
	region := loaded(t, "[sv, en]")
	for _, n := range all {
		s.Serve(n.name, content(t, func(c *web.Content) {
			c.Clock = clock.Clock{}
			c.Report = func() *report.Report { return &report.Report{Region: region} }
			c.Alerts = func() evaluator.Overview { return n.alerts }
			c.Collectors = func() []collectors.Status { return slices.Clone(n.states) }
			if n.change != nil {
				n.change(c)
			}
		}), slog.New(slog.DiscardHandler))
	}
	return s
}

// wordsOf is what is read of a piece of a page, without the tags.
func wordsOf(page string) string {
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(html.UnescapeString(page)), " ")
}

// A region on the page of all is marked by the worst that is so of it, in words, with a link
// to where it tells more.
func TestRegionsAreMarkedByTheWorst(t *testing.T) {
	all := nights(t)
	s := serveNights(t, all)
	_, body := get(t, http.MethodGet, s.url+"/?lang=en", nil)
	for _, n := range all {
		t.Run(n.name, func(t *testing.T) {
			row := regexp.MustCompile(`(?s)<tr id="` + n.name + `" class="([^"]*)">(.*?)</tr>`).FindStringSubmatch(string(body))
			if row == nil {
				t.Fatalf("it is not on the page:\n%s", body)
			}
			if row[1] != n.class {
				t.Errorf("class %q, want %q", row[1], n.class)
			}
			heading, _, _ := strings.Cut(row[2], "</th>")
			if got := wordsOf(heading); !strings.HasPrefix(got, n.mark+" ") || !strings.Contains(got, " "+n.said) {
				t.Errorf("marked %q, want %s and %q", got, n.mark, n.said)
			}
			for i, column := range []string{"Firing alerts", "Collectors"} {
				_, cell, _ := strings.Cut(row[2], `<td data-heading="`+column+`">`)
				cell, _, _ = strings.Cut(cell, "</td>")
				if got := wordsOf(cell); got != n.cells[i] {
					t.Errorf("%s: %q, want %q", column, got, n.cells[i])
				}
				page := "r/" + n.name + "/" + []string{"alerts", "collectors"}[i] + "?lang=en"
				if !strings.Contains(cell, `href="`+page+`"`) {
					t.Errorf("%s do not lead to %s: %s", column, page, cell)
				} else if answer, _ := get(t, http.MethodGet, s.url+"/"+page, nil); answer.StatusCode != http.StatusOK {
					t.Errorf("%s: %s", page, answer.Status)
				}
			}
		})
	}
	_, body = get(t, http.MethodGet, s.url+"/?lang=sv", nil)
	for _, want := range []string{
		"2 kritiska larm", "1 kritiskt larm", "3 varningar", "1 av 2 insamlingar misslyckas", "1 av 2 insamlingar har för gamla uppgifter", "Alla 2 insamlingar lyckas", "Larmen kan inte beräknas",
		"Larmen når inte fram till alla", "Larmen beräknas", "Larmningen är avstängd här: fråga Prometheus", "Utan oncall.yaml finns inga larm", "Inget larm är aktivt",
	} {
		if !strings.Contains(wordsOf(string(body)), want) {
			t.Errorf("no %q in Swedish", want)
		}
	}
}

// So it is on a phone, with all that may be so at once.
func TestBrowserFindsTheMarksAccessible(t *testing.T) {
	axe := axetest.Source(t)
	s := serveNights(t, nights(t))
	d := drive(t)
	d.Open("about:blank", http.Header{})
	d.accessible(t, s.url+"/?lang=sv", axe)
	d.look(375, 740, false)
	d.Go(s.url + "/?lang=sv")
	d.Await("planwatch")
	// What marks a region, and each of its conditions, is within the window.
	if out := d.Run(`[...document.querySelectorAll(".regions .where, .regions .condition, .regions .symbol")].filter(e => { const r = e.getBoundingClientRect(); return r.width === 0 || r.left < 0 || r.right > 375 }).map(e => e.textContent).join("; ")`); out != "" {
		t.Errorf("not within 375 pixels: %s", out)
	}
}

// Whoever has the page open sees what comes, and that planwatch is gone, without a reload.
func TestBrowserRefreshesTheRegions(t *testing.T) {
	var critical, gone atomic.Int64
	s := serveNights(t, []night{{name: "north", change: func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return firing(int(critical.Load()), 0) }
	}}})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() > 0 {
			http.Error(w, "gone", http.StatusBadGateway)
			return
		}
		passOn(t, w, r, s.url)
	}))
	defer proxy.Close()
	d := drive(t)
	d.Open(proxy.URL+"/?lang=en", http.Header{})
	d.Await("No alert is firing.")
	refresh := func() { d.Run(`window.dispatchEvent(new Event("online"))`) }
	critical.Store(2)
	refresh()
	d.Until("an alert", `document.querySelector("#north").className === "critical" && document.body.innerText.includes("2 critical alerts")`)
	gone.Store(1)
	refresh()
	d.Until("planwatch is gone", `document.body.innerText.includes("planwatch does not answer.") && document.body.innerText.includes("2 critical alerts")`)
	gone.Store(0)
	refresh()
	d.Until("planwatch is back", `!document.body.innerText.includes("planwatch does not answer.")`)
}
