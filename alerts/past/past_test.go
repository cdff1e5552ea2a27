package past_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/past"
)

var began = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)

// ended is an alert of a ward that fired for that long.
func ended(ward string, begin time.Time, lasted time.Duration) past.Alert {
	return past.Alert{
		Labels: map[string]string{"alertname": "BedsOffPlan", "severity": "warning", "ward": ward}, Annotations: map[string]string{"summary": "Beds <" + ward + ">"},
		StartsAt: begin, EndsAt: begin.Add(lasted),
	}
}

func open(t *testing.T, dir string, now time.Time) (*past.Log, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	l, err := past.OpenAt(dir, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, &log
}

// wards are the alerts' wards and when each ended.
func wards(all []past.Alert) string {
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, "%s %s, ", a.Labels["ward"], a.EndsAt.Format("15:04"))
	}
	return strings.TrimSuffix(b.String(), ", ")
}

// What has ended is there after a kill, each alert once, in the order in which they ended.
func TestKept(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, dir, began)
	l.Add(ended("A", began, 30*time.Minute), ended("B", began, 20*time.Minute))
	l.Add(ended("C", began.Add(time.Minute), 4*time.Minute))
	l.Add(past.Alert{Labels: map[string]string{"alertname": "X"}, StartsAt: began, EndsAt: began.Add(-time.Hour)})
	const want = "C 03:05, B 03:20, A 03:30"
	if got := wards(l.All()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// No Close, and a line that was being written: as after a kill.
	file, err := os.OpenFile(filepath.Join(dir, past.FileName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"labels":{"al`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	again, log := open(t, dir, began)
	if got := wards(again.All()); got != want || !strings.Contains(log.String(), "an unfinished line was cut off") {
		t.Errorf("got %s, want %s; log %s", got, want, log)
	}
	// The end that was told before the kill is told of again, later.
	again.Add(ended("B", began, 45*time.Minute))
	for _, l := range []*past.Log{again, func() *past.Log { l, _ := open(t, dir, began); return l }()} {
		if got := wards(l.All()); got != "C 03:05, A 03:30, B 03:45" {
			t.Errorf("got %s", got)
		}
	}
	info, err := os.Stat(filepath.Join(dir, past.FileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Lines that are no alerts are told, and the others read.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, dir, began)
	l.Add(ended("A", began, time.Minute))
	path := filepath.Join(dir, past.FileName)
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append([]byte("{}\nnonsense\n"), data...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	again, log := open(t, dir, began)
	if got := wards(again.All()); got != "A 03:01" || !strings.Contains(log.String(), "lines=2") {
		t.Errorf("got %s; log %s", got, log)
	}
}

// The file and the memory are bounded, in time and in number.
func TestBounds(t *testing.T) {
	dir := t.TempDir()
	l, _ := open(t, dir, began)
	var many []past.Alert
	for i := range past.Most + past.Slack {
		many = append(many, ended(fmt.Sprint("W", i), began.Add(time.Duration(i)*time.Second), time.Minute))
	}
	l.Add(many...)
	if all := l.All(); len(all) != past.Most || all[0].Labels["ward"] != fmt.Sprint("W", past.Slack) {
		t.Errorf("%d are kept, the first %v", len(all), all[0].Labels)
	}
	lines := func() int {
		data, err := os.ReadFile(filepath.Join(dir, past.FileName))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(data, []byte("\n"))
	}
	if n := lines(); n != past.Most+past.Slack {
		t.Errorf("%d lines before the bound", n)
	}
	l.Add(ended("last", began.Add(24*time.Hour), time.Minute))
	if n := lines(); n != past.Most {
		t.Errorf("%d lines, want %d", n, past.Most)
	}
	l.Add(ended("after", began.Add(25*time.Hour), time.Minute))
	if n, all := lines(), l.All(); n != past.Most+1 || all[len(all)-1].Labels["ward"] != "after" || all[len(all)-2].Labels["ward"] != "last" {
		t.Errorf("%d lines", n)
	}
	later, _ := open(t, dir, began.Add(past.Retention+26*time.Hour))
	if all := later.All(); len(all) != 0 {
		t.Errorf("%d are kept for ever", len(all))
	}
	later.Add(ended("new", began.Add(past.Retention+25*time.Hour), time.Minute))
	if got := wards(later.All()); !strings.HasPrefix(got, "new ") || strings.Contains(got, ",") {
		t.Errorf("got %s", got)
	}
}

// What cannot be written is known until the next start, and told once.
func TestUnwritable(t *testing.T) {
	dir := t.TempDir()
	l, log := open(t, dir, began)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Add(ended("A", began, time.Minute))
	l.Add(ended("B", began, 2*time.Minute))
	if got := wards(l.All()); got != "A 03:01, B 03:02" || strings.Count(log.String(), "not kept over a restart") != 1 {
		t.Errorf("got %s; log %s", got, log)
	}
}
