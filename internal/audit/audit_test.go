package audit_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/format"
)

var kalix = comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Kalix"}}

// clock is one that a test sets.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func open(t *testing.T, dir string, at *clock) (*audit.Log, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	l, err := audit.OpenAt(dir, slog.New(slog.NewTextHandler(&log, nil)), at.read)
	if err != nil {
		t.Fatal(err)
	}
	return l, &log
}

func read(t *testing.T, dir string) []audit.Entry {
	t.Helper()
	entries, faults, err := audit.Read(dir)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	return entries
}

// What was done is there after a kill, but for the line that was being written.
func TestRecord(t *testing.T) {
	dir, at := t.TempDir(), &clock{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	l, _ := open(t, dir, at)
	l.Record(audit.Entry{Who: "anna", Address: "127.0.0.1", Action: audit.Acknowledge, About: kalix, Silence: "1", Why: "I look"})
	l.Record(audit.Entry{Who: "bo", Address: "127.0.0.1", Action: audit.Silence, About: kalix, Until: at.now.Add(time.Hour), Outcome: "the Alertmanager does not answer"})
	// No Close: as after a kill.
	file, err := os.OpenFile(filepath.Join(dir, audit.FileName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"time":"2026-`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	again, log := open(t, dir, at)
	if !strings.Contains(log.String(), "an unfinished line was cut off") || !strings.Contains(log.String(), "bytes=14") {
		t.Errorf("log: %s", log)
	}
	about := again.About(comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Kalix", "ward": ""}})
	if len(about) != 2 || about[0].Who != "anna" || about[0].Outcome != audit.Done || about[1].Outcome != "the Alertmanager does not answer" || !about[0].Time.Equal(at.now.Truncate(time.Second)) {
		t.Errorf("got %+v", about)
	}
	if other := again.About(comment.Subject{Event: map[string]string{"owner": "surgery", "hospital": "Piteå"}}); len(other) > 0 {
		t.Errorf("of another event: %+v", other)
	}
	if info, err := os.Stat(filepath.Join(dir, audit.FileName)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// However many are refused, an address and a reason have one line a minute, and
// none is forgotten.
func TestRefusalsAreBounded(t *testing.T) {
	dir, at := t.TempDir(), &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	l, log := open(t, dir, at)
	for range 1000 {
		l.Refuse(audit.Entry{Address: "10.0.0.1", Outcome: "wrong password"})
	}
	l.Refuse(audit.Entry{Address: "10.0.0.1", Outcome: "forged origin"})
	if n := len(read(t, dir)); n != 2 {
		t.Errorf("%d lines in the first minute, want 2", n)
	}
	at.now = at.now.Add(time.Minute)
	l.Refuse(audit.Entry{Address: "10.0.0.2", Outcome: "wrong password"})
	entries, total := read(t, dir), 0
	for _, e := range entries {
		total += e.Count
	}
	if len(entries) != 4 || total != 1002 {
		t.Errorf("%d lines that stand for %d, want 4 and 1002", len(entries), total)
	}
	l.Refuse(audit.Entry{Address: "10.0.0.2", Outcome: "wrong password"})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	entries = read(t, dir)
	if last := entries[len(entries)-1]; len(entries) != 5 || last.Count != 1 || last.Action != audit.Refused {
		t.Errorf("after the stop: %+v", entries)
	}
	if n := strings.Count(log.String(), "refused: somebody without the right tried to write"); n != 5 || !strings.Contains(log.String(), "level=WARN") {
		t.Errorf("%d lines in the log\n%s", n, log)
	}
}

// Many addresses are told apart up to a number, and those of one network of IPv6
// are one.
func TestRefusalsFromEverywhere(t *testing.T) {
	dir, at := t.TempDir(), &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	l, _ := open(t, dir, at)
	for i := range 100 {
		l.Refuse(audit.Entry{Address: fmt.Sprintf("2001:db8::%x", i), Outcome: "wrong password"})
	}
	if n := len(read(t, dir)); n != 1 {
		t.Errorf("%d lines for one network", n)
	}
	for i := range 1000 {
		l.Refuse(audit.Entry{Address: fmt.Sprintf("10.0.%d.%d", i/250, i%250), Outcome: "wrong password"})
	}
	if n := len(read(t, dir)); n > 31 {
		t.Errorf("%d lines in a minute", n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, e := range read(t, dir) {
		total += e.Count
	}
	if total != 1100 {
		t.Errorf("%d refusals, want 1100", total)
	}
}

// An action that cannot be kept is in the process' log.
func TestRecordThatFails(t *testing.T) {
	dir, at := t.TempDir(), &clock{time.Now()}
	l, log := open(t, dir, at)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Record(audit.Entry{Who: "anna", Address: "127.0.0.1", Action: audit.End, About: kalix, Silence: "4711"})
	for _, want := range []string{"level=ERROR", "audit log not written", "who=anna", "silence=4711", "surgery"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
}

func TestWrite(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	entries := []audit.Entry{
		{Time: at, Who: "=cmd()", Address: "127.0.0.1", Action: audit.Silence, About: kalix, Silence: "1", Until: at.Add(time.Hour), Why: "two\nlines\x1b[31m", Outcome: audit.Done},
		{Time: at, Address: "10.0.0.1", Action: audit.Refused, Outcome: "wrong password", Count: 3},
	}
	for f, wants := range map[format.Format][]string{
		format.Table: {"2026-01-02 03:04:05  =cmd()", `event hospital="Kalix", owner="surgery"`, "two␊lines␛[31m", "wrong password  3"},
		format.CSV:   {"time,who,address,action,about,silence,matchers,until,why,outcome,count\r\n2026-01-02T03:04:05Z,'=cmd(),127.0.0.1,silence,", "2026-01-02T04:04:05Z"},
		format.JSON:  {`"who": "=cmd()"`, `"hospital": "Kalix"`, `"count": 3`},
	} {
		var out strings.Builder
		if err := audit.Write(&out, entries, f, time.UTC); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", f, want, out.String())
			}
		}
	}
}
