package web_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	pastalerts "planwatch/alerts/past"
	"planwatch/config"
	"planwatch/internal/axetest"
	"planwatch/internal/web"
)

// look sets the size of the window, and whether people want it dark.
func (d driven) look(width, height int, dark bool) {
	d.T.Helper()
	d.Size(width, height)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	d.Do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
}

// Everybody can use every page: axe-core finds nothing, on a phone and on a desk, by
// day and by night; and none scrolls sideways down to 320 pixels.
func TestBrowserFindsThePagesAccessible(t *testing.T) {
	axe := axetest.Source(t)
	w := startWard(t, withUsers(t), func(c *web.Content) {
		everything(t, "[sv, en]")(c)
		ended := []pastalerts.Alert{
			over(t, c.Clock, "critical", "Platser: 30 mot 38", "Places: 30 against 38", day, 3*time.Hour, map[string]string{"owner": "surgery", "hospital": "Sunderby", "kpi": "beds_available"}),
			over(t, c.Clock, "warning", strings.Repeat("långtord", 30), "Long", time.Hour, time.Minute, map[string]string{"owner": "surgery", "hospital": strings.Repeat("Sjukhus", 20)}),
		}
		c.PastAlerts = func() ([]pastalerts.Alert, bool) { return ended, true }
	})
	planned := "http://" + serve(t, "", actions(t))
	d := drive(t)
	d.Open("about:blank", basic("anna", "anna"))
	for _, page := range []string{planned + "/?lang=sv", planned + "/activities?lang=sv", planned + "/activities?lang=en&effect=missing", planned + "/risks?lang=sv"} {
		t.Run(strings.TrimPrefix(page, planned), func(t *testing.T) { d.accessible(t, page, axe) })
	}
	for _, path := range []string{
		"/?lang=sv", "/?lang=en&status=warning", "/?lang=sv&q=inget", "/kpi?lang=sv", "/kpi/beds_available?lang=sv", "/kpi/nothing?lang=en", "/alerts?lang=sv", "/alerts?lang=en&from=x&severity=warning", "/events?lang=sv", "/event?lang=sv&owner=surgery&hospital=Sunderby",
		"/comments?lang=sv&kpi=beds_available", "/comments?lang=sv", "/collectors?lang=sv", "/runbook?lang=sv", "/runbook/BedsAvailableOffPlan?lang=sv", "/outbox?lang=sv",
	} {
		t.Run(path, func(t *testing.T) { d.accessible(t, w.base+path, axe) })
	}
}

// So can they the pages of several regions.
func TestBrowserFindsTheRegionsAccessible(t *testing.T) {
	axe := axetest.Source(t)
	s := serveRegions(t, config.Web{}, nil, "north", "south", "west")
	for _, name := range []string{"north", "south"} {
		s.Serve(name, content(t, everything(t, "[sv, en]")), slog.New(slog.DiscardHandler))
	}
	s.Refuse("west", errors.New("planwatch.yaml:3:1: "+strings.Repeat("långtord", 30)))
	d := drive(t)
	d.Open("about:blank", http.Header{})
	for _, path := range []string{"/?lang=sv", "/?lang=en", "/kpi/beds_available?lang=sv", "/r/north/?lang=sv"} {
		t.Run(path, func(t *testing.T) { d.accessible(t, s.url+path, axe) })
	}
}

// accessible finds what is wrong with a page, on a phone and on a desk, by day and by
// night.
func (d driven) accessible(t *testing.T, page, axe string) {
	t.Helper()
	d.T = t
	for _, size := range []struct{ width, height int }{{1440, 900}, {375, 740}} {
		for _, dark := range []bool{false, true} {
			d.look(size.width, size.height, dark)
			d.Go(page)
			d.Await("planwatch")
			for _, broken := range d.Violations(axe) {
				t.Errorf("%d pixels, dark %t: %s", size.width, dark, broken)
			}
		}
	}
	d.look(320, 640, false)
	if width := d.Run(`document.documentElement.scrollWidth`); width != "320" {
		t.Errorf("it is %s pixels wide", width)
	}
}

