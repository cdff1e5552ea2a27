package exporter_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwatch/internal/sink"
)

// onDuty is a calendar by which somebody is on duty now, and for some days.
func onDuty(title string) string {
	day := func(days int) string { return time.Now().AddDate(0, 0, days).UTC().Format("20060102T150405Z") }
	return fmt.Sprintf("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:%s\nDTEND:%s\nSUMMARY:%s\nEND:VEVENT\nEND:VCALENDAR\n", day(-2), day(30), title)
}

// duty is a region that planwatch itself sends for, who is told, and where the
// rota's calendar is.
type duty struct {
	dir  string
	told chan string // who
	// calendar is what the address answers; "" is a failure.
	calendar atomic.Pointer[string]
	site     *httptest.Server
}

func (d *duty) has(text string) { d.calendar.Store(&text) }

// until waits until somebody is told, and returns who is told before.
func (d *duty) until(t *testing.T, who string) (before []string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case told := <-d.told:
			if told == who {
				return before
			}
			before = append(before, told)
		case <-deadline:
			t.Fatalf("%s is never told", who)
		}
	}
}

func newDuty(t *testing.T) *duty {
	t.Helper()
	d := &duty{dir: alertingRegion(t), told: make(chan string, 1000)}
	receiving, err := sink.Listen(t.Context(), func(m sink.Message) { d.told <- strings.TrimPrefix(m.To[0], "/") })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(receiving.Close)
	d.has("")
	d.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		text := *d.calendar.Load()
		if text == "" {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, text) // the test notices
	}))
	t.Cleanup(d.site.Close)
	secrets := t.TempDir()
	files := map[string]string{
		filepath.Join(secrets, "jour.url"): d.site.URL,
		filepath.Join(d.dir, "oncall.yaml"): `operations: it
wait: 1s
interval: 1s
directory: ` + secrets + `
owners:
  - {id: it, name: {sv: IT, en: IT}, receivers: [it], duty: jour}
rotas:
  - {id: jour, calendar: {url_file: jour.url}, people: {Anna Andersson: anna}}
receivers:
  - {id: it, webhook: {url_file: it.url}}
  - {id: anna, webhook: {url_file: anna.url}}
  - {id: bo, webhook: {url_file: bo.url}}
`,
		filepath.Join(d.dir, "plan", "targets.yaml"): `plan: Plan
targets:
  - {id: queue-kalix, kpi: patients_waiting, where: {hospital: Kalix}, value: 20, from: 2020-01-01, basis: operational, owner: it, for: 1s, warning: 0%, critical: 10%}
`,
	}
	for _, who := range []string{"it", "anna", "bo"} {
		files[filepath.Join(secrets, who+".url")] = receiving.Calls() + "/" + who
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// Messages go to whoever is on duty by a calendar at an address: to nobody until
// it is fetched, and to the next one when it changes. The owner is told all the
// same. The calendar outlasts a reload and a restart, while the address does not
// answer.
func TestDutyByACalendar(t *testing.T) {
	d, storage := newDuty(t), t.TempDir()
	const fails, changed = "a calendar cannot be fetched; the last good one is used", "who is on duty has changed in a calendar"
	p := start(t, d.dir, storage)
	p.untilLogged(fails)
	if before := d.until(t, "it"); len(before) > 0 {
		t.Errorf("%q are told before anybody is on duty", before)
	}
	d.has(onDuty("Anna Andersson"))
	d.until(t, "anna")
	d.has(onDuty("Tolvan Tolvansson"))
	p.untilLogged("calendar:2: event of ")
	if strings.Contains(p.log.String(), "Tolvan") {
		t.Error("what an event is about is told")
	}
	d.has(onDuty("bo"))
	d.until(t, "bo")
	if n := p.log.Count(changed); n != 2 {
		t.Errorf("%d changes", n)
	}
	p.again()
	p.until(success, "1")
	d.has("")
	p.stop()
	if n := p.log.Count("alerts are not sent"); n > 0 {
		t.Error("a calendar is not sent by")
	}

	if err := os.RemoveAll(filepath.Join(storage, "alertmanager")); err != nil { // so that all are told again
		t.Fatal(err)
	}
	for len(d.told) > 0 {
		<-d.told
	}
	p = start(t, d.dir, storage)
	p.untilLogged(fails)
	d.until(t, "bo")
	if n := p.log.Count(changed); n != 0 {
		t.Errorf("%d changes after a restart", n)
	}
}
