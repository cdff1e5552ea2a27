package web_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/web"
)

const sunderbyPage = "/event?owner=surgery&hospital=Sunderby"

// anna is a signed-in reader on planwatch's own page.
func anna() http.Header { return together(ownPage(), basic("anna", "anna")) }

// page gets a page and reports what it lacks or should not have.
func (w *ward) page(t *testing.T, path string, header http.Header, inOrder []string, never ...string) answer {
	t.Helper()
	response, body := get(t, http.MethodGet, w.base+path, header)
	rest, found := string(body), false
	for _, want := range inOrder {
		if _, rest, found = strings.Cut(rest, want); !found {
			t.Fatalf("%s: no %q, or not in its place, in\n%s", path, want, body)
		}
	}
	for _, not := range never {
		if strings.Contains(string(body), not) {
			t.Errorf("%s: has %q", path, not)
		}
	}
	return response
}

// Somebody sees what fires, takes it, silences it, says something, and gives it
// back; each time the page tells the next one.
func TestAnswering(t *testing.T) {
	w := startWard(t, withUsers(t), nil)
	answered := w.page(t, sunderbyPage+"&lang=sv", anna(), []string{
		"Kirurgi · Sunderby", "Aktivt nu", "Kritisk", "Vårdplatser: 33 mot 38", "33\u00a0vårdplatser", "38\u00a0vårdplatser", "2025-03-18 01:10",
		`<a class="button" href="https://planwatch.example/runbook/BedsAvailableOffPlan">`, "Väntan: 5 mot 4", "Ingen har tagit detta än.",
		`action="event/acknowledge?lang=sv"`, `<input type="hidden" name="owner" value="surgery">`, `<input type="hidden" name="hospital" value="Sunderby">`, "Jag tar detta", "Du svarar som", "anna", "Inget än.",
	}, "Kalix", "Kostnad")
	if policy := answered.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self'") || strings.Contains(policy, "script-src") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	if referrer := answered.Header.Get("Referrer-Policy"); referrer != "same-origin" {
		t.Errorf("Referrer-Policy %q: a browser would send no origin over plain HTTP", referrer)
	}

	send := func(action string, header http.Header, more ...string) {
		t.Helper()
		if got, body := post(t, w.base+"/event/"+action, sunderby(more...), header); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != ".."+"/event?hospital=Sunderby&owner=surgery" {
			t.Fatalf("%s: %s to %s\n%s", action, got.Status, got.Header.Get("Location"), body)
		}
	}
	send("acknowledge", anna(), "comment", "Jag ringer.")
	w.page(t, sunderbyPage+"&lang=sv", anna(), []string{"anna har tagit detta, tills det är återställt", "Jag ringer.", "Släpp larmet", "tog detta", "Jag ringer."}, "Ingen har tagit detta än.")
	send("silence", together(ownPage(), basic("bo", "ob")), "comment", "Stängt.\r\nÅter måndag.", "until", "monday")
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{"anna has this, until it is resolved", "Silenced by bo until 2025-03-24 07:00", "Stängt.\nÅter måndag.", "silenced this until 2025-03-24 07:00"})
	send("comment", anna(), "comment", "Ward 5 is closed.")
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{"anna</bdi> commented", "Ward 5 is closed."})
	if n := len(w.comments.All()); n != 1 {
		t.Errorf("%d comments", n)
	}
	// An answer is one, though it has set a silence for each severity.
	response, body := get(t, http.MethodGet, w.base+sunderbyPage+"&lang=en", anna())
	if n := strings.Count(string(body), "anna has this, until"); n != 1 || response.StatusCode != http.StatusOK {
		t.Errorf("that anna has this is told %d times", n)
	}
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{`name="id" value="1 2"`, `name="id" value="3 4"`})
	send("end", anna(), "id", "1 2")
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{"Silenced by bo", "anna</bdi> ended the acknowledgement"}, "anna has this, until")
	send("end", anna(), "id", "3 4 4711")
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{"Nobody has this yet."}, "Silenced by bo")

	var actions []audit.Action
	for _, entry := range w.audited(t) {
		actions = append(actions, entry.Action)
		if entry.Outcome != audit.Done || entry.Who == "" || entry.About.Event["hospital"] != "Sunderby" {
			t.Errorf("%+v", entry)
		}
	}
	if want := []audit.Action{audit.Acknowledge, audit.Silence, audit.Comment, audit.End, audit.End}; !slices.Equal(actions, want) {
		t.Errorf("audit log: %v, want %v", actions, want)
	}
}

