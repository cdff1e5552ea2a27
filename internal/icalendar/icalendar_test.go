package icalendar_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"planwatch/internal/icalendar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	found, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// year is all of 2025.
func year(in *time.Location) (from, to time.Time) {
	return time.Date(2025, 1, 1, 0, 0, 0, 0, in), time.Date(2026, 1, 1, 0, 0, 0, 0, in)
}

// written are the occurrences, one a line.
func written(all []icalendar.Occurrence) []string {
	lines := make([]string, len(all))
	for i, o := range all {
		lines[i] = fmt.Sprintf("%s – %s %s", o.From.Format("01-02 15:04 MST"), o.To.Format("01-02 15:04 MST"), o.Summary)
	}
	return lines
}

func occurrences(t *testing.T, data []byte, in *time.Location) []string {
	t.Helper()
	c, err := icalendar.Read("jour.ics", data, in)
	if err != nil {
		t.Fatal(err)
	}
	from, to := year(in)
	all, err := c.Occurrences(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return written(all)
}

func TestFiles(t *testing.T) {
	for _, tt := range []struct {
		file string
		want []string
	}{
		{"outlook.ics", []string{
			"03-10 08:00 CET – 03-17 08:00 CET Anna Andersson",
			"03-17 08:00 CET – 03-24 08:00 CET Bo, vikarie",
			"03-24 08:00 CET – 03-31 08:00 CEST Anna Andersson", // the clocks change within
			"03-31 10:00 CEST – 04-07 08:00 CEST Bo, vikarie",   // moved
			"04-14 08:00 CEST – 04-21 08:00 CEST Bo, vikarie",   // 04-07 is excepted
			"04-21 08:00 CEST – 04-28 08:00 CEST Anna Andersson",
			"05-05 08:00 CEST – 05-12 08:00 CEST Anna Andersson", // until, in UTC
		}},
		{"days.ics", []string{
			"03-29 00:00 CET – 03-31 00:00 CEST anna",
			"03-31 00:00 CEST – 04-01 00:00 CEST bo",
			"04-01 00:00 CEST – 04-02 00:00 CEST carin",
			"04-03 00:00 CEST – 04-04 00:00 CEST carin",
			"04-10 00:00 CEST – 04-11 00:00 CEST carin",
		}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if got := occurrences(t, data, zone(t, "Europe/Stockholm")); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// A series without an end ends with the time asked for.
func TestSeriesWithoutEnd(t *testing.T) {
	data, err := os.ReadFile("testdata/google.ics")
	if err != nil {
		t.Fatal(err)
	}
	got := occurrences(t, data, zone(t, "Europe/Stockholm"))
	want := []string{
		"03-24 08:00 CET – 03-31 08:00 CEST anna",
		"03-31 08:00 CEST – 04-07 08:00 CEST bo",
		"04-14 08:00 CEST – 04-21 08:00 CEST bo",
		"05-05 08:00 CEST – 05-12 08:00 CEST bo", // 04-28 is cancelled
	}
	if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Fatalf("got\n%s", strings.Join(got, "\n"))
	}
	if last := got[len(got)-1]; last != "12-29 08:00 CET – 01-05 08:00 CET bo" || len(got) != 38 {
		t.Errorf("%d, the last is %s", len(got), last)
	}
}

// event is a calendar with one event of those lines.
func event(lines ...string) string {
	return "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Tolvan Tolvansson\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\nEND:VCALENDAR\n"
}

func TestRules(t *testing.T) {
	const begins, ends = "DTSTART:20250106T080000", "DTEND:20250106T160000"
	for _, tt := range []struct {
		rule string
		// number of occurrences in 2025, and the starts of the first.
		number int
		want   string
	}{
		{"FREQ=DAILY;COUNT=3", 3, "0106 0107 0108"},
		{"freq=daily;until=20250108", 3, "0106 0107 0108"},
		{"FREQ=DAILY;UNTIL=20250108T065959Z", 2, "0106 0107"},
		{"FREQ=DAILY;UNTIL=20250108T080000", 3, "0106 0107 0108"},
		{"FREQ=DAILY;INTERVAL=100", 4, "0106 0416 0725 1102"},
		{"FREQ=DAILY;BYDAY=SA,SU;COUNT=2", 2, "0111 0112"},
		{"FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3", 3, "0106 0110 0113"},
		{"FREQ=WEEKLY;INTERVAL=4;WKST=SU;COUNT=2", 2, "0106 0203"},
		{"FREQ=MONTHLY;COUNT=2", 2, "0106 0206"},
		{"FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=3", 3, "0106 0131 0203"},
		{"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1;COUNT=2", 2, "0127 0224"},
		{"FREQ=MONTHLY;BYMONTHDAY=31,-1;COUNT=3", 3, "0131 0228 0331"},
		{"FREQ=WEEKLY;UNTIL=20241231", 0, ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c, err := icalendar.Read("jour.ics", []byte(event(begins, ends, "RRULE:"+tt.rule)), zone(t, "Europe/Stockholm"))
			if err != nil {
				t.Fatal(err)
			}
			from, to := year(zone(t, "Europe/Stockholm"))
			all, err := c.Occurrences(from, to)
			if err != nil {
				t.Fatal(err)
			}
			var starts []string
			for _, o := range all {
				starts = append(starts, o.From.Format("0102"))
				if o.To.Sub(o.From) != 8*time.Hour {
					t.Errorf("%s takes %s", o.From, o.To.Sub(o.From))
				}
			}
			if got := strings.Join(starts, " "); got != tt.want || len(starts) != tt.number {
				t.Errorf("got %d: %s, want %s", len(starts), got, tt.want)
			}
		})
	}
}

func TestZones(t *testing.T) {
	for name, tt := range map[string]struct{ lines, want string }{
		"the region's":          {"DTSTART:20250701T080000\nDURATION:PT1H", "07-01 08:00 CEST"},
		"UTC":                   {"DTSTART:20250701T080000Z\nDURATION:PT1H", "07-01 10:00 CEST"},
		"another":               {"DTSTART;TZID=Europe/Helsinki:20250701T080000\nDURATION:PT1H", "07-01 07:00 CEST"},
		"a day is the region's": {"DTSTART;VALUE=DATE:20250701", "07-01 00:00 CEST"},
		"seconds are dropped":   {"DTSTART:20250701T080042\nDURATION:PT1H", "07-01 08:00 CEST"},
	} {
		t.Run(name, func(t *testing.T) {
			got := occurrences(t, []byte(event(tt.lines)), zone(t, "Europe/Stockholm"))
			if len(got) != 1 || !strings.HasPrefix(got[0], tt.want) {
				t.Errorf("got %q, want %s", got, tt.want)
			}
		})
	}
}

// A zone by a name of the program's own is the region's only if it shows the
// same time.
func TestZoneOfAnotherTime(t *testing.T) {
	data, err := os.ReadFile("testdata/outlook.ics")
	if err != nil {
		t.Fatal(err)
	}
	_, err = icalendar.Read("jour.ics", data, zone(t, "Europe/Helsinki"))
	if want := "jour.ics:21: event: TZID: neither a time zone such as Europe/Stockholm nor one that the calendar defines as the region's Europe/Helsinki"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestFaults(t *testing.T) {
	const begins, ends = "DTSTART:20250106T080000\n", "DTEND:20250106T160000\n"
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":                     {"", "jour.ics:1: not a calendar: it begins with BEGIN:VCALENDAR"},
		"a page":                      {"<!DOCTYPE html>\n<html>", "jour.ics:1: not a line of a calendar, such as SUMMARY:Anna"},
		"another file":                {"BEGIN:VCARD\nEND:VCARD", "jour.ics:1: not a calendar: it begins with BEGIN:VCALENDAR"},
		"a line before":               {"X:1\nBEGIN:VCALENDAR\nEND:VCALENDAR", "jour.ics:1: not a calendar: it begins with BEGIN:VCALENDAR"},
		"cut off":                     {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n", "jour.ics:1: the file ends before END:VCALENDAR; it is cut off"},
		"another END":                 {"BEGIN:VCALENDAR\nEND:VEVENT\n", "jour.ics:2: END of what has not begun"},
		"a parameter cut off":         {"BEGIN:VCALENDAR\nX;A=b\nEND:VCALENDAR", "jour.ics:2: not a line of a calendar, such as SUMMARY:Anna"},
		"a quote cut off":             {"BEGIN:VCALENDAR\nX;A=\"b:c\nEND:VCALENDAR", "jour.ics:2: not a line of a calendar, such as SUMMARY:Anna"},
		"no start":                    {event(ends), "jour.ics:2: event: no DTSTART; say when it begins"},
		"no end":                      {event(begins), "jour.ics:2: event: no DTEND or DURATION; say when it ends"},
		"an end before the start":     {event(begins, "DTEND:20250105T080000"), "jour.ics:2: event: it ends before a minute has passed; give it a later end"},
		"no time at all":              {event(begins, "DTEND:20250106T080059"), "jour.ics:2: event: it ends before a minute has passed; give it a later end"},
		"a day to a time":             {event("DTSTART;VALUE=DATE:20250106", ends), "jour.ics:2: event: DTSTART and DTEND: one is a date and the other a time; give both alike"},
		"a date that is none":         {event("DTSTART:20250230T080000", ends), "jour.ics:2: event: DTSTART: not a date or time from 1970 to 2199, such as 20250317, 20250317T080000 or 20250317T070000Z"},
		"long ago":                    {event("DTSTART:00010101T080000", ends), "jour.ics:2: event: DTSTART: not a date or time from 1970 to 2199, such as 20250317, 20250317T080000 or 20250317T070000Z"},
		"a duration that is none":     {event(begins, "DURATION:P1Y"), "jour.ics:2: event: DURATION: not a time such as P7D or PT12H"},
		"an unknown zone":             {event("DTSTART;TZID=../../etc/passwd:20250106T080000", ends), "jour.ics:2: event: TZID: neither a time zone such as Europe/Stockholm nor one that the calendar defines as the region's Europe/Stockholm"},
		"the machine's zone":          {event("DTSTART;TZID=Local:20250106T080000", ends), "jour.ics:2: event: TZID: neither a time zone such as Europe/Stockholm nor one that the calendar defines as the region's Europe/Stockholm"},
		"hourly":                      {event(begins, ends, "RRULE:FREQ=SECONDLY"), "jour.ics:2: event: RRULE: FREQ: not DAILY, WEEKLY or MONTHLY"},
		"no frequency":                {event(begins, ends, "RRULE:COUNT=2"), "jour.ics:2: event: RRULE: no FREQ; give DAILY, WEEKLY or MONTHLY"},
		"a part that is not followed": {event(begins, ends, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "jour.ics:2: event: RRULE: a part that is not followed; give FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYSETPOS and WKST only"},
		"never":                       {event(begins, ends, "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=TU"), "jour.ics:2: event: RRULE: BYDAY and INTERVAL with FREQ=DAILY; give FREQ=WEEKLY"},
		"every so often":              {event(begins, ends, "RRULE:FREQ=WEEKLY;INTERVAL=99999999999999999999"), "jour.ics:2: event: RRULE: INTERVAL: not a number from 1 to 366 other than 0"},
		"a day of the month, weekly":  {event(begins, ends, "RRULE:FREQ=WEEKLY;BYDAY=1MO"), "jour.ics:2: event: RRULE: days of the month without FREQ=MONTHLY; give FREQ=MONTHLY"},
		"a rule given twice":          {event(begins, ends, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "jour.ics:2: event: RRULE: several; give each series an event of its own"},
		"all that follow":             {event(begins, ends, "RECURRENCE-ID;RANGE=THISANDFUTURE:20250106T080000"), "jour.ics:2: event: RECURRENCE-ID: RANGE is not followed; end the series (UNTIL) and begin another"},
		"periods":                     {event(begins, ends, "RDATE;VALUE=PERIOD:20250106T080000/PT1H"), "jour.ics:2: event: RDATE: not a date or time from 1970 to 2199, such as 20250317, 20250317T080000 or 20250317T070000Z"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := icalendar.Read("jour.ics", []byte(tt.text), zone(t, "Europe/Stockholm"))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "Tolvan") {
				t.Error("what an event is about is told")
			}
		})
	}
}

// What is large, deep or unending is refused in little time, or read.
func TestHostileFiles(t *testing.T) {
	many := func(n int, text string) string {
		return "BEGIN:VCALENDAR\n" + strings.Repeat(text, n) + "END:VCALENDAR\n"
	}
	series := func(rule string) string {
		return "BEGIN:VEVENT\nDTSTART:19700102T080000Z\nDURATION:PT1M\nRRULE:" + rule + "\nEND:VEVENT\n"
	}
	most := func(text string) string { return many((icalendar.MaxBytes-100)/len(text), text) }
	for name, tt := range map[string]struct{ text, want string }{
		"too large":              {strings.Repeat("x", icalendar.MaxBytes+1), "jour.ics: larger than the 1048576 bytes that a calendar may have"},
		"deep":                   {most("BEGIN:A\n"), "jour.ics:9: components lie more than 8 deep"},
		"a long line":            {"BEGIN:VCALENDAR\nX;A=" + strings.Repeat("b", icalendar.MaxBytes-100) + "\nEND:VCALENDAR", "jour.ics:2: not a line of a calendar, such as SUMMARY:Anna"},
		"a line that goes on":    {"BEGIN:VCALENDAR\nX:1\n" + strings.Repeat(" b\n", icalendar.MaxBytes/3-100) + "END:VCALENDAR", ""},
		"many parameters":        {"BEGIN:VCALENDAR\nX" + strings.Repeat(";A=1;B=2", 100) + ":1\nEND:VCALENDAR", ""},
		"many different ones":    {"BEGIN:VCALENDAR\nX;A=;B=;C=;D=;E=;F=;G=;H=;I=;J=;K=;L=;M=;N=;O=;P=;Q=;R=;S=;T=;U=;V=;W=;X=;Y=;Z=;AA=;AB=;AC=;AD=;AE=;AF=;AG=:1\nEND:VCALENDAR", "jour.ics:2: not a line of a calendar, such as SUMMARY:Anna"},
		"events with faults":     {most("BEGIN:VEVENT\nEND:VEVENT\n"), "jour.ics:2: event: no DTSTART; say when it begins"},
		"endless series":         {most(series("FREQ=DAILY")), "the calendar's series have more than 100000 occurrences; begin them later"},
		"series that have ended": {most(series("FREQ=DAILY;UNTIL=20241230")), ""},
		"many at a time":         {most(strings.ReplaceAll(series("FREQ=DAILY"), "1970", "2025")), "jour.ics: more than 5000 events from 2025-01-01 to 2026-01-01; give its series an end, or begin them later"},
		"long ones that end":     {most(series("FREQ=DAILY;COUNT=10000")), "the calendar's series have more than 100000 occurrences; begin them later"},
		"rare ones":              {most(series("FREQ=MONTHLY;INTERVAL=11;BYDAY=5MO")), "more than"},
		"rare dates":             {most(series("FREQ=MONTHLY;INTERVAL=11;BYMONTHDAY=31")), "more than"},
		"many dates":             {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20250101\nRDATE;VALUE=DATE:" + strings.Repeat("20250102,", 100000) + "20250103\nEND:VEVENT\nEND:VCALENDAR", ""},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			c, err := icalendar.Read("jour.ics", []byte(tt.text), zone(t, "Europe/Stockholm"))
			if err == nil {
				from, to := year(zone(t, "Europe/Stockholm"))
				_, err = c.Occurrences(from, to)
			}
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.200v, want %s", err, tt.want)
			}
			if err != nil && strings.Count(err.Error(), "\n") >= 20 {
				t.Errorf("%d lines", strings.Count(err.Error(), "\n")+1)
			}
			t.Logf("took %s", time.Since(began))
		})
	}
}

func TestYears(t *testing.T) {
	for name, tt := range map[string]struct {
		text        string
		first, last int
	}{
		"no events":     {"BEGIN:VCALENDAR\nEND:VCALENDAR", 0, 0},
		"over new year": {event("DTSTART:20241230T080000", "DTEND:20250106T080000"), 2024, 2025},
		"a series":      {event("DTSTART:20241209T080000", "DURATION:P7D", "RRULE:FREQ=WEEKLY"), 2024, 2024},
		"one that ends": {event("DTSTART:20241209T080000", "DURATION:P7D", "RRULE:FREQ=WEEKLY;UNTIL=20270101"), 2024, 2027},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := icalendar.Read("jour.ics", []byte(tt.text), zone(t, "Europe/Stockholm"))
			if err != nil {
				t.Fatal(err)
			}
			if first, last := c.Years(); first != tt.first || last != tt.last {
				t.Errorf("got %d to %d", first, last)
			}
		})
	}
}

// Whatever the bytes, a calendar is read or refused in one line for each fault,
// and its occurrences are in order, within bounds and not empty.
func FuzzRead(f *testing.F) {
	for _, file := range []string{"outlook.ics", "google.ics", "days.ics"} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(event("DTSTART:20250106T080000", "DURATION:PT8H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1")))
	in := zone(f, "Europe/Stockholm")
	from, to := year(in)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := icalendar.Read("jour.ics", data, in)
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "jour.ics:") {
					t.Errorf("fault %q", line)
				}
			}
			return
		}
		c.Years()
		all, err := c.Occurrences(from, to)
		if err != nil {
			return
		}
		for i, o := range all {
			if !o.From.Before(o.To) || !o.From.Before(to) || !o.To.After(from) || i > 0 && o.From.Before(all[i-1].From) {
				t.Errorf("%d: from %s to %s", i, o.From, o.To)
			}
		}
	})
}
