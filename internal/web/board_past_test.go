package web_test

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/alerts/message"
	pastalerts "planwatch/alerts/past"
	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// over is an alert that ended so long before the clock of a ward began, and fired for that
// long.
func over(t testing.TB, c clock.Clock, severity, summary, summaryEN string, ago, lasted time.Duration, labels map[string]string) pastalerts.Alert {
	t.Helper()
	ended := c.Wall(at(t).Add(-ago)).UTC()
	a := labelled(alert("BedsAvailableOffPlan", severity, "firing", summary, summaryEN, time.Time{}), labels)
	maps.Copy(a.Annotations, map[string]string{"actual": "33 beds", "expected": "38 beds"})
	return pastalerts.Alert{Labels: a.Labels, Annotations: a.Annotations, StartsAt: ended.Add(-lasted), EndsAt: ended}
}

const day = 24 * time.Hour

func TestAlertsPage(t *testing.T) {
	surgery := map[string]string{"owner": "surgery", "hospital": "Sunderby", "kpi": "beds_available", "target": "beds-kirurgi"}
	kalix := map[string]string{"owner": "surgery", "hospital": "Kalix", "target": "beds-kalix"}
	finance := map[string]string{"owner": "finance", "kpi": "net_cost_sek"}
	hostile := map[string]string{"owner": `"><script>`, "hospital": "<b>Kalix</b>\u202e"}
	w := startWard(t, config.Web{}, func(c *web.Content) {
		ended := []pastalerts.Alert{
			over(t, c.Clock, "warning", "Gammal: 1 mot 2", "Old: 1 against 2", 40*day, 2*time.Hour, finance),
			over(t, c.Clock, "warning", "Kostnad: 7 mot 6", "Cost: 7 against 6", 20*day, 26*time.Hour+time.Minute, finance),
			over(t, c.Clock, "critical", "<i>Elak</i>", "<i>Evil</i>", 3*day, 30*time.Second, hostile),
			over(t, c.Clock, "critical", "Platser: 30 mot 38", "Places: 30 against 38", day, 3*time.Hour, surgery),
			// Nobody was told of this one, and of the other they were when it was critical no more.
			over(t, c.Clock, "warning", "Dold", "Hidden", day, 3*time.Hour, surgery),
			over(t, c.Clock, "warning", "Kalix: 3 mot 4", "Kalix: 3 against 4", 12*time.Hour, 5*time.Hour, kalix),
		}
		c.PastAlerts = func() ([]pastalerts.Alert, bool) { return ended, true }
		during := c.Clock.Wall(at(t).Add(-day - time.Hour)).UTC()
		about := comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Sunderby"}}
		for _, said := range []comment.Comment{
			{Time: during, Author: "bo", About: about, Text: "Två <nya> platser"}, {Time: during.Add(-3 * day), Author: "bo", About: about, Text: "Något annat"},
		} {
			if err := c.Comments.Add(said); err != nil {
				t.Fatal(err)
			}
		}
		c.Audit.Record(audit.Entry{Who: "anna", Address: "127.0.0.1", Action: audit.Silence, About: comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Kalix"}}, Until: during, Why: "later than it"})
	})
	for _, tt := range []struct {
		name, query string
		code        int
		inOrder     []string
		never       []string
	}{
		{
			"thirty days, in Swedish", "?lang=sv", http.StatusOK,
			[]string{
				"Aktiva larm", "Vårdplatser: 33 mot 38", "Larm som upphört", `<span class="count">4</span>`, "2025-02-16 till 2025-03-18", "Siffrorna är de som gällde när larmet började.",
				"Varning</td>", "Kalix: 3 mot 4", "5\u00a0tim", "Ingen svarade.",
				"Kritisk</td>", `<a href="kpi/beds_available?lang=sv&amp;target=beds-kirurgi">Platser: 30 mot 38</a>`, "2025-03-16 23:10", "2025-03-17 02:10", "3\u00a0tim",
				`<a href="event?hospital=Sunderby&amp;lang=sv&amp;owner=surgery">Kirurgi · Sunderby</a>`, "meddelas: it", "bo</bdi> kommenterade: ", "Två &lt;nya&gt; platser",
				"&lt;i&gt;Elak&lt;/i&gt;", "mindre än en minut", "Kostnad: 7 mot 6", "1\u00a0dygn 2\u00a0tim",
			},
			[]string{"Dold", "Gammal", "Något annat", "<script", "<i>", "later than it"},
		},
		{"an owner", "?lang=en&owner=finance", http.StatusOK, []string{`href="?lang=sv&amp;owner=finance"`, "Firing alerts", "Cost: 5 against 4", `<option value="finance" selected>`, `href="alerts?lang=en">Show all`, `<span class="count">1</span>`, "Cost: 7 against 6"}, []string{"Beds: 33", "Places"}},
		{"a severity", "?lang=en&severity=critical", http.StatusOK, []string{"Beds: 33 against 38", `<span class="count">2</span>`, "Places"}, []string{"Kalix: 3", "Cost: 7"}},
		{"a key figure", "?lang=en&kpi=beds_available", http.StatusOK, []string{"No alert of these is firing.", "Places"}, []string{"Kalix: 3", "Cost: 7"}},
		{"days", "?lang=en&from=2025-02-01&to=2025-02-10", http.StatusOK, []string{`value="2025-02-01"`, `value="2025-02-10"`, "2025-02-01 to 2025-02-10", "Old: 1 against 2"}, []string{"Places", "Cost: 7"}},
		{"a last day alone", "?lang=en&to=2025-02-10", http.StatusOK, []string{"2025-01-11 to 2025-02-10", "Old: 1 against 2"}, []string{"Places"}},
		{"days without any", "?lang=sv&from=2025-01-01&to=2025-01-02", http.StatusOK, []string{"Inget larm upphörde under dessa dagar."}, []string{"Places"}},
		{"no day", "?lang=sv&from=i%20g%C3%A5r", http.StatusBadRequest, []string{"i går är inte ett datum, som till exempel 2025-03-18.", "Kalix: 3 mot 4"}, []string{"parsing"}},
		{"days the wrong way round", "?lang=sv&from=2025-03-02&to=2025-03-01", http.StatusBadRequest, []string{"Den första dagen ligger efter den sista.", "Kalix: 3 mot 4"}, nil},
		{"no owner, no figure, no severity", "?lang=sv&owner=x&kpi=y&severity=z", http.StatusBadRequest, []string{"Det finns ingen ansvarig x.", "Det finns inget nyckeltal y.", "Det finns ingen allvarlighetsgrad z.", "Kalix: 3 mot 4"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response := w.page(t, "/alerts"+tt.query, nil, tt.inOrder, tt.never...)
			// It has what people said, of which no browser keeps a copy.
			if response.StatusCode != tt.code || response.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s, %q", response.Status, response.Header.Get("Cache-Control"))
			}
		})
	}
	w.page(t, sunderbyPage+"&lang=sv", nil, []string{"Larm som upphört", "2025-03-16 23:10", "2025-03-17 02:10", "3\u00a0tim", "Kritisk: <bdi>Platser: 30 mot 38</bdi>", `<a href="alerts?lang=sv&amp;owner=surgery">`}, "Kalix: 3 mot 4", "Dold")
}

// Where nothing is known of what has ended, the page says so, and shows what fires.
func TestAlertsPageWithoutAPast(t *testing.T) {
	for name, ended := range map[string]func() ([]pastalerts.Alert, bool){"none": nil, "not known": func() ([]pastalerts.Alert, bool) { return nil, false }} {
		t.Run(name, func(t *testing.T) {
			w := startWard(t, config.Web{}, func(c *web.Content) { c.PastAlerts = ended })
			w.page(t, "/alerts?lang=en", nil, []string{"Beds: 33 against 38", "Which alerts have ended is not known here"}, "No alert ended")
		})
	}
}

// What is withheld now is not told from the past.
func TestPastAlertsOfWithheldFigures(t *testing.T) {
	for _, reason := range []plan.Reason{"", plan.Withheld, plan.ReferenceWithheld} {
		t.Run(string(reason), func(t *testing.T) {
			w := startWard(t, config.Web{}, func(c *web.Content) {
				labels := map[string]string{"owner": "surgery", "hospital": "Sunderby", "kpi": "beds_available", "target": "beds-kirurgi"}
				ended := over(t, c.Clock, "critical", "Platser", "Places", time.Hour, time.Hour, labels)
				c.PastAlerts = func() ([]pastalerts.Alert, bool) { return []pastalerts.Alert{ended}, true }
				region := c.Report().Region
				entry, _ := region.KPIs.Get("beds_available")
				c.Report = func() *report.Report {
					return &report.Report{Region: region, At: at(t), Rows: []report.Row{{KPI: entry, Target: &plan.Target{ID: "beds-kirurgi"}, Reason: reason}}}
				}
				c.Summary = func(a evaluator.Alert, l *language.Language) string {
					return message.New(region).Summary(a.Labels, a.Annotations, l)
				}
			})
			_, body := get(t, http.MethodGet, w.base+"/alerts?lang=sv", nil)
			_, table, _ := strings.Cut(string(body), `id="past-heading"`)
			if !strings.Contains(table, "Platser") || strings.Contains(table, "33 mot 38") != (reason == "") {
				t.Errorf("the figures of then:\n%s", table)
			}
		})
	}
}

// manyAlerts is as many alerts as are kept of those that have ended, and as fire of 2,000
// targets.
func manyAlerts(t testing.TB) http.Handler {
	t.Helper()
	_, served, configured := openWard(t, config.Web{}, func(c *web.Content) {
		var ended []pastalerts.Alert
		var firing []evaluator.Alert
		for i := range 10_000 {
			labels := map[string]string{"owner": "surgery", "hospital": "Sunderby", "kpi": "beds_available", "target": fmt.Sprint("t", i)}
			a := over(t, c.Clock, "warning", fmt.Sprintf("Resultat hittills i år, Länssjukvård %d: 1 234,5 mnkr mot 1 200,0 mnkr enligt planen", i), "Alert", time.Duration(10_000-i)*time.Minute, time.Hour, labels)
			if ended = append(ended, a); i < 2_000 {
				firing = append(firing, evaluator.Alert{Labels: a.Labels, Annotations: a.Annotations, State: "firing", ActiveAt: a.StartsAt})
			}
		}
		c.PastAlerts = func() ([]pastalerts.Alert, bool) { return ended, true }
		c.Alerts = func() evaluator.Overview { return evaluator.Overview{Evaluated: true, Alerts: firing} }
		for i := range 500 {
			about := comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Sunderby"}}
			if err := c.Comments.Add(comment.Comment{Time: ended[9_000+i].StartsAt.Truncate(time.Second), Author: "anna", About: about, Text: strings.Repeat("Vi ringer in folk.", 40)}); err != nil {
				t.Fatal(err)
			}
		}
	})
	return web.Handler(configured, served, slog.New(slog.DiscardHandler))
}

func TestAlertsPageIsSmall(t *testing.T) {
	handler := manyAlerts(t)
	for _, path := range []string{"/alerts?lang=sv", "/alerts?lang=sv&page=12", "/alerts?lang=sv&severity=warning"} {
		status, body := fetch(t, handler, path)
		if status != http.StatusOK || len(body) > 150_000 {
			t.Errorf("%s: %d, %d bytes", path, status, len(body))
		}
	}
}

func BenchmarkAlertsPage(b *testing.B) {
	handler := manyAlerts(b)
	size := 0
	for b.Loop() {
		_, body := fetch(b, handler, "/alerts?lang=sv")
		size = len(body)
	}
	b.ReportMetric(float64(size), "bytes")
}