// What is asked for and cannot be done is said on the page, with what was sent.
func TestAnswersThatFail(t *testing.T) {
	tests := []struct {
		name, action string
		sent         url.Values
		change       func(*ward, *web.Content)
		status       int
		want         []string
	}{
		{"no reason", "silence", sunderby("until", "1h"), nil, http.StatusUnprocessableEntity, []string{"Say why: whoever looks next has to know."}},
		{"no moment", "silence", sunderby("comment", "x"), nil, http.StatusUnprocessableEntity, []string{"Say until when."}},
		{"a moment that is none", "silence", sunderby("comment", "my words", "until", "at", "at", "soon"), nil, http.StatusUnprocessableEntity, []string{"as a date and a time of day: 2025-03-18T03:1", "my words</textarea>"}},
		{"a moment that is past", "silence", sunderby("comment", "x", "until", "at", "at", "2025-03-18T01:00"), nil, http.StatusUnprocessableEntity, []string{"That moment is past."}},
		{"an hour that spring leaves out", "silence", sunderby("comment", "x", "until", "at", "at", "2025-03-30T02:30"), nil, http.StatusUnprocessableEntity, []string{"as a date and a time of day"}},
		{"too long", "silence", sunderby("comment", "x", "until", "at", "at", "2025-04-17T03:11"), nil, http.StatusUnprocessableEntity, []string{"No alert is silenced for longer than 30 days."}},
		{"no comment", "comment", sunderby("comment", " \r\n "), nil, http.StatusUnprocessableEntity, []string{"The comment has no text."}},
		{"a long comment", "comment", sunderby("comment", strings.Repeat("å", 2001)), nil, http.StatusUnprocessableEntity, []string{"at most 2,000"}},
		{"NUL in a comment", "comment", sunderby("comment", "a\x00b"), nil, http.StatusUnprocessableEntity, []string{"some that cannot be shown"}},
		{"a comment that is not UTF-8", "comment", sunderby("comment", "a\xff"), nil, http.StatusUnprocessableEntity, []string{"some that cannot be shown"}},
		{"an owner there is not", "comment", url.Values{"owner": {"<b>nobody</b>"}, "comment": {"x"}}, nil, http.StatusUnprocessableEntity, []string{"There is no owner &lt;b&gt;nobody&lt;/b&gt;."}},
		{"an event of which nothing fires", "acknowledge", url.Values{"owner": {"staff"}}, nil, http.StatusConflict, []string{"No alert of this event fires now.", "Add the comment"}},
		{"another hospital", "silence", url.Values{"owner": {"surgery"}, "hospital": {"Piteå"}, "comment": {"x"}, "until": {"1h"}}, nil, http.StatusConflict, []string{"No alert of this event fires now."}},
		{"a silence there is not", "end", sunderby("id", "4711"), nil, http.StatusConflict, []string{"It has ended already."}},
		{"no Alertmanager", "acknowledge", sunderby(), func(_ *ward, c *web.Content) { c.Silences = nil }, http.StatusConflict, []string{"there is no Alertmanager to keep it"}},
		{"an Alertmanager that does not answer", "acknowledge", sunderby("comment", "my words"), func(w *ward, _ *web.Content) { w.silences.fail(errors.New("http://<alerts>:9093: it answers 500")) }, http.StatusBadGateway, []string{"It was not done: http://&lt;alerts&gt;:9093: it answers 500", "Who has these alerts is not known", "my words</textarea>", "tried to answer, in vain"}},
		{"one that does not answer as a silence ends", "end", sunderby("id", "1"), func(w *ward, _ *web.Content) { w.silences.fail(errors.New("no answer")) }, http.StatusBadGateway, []string{"It was not done: no answer"}},
		{"no storage", "comment", sunderby("comment", "x"), func(_ *ward, c *web.Content) { c.Comments = nil }, http.StatusConflict, []string{"Comments are not kept"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var w *ward
			opened, served, configured := openWard(t, withUsers(t), nil)
			if w = opened; tt.change != nil {
				tt.change(w, &served)
			}
			w.base = "http://" + serveWith(t, configured, func(c *web.Content) { *c = served })
			got, body := post(t, w.base+"/event/"+tt.action+"?lang=en", tt.sent, anna())
			if got.StatusCode != tt.status {
				t.Errorf("%s\n%s", got.Status, body)
			}
			rest, found := body, false
			for _, want := range append([]string{`href="../static/board.css"`, `href="../event?`, `role="alert"`}, tt.want...) {
				if _, rest, found = strings.Cut(rest, want); !found {
					t.Fatalf("no %q, or not in its place, in\n%s", want, body)
				}
			}
			w.silences.fail(nil)
			w.untouched(t)
		})
	}
}