// What axe-core looks for is seen where it happens.
func TestBrowserSeesWhatIsNotAccessible(t *testing.T) {
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<!DOCTYPE html><html><title>bad</title><body><main><h1>planwatch</h1><input><p style="color:#ccc;background:#fff">pale</p></main>`)
	}))
	defer bad.Close()
	d := drive(t)
	d.Open(bad.URL, http.Header{})
	d.Await("planwatch")
	broken := strings.Join(d.Violations(axetest.Source(t)), "\n")
	for _, want := range []string{"html-has-lang", "label", "color-contrast"} {
		if !strings.Contains(broken, want+": ") {
			t.Errorf("no %s in\n%s", want, broken)
		}
	}
}

// The report is brought up to date in place; what is opened and where somebody is stay;
// and it says when planwatch is gone, and no longer when it is back.
func TestBrowserRefreshesTheReport(t *testing.T) {
	var alerts, gone atomic.Int64
	alerts.Store(12)
	var served web.Content
	serve(t, "", func(c *web.Content) {
		everything(t, "[sv, en]")(c)
		c.Alerts = func() evaluator.Overview {
			o := evaluator.Overview{Evaluated: true}
			for i := range alerts.Load() {
				o.Alerts = append(o.Alerts, alert(fmt.Sprintf("Number%dOffPlan", i), "warning", "firing", fmt.Sprintf("Larm %d", i), fmt.Sprintf("Alert %d", i), time.Now()))
			}
			return o
		}
		served = *c
	})
	base := "http://" + serveWith(t, config.Web{MaxConnections: config.DefaultService().Web.MaxConnections}, func(c *web.Content) {
		registry := c.Registry
		*c = served
		c.Registry = registry
	})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() > 0 {
			http.Error(w, "gone", http.StatusBadGateway)
			return
		}
		passOn(t, w, r, base)
	}))
	defer proxy.Close()
	d := drive(t)
	d.Open(proxy.URL+"/?lang=en", http.Header{})
	d.Await("Alert 7")
	d.Run(`document.querySelector("#folded").open = true`)
	d.Run(`document.querySelector("tbody th a").focus()`)
	before := d.Run(`document.activeElement.getAttribute("href")`)
	await := func(what, script string) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); d.Run(script) != "true"; {
			if time.Now().After(deadline) {
				t.Fatalf("%s: not %s\n%s", what, script, d.Run("document.body.innerText"))
			}
		}
	}
	refresh := func() { d.Run(`window.dispatchEvent(new Event("online"))`) }
	alerts.Store(13)
	refresh()
	await("a new alert", `document.body.innerText.includes("Alert 12")`)
	await("what is opened", `document.querySelector("#folded").open`)
	if after := d.Run(`document.activeElement.getAttribute("href")`); after != before || before == "null" {
		t.Errorf("the focus was on %s, and is on %s", before, after)
	}
	// An alert that is opened, and one that is closed again, in a table that grows.
	d.Run(`document.querySelector("#folded").open = false`)
	d.Run(`document.querySelector("#alerts tbody details").open = true`)
	d.Run(`document.querySelector("#alerts tbody details a").focus()`)
	opened, link := d.Run(`document.querySelector("#alerts tbody details").id`), d.Run(`document.activeElement.closest("details").id`)
	alerts.Store(14)
	refresh()
	await("another alert", `document.body.textContent.includes("Alert 13")`)
	await("what is opened, and closed", `document.querySelector("#alerts tbody details").open && !document.querySelector("#folded").open`)
	if after := d.Run(`document.activeElement.closest("details")?.id`); opened == "" || link != opened || after != opened {
		t.Errorf("%q was opened, the focus was in %q and is in %q", opened, link, after)
	}
	// What somebody writes, and has chosen and not sent.
	d.Run(`document.activeElement.blur()`)
	d.Run(`((q) => { q.focus(); q.value = "beds and"; q.setSelectionRange(4, 4); })(document.querySelector("#q"))`)
	alerts.Store(15)
	refresh()
	await("another alert", `document.body.textContent.includes("Alert 14")`)
	await("what is written", `document.activeElement.id === "q" && document.activeElement.value === "beds and" && document.activeElement.selectionStart === 4`)
	d.Run(`document.querySelector("#q").value = ""`)
	d.Run(`document.querySelector("#by-status").value = "warning"`)
	d.Run(`document.activeElement.blur()`)
	alerts.Store(16)
	refresh()
	await("another alert", `document.body.textContent.includes("Alert 15")`)
	await("what is chosen", `document.querySelector("#by-status").value === "warning" && document.querySelectorAll("form#rows").length === 1`)
	// A form that nobody has changed is that of the new page.
	d.Run(`document.querySelector("#by-status").value = ""`)
	d.Run(`document.querySelector("form#rows").dataset.old = "yes"`)
	alerts.Store(17)
	refresh()
	await("another alert", `document.body.textContent.includes("Alert 16")`)
	await("the form is new", `document.querySelector("form#rows").dataset.old === undefined`)
	gone.Store(1)
	refresh()
	await("planwatch is gone", `!document.querySelector("#lost").hidden && document.body.innerText.includes("planwatch does not answer.") && document.body.textContent.includes("Alert 12")`)
	gone.Store(0)
	refresh()
	await("planwatch is back", `document.querySelector("#lost").hidden && !document.body.innerText.includes("planwatch does not answer.")`)
}

// passOn answers as base does.
func passOn(t *testing.T, w http.ResponseWriter, r *http.Request, base string) {
	t.Helper()
	request, err := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.RequestURI(), nil)
	if err != nil {
		t.Error(err)
		return
	}
	request.Header = r.Header.Clone()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return // the browser has gone on
	}
	defer response.Body.Close()
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	if _, err := io.Copy(w, response.Body); err != nil {
		return
	}
}
