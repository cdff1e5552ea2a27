package oncall_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
	_ "time/tzdata"

	"planwatch/alerts/oncall"
	"planwatch/internal/regiontest"
)

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// inCalendar is the small file with the rota's shifts in a calendar.
func inCalendar(t testing.TB, where string) string {
	t.Helper()
	const weeks = "    weeks: {2024-W52: anna, 2025-W01: bo, 2025-W02: anna}\n"
	if !strings.Contains(small, weeks) {
		t.Fatal("the small file has other weeks")
	}
	return strings.Replace(small, weeks, "    calendar: {"+where+"}\n    people: {Anna Andersson: anna, Anna A: anna, Bo Ek: bo}\n", 1)
}

func event(title string, lines ...string) string {
	return "BEGIN:VEVENT\nSUMMARY:" + title + "\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\n"
}

func calendar(events ...string) []byte {
	return []byte("BEGIN:VCALENDAR\n" + strings.Join(events, "") + "END:VCALENDAR\n")
}

// read is the on-call file with that calendar.
func read(t testing.TB, data []byte, years oncall.Years) *oncall.OnCall {
	t.Helper()
	files := fstest.MapFS{oncall.File: {Data: []byte(inCalendar(t, "file: duty/jour.ics"))}, "duty/jour.ics": {Data: data}}
	o, err := oncall.Load(files, regiontest.Languages(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ReadCalendars(files, stockholm(t), years); err != nil {
		t.Fatal(err)
	}
	return o
}

func written(shifts []oncall.Shift) string {
	lines := make([]string, len(shifts))
	for i, s := range shifts {
		lines[i] = fmt.Sprintf("%s %s %s", s.From.Format("2006-01-02 15:04"), s.To.Format("2006-01-02 15:04"), s.Receiver)
	}
	return strings.Join(lines, "\n")
}

func TestShiftsOfACalendar(t *testing.T) {
	for name, tt := range map[string]struct {
		data  []byte
		years oncall.Years
		want  string
	}{
		"people and ids, joined where one follows another": {
			calendar(
				event("Bo Ek", "DTSTART:20250120T080000", "DTEND:20250127T080000"),
				event(" Anna Andersson ", "DTSTART:20250106T070000Z", "DTEND:20250113T070000Z"),
				event("anna", "DTSTART:20250113T080000", "DTEND:20250120T080000"),
			),
			oncall.Years{First: 2025, Last: 2026}, "2025-01-06 08:00 2025-01-20 08:00 anna\n2025-01-20 08:00 2025-01-27 08:00 bo",
		},
		"nobody unknown in other years": {
			calendar(
				event("Tolvan Tolvansson", "DTSTART:20230109T080000", "DTEND:20230116T080000"),
				event("bo", "DTSTART:20250120T080000", "DTEND:20250127T080000"),
			),
			oncall.Years{First: 2025, Last: 2026}, "2025-01-20 08:00 2025-01-27 08:00 bo",
		},
		"a series without an end, to the end of the year after the plan": {
			calendar(event("bo", "DTSTART:20231211T080000", "DTEND:20231218T080000", "RRULE:FREQ=WEEKLY")),
			oncall.Years{First: 2023, Last: 2023}, "2023-12-11 08:00 2025-01-06 08:00 bo",
		},
		"without a plan, in the calendar's years": {
			calendar(event("bo", "DTSTART:20231211T080000", "DTEND:20231218T080000", "RRULE:FREQ=WEEKLY;UNTIL=20231226"), event("anna", "DTSTART;VALUE=DATE:20240102")),
			oncall.Years{First: 1, Last: 0}, "2023-12-11 08:00 2024-01-01 08:00 bo\n2024-01-02 00:00 2024-01-03 00:00 anna",
		},
		"no events": {calendar(), oncall.Years{First: 2025, Last: 2026}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			rota, _ := read(t, tt.data, tt.years).Rota("jour")
			if got := written(rota.Shifts(stockholm(t))); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			for _, person := range rota.Persons() {
				if !strings.Contains(tt.want, person) {
					t.Errorf("%s has no shift", person)
				}
			}
		})
	}
}

// A calendar may lie elsewhere on the machine; a pipe in its place is not waited for.
func TestCalendarOfTheMachine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jour.ics")
	files := fstest.MapFS{oncall.File: {Data: []byte(inCalendar(t, "file: "+path))}}
	readAt := func() error {
		o, err := oncall.Load(files, regiontest.Languages(t))
		return errors.Join(err, o.ReadCalendars(files, stockholm(t), oncall.Years{First: 2025, Last: 2025}))
	}
	if err := os.WriteFile(path, calendar(event("bo", "DTSTART;VALUE=DATE:20250101")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readAt(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := readAt(); err == nil || err.Error() != "oncall.yaml:26: rota jour: calendar: file: open "+path+": a pipe, not a regular file" {
		t.Errorf("got %v", err)
	}
}

func TestCalendarAtAnAddress(t *testing.T) {
	o, err := load(t, inCalendar(t, "url_file: jour.url"))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.ReadCalendars(fstest.MapFS{}, stockholm(t), oncall.Years{First: 2025, Last: 2026}); err != nil {
		t.Fatal(err)
	}
	const want = "oncall.yaml:26: rota jour: calendar: url_file: only a planwatch that itself sends knows what is there now; for an Alertmanager's file, give weeks or calendar: {file: …}"
	if err := o.CheckWritten(); err == nil || err.Error() != want || !o.Fetches() {
		t.Errorf("got %v", err)
	}
	rota, _ := o.Rota("jour")
	if len(rota.Shifts(time.UTC)) > 0 || len(rota.Persons()) > 0 || len(o.DutyNotices(time.Now(), time.UTC)) > 0 {
		t.Error("somebody is on duty before it is fetched")
	}
	shifts, err := o.ShiftsIn(rota, "its calendar", calendar(event("Bo Ek", "DTSTART:20250120T080000", "DTEND:20250127T080000")), stockholm(t), oncall.Years{First: 2025, Last: 2025})
	if err != nil {
		t.Fatal(err)
	}
	fetched, _ := o.WithShifts(map[string][]oncall.Shift{"jour": shifts}).Rota("jour")
	if got := written(fetched.Shifts(stockholm(t))); got != "2025-01-20 08:00 2025-01-27 08:00 bo" || !slices.Equal(fetched.Persons(), []string{"bo"}) {
		t.Errorf("got %s, %q", got, fetched.Persons())
	}
	if before, _ := o.Rota("jour"); len(before.Persons()) > 0 {
		t.Error("what was loaded has changed")
	}
	if o, err := load(t, small); err != nil || o.CheckWritten() != nil || o.Fetches() {
		t.Errorf("weeks: %v", err)
	}
}

func TestDutyNotices(t *testing.T) {
	week := func(title, first, last string) string {
		return event(title, "DTSTART:"+first+"T080000", "DTEND:"+last+"T080000")
	}
	january := []string{week("bo", "20250106", "20250113"), week("anna", "20250113", "20250120"), week("bo", "20250120", "20250127")}
	for name, tt := range map[string]struct {
		now    string // in local time
		events []string
		want   []string
	}{
		"nothing":                       {"2025-01-07 12:00", january, nil},
		"before the first":              {"2025-01-01 12:00", january, []string{"nobody is on duty from 2025-01-01 12:00 to 2025-01-06 08:00"}},
		"a gap":                         {"2025-01-07 12:00", append(slices.Clone(january), week("bo", "20250128", "20250203")), []string{"nobody is on duty from 2025-01-27 08:00 to 2025-01-28 08:00"}},
		"gaps":                          {"2025-01-07 12:00", append(slices.Clone(january), week("bo", "20250128", "20250203"), week("bo", "20250204", "20250205"), week("bo", "20250206", "20250207")), []string{"nobody is on duty from 2025-01-27 08:00 to 2025-01-28 08:00, nor in later gaps: 2"}},
		"one that is over":              {"2025-02-01 12:00", append(slices.Clone(january), week("bo", "20250128", "20250303")), nil},
		"within a gap":                  {"2025-01-27 12:00", append(slices.Clone(january), week("bo", "20250128", "20250303")), []string{"nobody is on duty from 2025-01-27 12:00 to 2025-01-28 08:00"}},
		"an end in less than two weeks": {"2025-01-14 12:00", january, []string{"nobody is on duty after 2025-01-27 08:00; add shifts"}},
		"an end in just two weeks":      {"2025-01-13 08:00", january, nil},
		"an end that is over":           {"2025-03-01 12:00", january, []string{"nobody is on duty since 2025-01-27 08:00; add shifts"}},
		"no shift":                      {"2025-01-07 12:00", nil, []string{"its calendar has no shift: nobody is on duty"}},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.ParseInLocation("2006-01-02 15:04", tt.now, stockholm(t))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, notice := range tt.want {
				want = append(want, "oncall.yaml: rota jour: "+notice)
			}
			got := read(t, calendar(append(tt.events, event("anna", "DTSTART;VALUE=DATE:19990101"), event("bo", "DTSTART;VALUE=DATE:19990101"))...), oncall.Years{First: 2025, Last: 2026}).DutyNotices(now.UTC(), stockholm(t))
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// Weeks end, too.
func TestNoticesOfWeeks(t *testing.T) {
	o, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	got := o.DutyNotices(time.Date(2025, 1, 7, 12, 0, 0, 0, time.UTC), stockholm(t))
	if !slices.Equal(got, []string{"oncall.yaml: rota jour: nobody is on duty after 2025-01-13 08:00; add shifts"}) {
		t.Errorf("got %q", got)
	}
}