// Each choice of a moment is that moment, by the system's clock.
func TestUntil(t *testing.T) {
	tests := []struct{ until, at, want string }{
		{"1h", "", "2025-03-18 03:10"}, {"4h", "", "2025-03-18 06:10"}, {"morning", "", "2025-03-18 07:00"}, {"monday", "", "2025-03-24 07:00"},
		{"at", "2025-03-30T03:30", "2025-03-30 03:30"}, {"at", "2025-04-17T02:00", "2025-04-17 02:00"},
	}
	for _, tt := range tests {
		t.Run(tt.until+tt.at, func(t *testing.T) {
			w := startWard(t, withUsers(t), nil)
			if got, body := post(t, w.base+"/event/silence", sunderby("comment", "x", "until", tt.until, "at", tt.at), anna()); got.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s\n%s", got.Status, body)
			}
			w.page(t, sunderbyPage+"&lang=en", anna(), []string{"Silenced by anna until " + tt.want})
			all, _ := w.silences.InForce(t.Context())
			entries := w.audited(t)
			if all[0].EndsAt.Before(time.Now()) || len(entries) != 1 || !entries[0].Until.Equal(all[0].EndsAt) {
				t.Errorf("silenced until %s, and the audit log has %+v", all[0].EndsAt, entries)
			}
		})
	}
}

// Where nobody may write, the page says what has to be configured, and has no
// form; where nobody is signed in, how.
func TestReadingOnly(t *testing.T) {
	tests := []struct {
		name   string
		web    config.Web
		header http.Header
		change func(*web.Content)
		want   string
	}{
		{"nobody may", config.Web{}, nil, nil, "no users are set up"},
		{"a password that nothing is held against", config.Web{}, basic("anna", "anna"), nil, "no users are set up"},
		{"a proxy that names nobody", behindProxy(), nil, nil, "You are not signed in"},
		{"a name from elsewhere", elsewhere(), http.Header{"X-Forwarded-User": {"anna"}}, nil, "You are not signed in"},
		{"no storage", withUsers(t), anna(), func(c *web.Content) { c.Audit, c.Comments = nil, nil }, "what is done cannot be kept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := startWard(t, tt.web, tt.change)
			got := w.page(t, sunderbyPage+"&lang=en", tt.header, []string{"Beds: 33 against 38", tt.want}, "<form", "<button")
			if policy := got.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'none'") {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

// All events are on a page, the worst first, with who has each.
func TestEvents(t *testing.T) {
	w := startWard(t, config.Web{}, nil)
	if _, err := w.silences.Acknowledge(t.Context(), []map[string]string{w.firing[0].Labels}, "anna", "I call"); err != nil {
		t.Fatal(err)
	}
	w.page(t, "/events?lang=en", nil, []string{
		"Alerts, and who has them", `Critical: <a href="event?hospital=Sunderby&amp;lang=en&amp;owner=surgery">Surgery · Sunderby</a>`, "Beds: 33 against 38", "Wait: 5 against 4", "2025-03-18 00:10",
		"1 alert of these nobody has yet.", "anna has this", "I call",
		`Warning: <a href="event?lang=en&amp;owner=finance">Finance</a>`, "Nobody has this yet.",
		"Surgery · Kalix", "Nobody has this yet.",
	}, "The chain", "Staff")
	w.silences.fail(errors.New("http://alerts:9093: <no answer>"))
	w.page(t, "/events?lang=sv", nil, []string{"Det går inte att se vem som tagit larmen: http://alerts:9093: &lt;no answer&gt;", "Kirurgi · Sunderby"}, "Ingen har tagit detta än.")
	w.page(t, "/?lang=en", nil, []string{`<a href="alerts?lang=en"`, `<p class="onward"><a href="events?lang=en">`})

	none := startWard(t, config.Web{}, func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true} }
	})
	none.page(t, "/events?lang=en", nil, []string{"No alert is firing."})
	disabled := startWard(t, config.Web{}, func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Off: true} }
	})
	disabled.page(t, "/events?lang=en", nil, []string{"Embedded alerting is off"}, "No alert is firing.")
	disabled.page(t, sunderbyPage+"&lang=en", nil, []string{"Embedded alerting is off"}, "No alert of this event fires now.")
	starting := startWard(t, withUsers(t), func(c *web.Content) {
		c.Alerts = func() evaluator.Overview {
			return evaluator.Overview{Alerts: []evaluator.Alert{labelled(alert("Watchdog", "none", "firing", "Larmkedjan", "The chain", time.Now()), nil)}}
		}
	})
	starting.page(t, "/events?lang=en", anna(), []string{"The alerts are being evaluated"}, "No alert is firing.")
	starting.page(t, sunderbyPage+"&lang=en", anna(), []string{"The alerts are being evaluated"}, "No alert of this event fires now.")
	if got, body := post(t, starting.base+"/event/acknowledge?lang=en", sunderby(), anna()); got.StatusCode != http.StatusConflict || !strings.Contains(body, "The alerts are being evaluated") {
		t.Errorf("%s\n%s", got.Status, body)
	}
	failing := startWard(t, config.Web{}, func(c *web.Content) {
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Err: errors.New("no space")} }
	})
	failing.page(t, "/events?lang=en", nil, []string{"Alerts cannot be evaluated: no space"}, "No alert is firing.")
	failing.page(t, sunderbyPage+"&lang=en", nil, []string{"Alerts cannot be evaluated: no space"}, "No alert of this event fires now.")
}

// Many alerts of one event are folded, so that the answer stays near.
func TestManyAlertsAreFolded(t *testing.T) {
	w, served, configured := openWard(t, withUsers(t), nil)
	for i := range 5 {
		w.firing = append(w.firing, labelled(alert(fmt.Sprintf("Number%dOffPlan", i), "warning", "firing", "Larm", fmt.Sprintf("Alert %d", i), time.Now()), map[string]string{"owner": "surgery", "hospital": "Sunderby"}))
	}
	w.base = "http://" + serveWith(t, configured, func(c *web.Content) { *c = served })
	w.page(t, sunderbyPage+"&lang=en", anna(), []string{"Beds: 33", "Wait: 5", "Alert 0", "<details><summary>4 more</summary>", "Alert 1", "Alert 4", "I have this"})
	if got, _ := post(t, w.base+"/event/acknowledge", sunderby(), anna()); got.StatusCode != http.StatusSeeOther {
		t.Error(got.Status)
	}
	if all, _ := w.silences.InForce(t.Context()); len(all) != 7 {
		t.Errorf("%d alerts are acknowledged, want all 7", len(all))
	}
}

// hostile are texts that try to break out of a page.
var hostile = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "\u202egnp.exe\u2066", "two\nlines", "'; DROP TABLE comments; --", "{{.Writer}}", "<!--", "</textarea><b>", "=1+1",
	strings.Repeat("å", 1990),
}

// Hostile text in names, comments, labels and annotations is shown as text.
func TestHostileText(t *testing.T) {
	for i, text := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			line := strings.ReplaceAll(text, "\n", " ")
			w, served, configured := openWard(t, behindProxy(), nil)
			name := line
			if len(name) > 100 || strings.Contains(name, "\u202e") {
				name = "anna" // another is refused
			}
			place := line[:min(len(line), 300)]
			w.firing[0].Labels["hospital"], w.firing[0].Labels["alertname"] = place, place
			w.firing[0].Annotations = map[string]string{"summary": text, "summary_en": text, "actual": text, "expected": text, "runbook_url": text, "dashboard_url": "javascript:" + text}
			if _, err := w.silences.Acknowledge(t.Context(), []map[string]string{w.firing[0].Labels}, text, text); err != nil {
				t.Fatal(err)
			}
			w.base = "http://" + serveWith(t, configured, func(c *web.Content) { *c = served })
			header := together(ownPage(), http.Header{"X-Forwarded-User": {name}})
			for _, action := range []string{"comment", "acknowledge", "silence"} {
				sent := url.Values{"owner": {"surgery"}, "hospital": {place}, "comment": {text}}
				if action == "silence" {
					sent.Set("until", "1h")
				}
				if got, body := post(t, w.base+"/event/"+action, sent, header); got.StatusCode != http.StatusSeeOther {
					t.Fatalf("%s: %s\n%s", action, got.Status, body)
				}
			}
			if all := w.comments.All(); len(all) != 1 || all[0].Text != text || all[0].Author != name {
				t.Errorf("comments: %+v", all)
			}
			for _, path := range []string{"/event?" + url.Values{"owner": {"surgery"}, "hospital": {place}}.Encode(), "/events", "/"} {
				response, body := get(t, http.MethodGet, w.base+path, header)
				if response.StatusCode != http.StatusOK {
					t.Fatalf("%s: %s", path, response.Status)
				}
				page := withoutScript(string(body))
				for _, never := range []string{"<script", "<img", `href="javascript`, `onerror=alert(1)">`, "</textarea><b>", "<!--", "ZgotmplZ"} {
					if strings.Contains(page, never) {
						t.Errorf("%s: has %q", path, never)
					}
				}
			}
			response, body := get(t, http.MethodGet, w.base+"/comments.csv", nil)
			want := text
			if strings.HasPrefix(text, "=") {
				want = "'" + text
			}
			rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
			if err != nil || len(rows) != 2 || rows[1][5] != want || response.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("CSV: %v\n%q", err, rows)
			}
		})
	}
}

// A comment on a KPI or a target stands on its page, which the report links to.
func TestCommentsOnFigures(t *testing.T) {
	w := startWard(t, withUsers(t), func(c *web.Content) {
		everything(t, "[sv, en]")(c)
	})
	w.page(t, "/?lang=en", anna(), []string{`href="kpi/beds_available?lang=en&amp;target=`})
	for name, tt := range map[string]struct {
		about  url.Values
		status int
		want   string
	}{
		"a KPI":               {url.Values{"kpi": {"beds_available"}}, http.StatusSeeOther, ""},
		"a KPI there is not":  {url.Values{"kpi": {"<b>"}}, http.StatusUnprocessableEntity, "There is no key figure &lt;b&gt;."},
		"a target there isnt": {url.Values{"target": {"none"}}, http.StatusUnprocessableEntity, "There is no target none."},
		"nothing":             {url.Values{}, http.StatusUnprocessableEntity, "Comments are about one key figure or one target."},
		"both":                {url.Values{"kpi": {"beds_available"}, "target": {"x"}}, http.StatusUnprocessableEntity, "Comments are about one key figure or one target."},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(w.comments.All())
			tt.about.Set("comment", "Counted <i>anew</i>.")
			got, body := post(t, w.base+"/comments?lang=en", tt.about, anna())
			if got.StatusCode != tt.status || !strings.Contains(body, tt.want) {
				t.Errorf("%s: no %q in %q", got.Status, tt.want, body)
			}
			if tt.status != http.StatusSeeOther {
				if len(w.comments.All()) != before {
					t.Error("it was kept")
				}
				return
			}
			location := got.Header.Get("Location")
			w.page(t, "/"+location, anna(), []string{"Available beds", "<form", "anna</bdi> commented", "Counted &lt;i&gt;anew&lt;/i&gt;."})
		})
	}
	if last := w.comments.All(); len(last) != 1 || !last[0].About.Equal(comment.Subject{KPI: "beds_available"}) {
		t.Errorf("%+v", last)
	}
}
