package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"planwatch/internal/calendar"
)

const sweden calendar.Calendar = "sweden"

// What each country's official calendar says of a year.
func TestHolidays(t *testing.T) {
	tests := []struct {
		calendar calendar.Calendar
		year     int
		want     string
	}{
		{"denmark", 2023, "01-01 04-06 04-07 04-09 04-10 05-05 05-18 05-28 05-29 06-05 12-25 12-26"},
		// Without store bededag, which has been a working day since 2024.
		{"denmark", 2025, "01-01 04-17 04-18 04-20 04-21 05-29 06-05 06-08 06-09 12-25 12-26"},
		{"estonia", 2025, "01-01 02-24 04-18 04-20 05-01 06-08 06-23 06-24 08-20 12-24 12-25 12-26"},
		{"finland", 2025, "01-01 01-06 04-18 04-20 04-21 05-01 05-29 06-08 06-20 06-21 11-01 12-06 12-24 12-25 12-26"},
		{"germany", 2025, "01-01 04-18 04-20 04-21 05-01 05-29 06-08 06-09 10-03 12-25 12-26"},
		{"iceland", 2025, "01-01 04-17 04-18 04-20 04-21 04-24 05-01 05-29 06-08 06-09 06-17 08-04 12-25 12-26"},
		{"ireland", 2025, "01-01 02-03 03-17 04-21 05-05 06-02 08-04 10-27 12-25 12-26"},
		// The king's birthday is a Sunday and kept on the Saturday.
		{"netherlands", 2025, "01-01 04-18 04-20 04-21 04-26 04-27 05-05 05-29 06-08 06-09 12-25 12-26"},
		{"norway", 2025, "01-01 04-17 04-18 04-20 04-21 05-01 05-17 05-29 06-08 06-09 12-25 12-26"},
		{"sweden", 2024, "01-01 01-06 03-29 03-31 04-01 05-01 05-09 05-19 06-06 06-21 06-22 11-02 12-24 12-25 12-26 12-31"},
		{"sweden", 2025, "01-01 01-06 04-18 04-20 04-21 05-01 05-29 06-06 06-08 06-20 06-21 11-01 12-24 12-25 12-26 12-31"},
		{"sweden", 2026, "01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-19 06-20 10-31 12-24 12-25 12-26 12-31"},
		{"sweden", 2027, "01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-06 06-25 06-26 11-06 12-24 12-25 12-26 12-31"},
		// Christmas is a weekend, and the days off are those after it.
		{"united-kingdom", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27 12-28"},
		{"united-kingdom", 2028, "01-01 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"},
		{calendar.None, 2025, ""},
		{"atlantis", 2025, ""},
	}
	tested := map[calendar.Calendar]bool{}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %d", tt.calendar, tt.year), func(t *testing.T) {
			var days []string
			for _, holiday := range tt.calendar.Holidays(tt.year) {
				if holiday.Date.Year() != tt.year || holiday.Name == "" {
					t.Errorf("%q is on %s", holiday.Name, holiday.Date)
				}
				days = append(days, holiday.Date.Format("01-02"))
			}
			if got := strings.Join(days, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
		tested[tt.calendar] = true
	}
	for _, name := range calendar.Countries() {
		if !tested[calendar.Calendar(name)] {
			t.Errorf("no test of %s", name)
		}
	}
}

func TestSwedishHolidays(t *testing.T) {
	tests := []struct {
		year          int
		name, weekday string
		want          string
	}{
		{2025, "Påskdagen", "Sunday", "2025-04-20"},
		{2025, "Långfredagen", "Friday", "2025-04-18"},
		{2025, "Annandag påsk", "Monday", "2025-04-21"},
		{2025, "Kristi himmelsfärds dag", "Thursday", "2025-05-29"},
		{2025, "Pingstdagen", "Sunday", "2025-06-08"},
		{2025, "Midsommarafton", "Friday", "2025-06-20"},
		{2025, "Midsommardagen", "Saturday", "2025-06-21"},
		{2025, "Alla helgons dag", "Saturday", "2025-11-01"},
		{2026, "Påskdagen", "Sunday", "2026-04-05"},
		{2026, "Midsommarafton", "Friday", "2026-06-19"},
		{2026, "Midsommardagen", "Saturday", "2026-06-20"},
		{2026, "Alla helgons dag", "Saturday", "2026-10-31"},
		{2027, "Påskdagen", "Sunday", "2027-03-28"},
		{2027, "Midsommardagen", "Saturday", "2027-06-26"},
		{2027, "Alla helgons dag", "Saturday", "2027-11-06"},
		// Easter at its earliest and latest in living memory, and in leap years.
		{2008, "Påskdagen", "Sunday", "2008-03-23"},
		{2011, "Påskdagen", "Sunday", "2011-04-24"},
		{2024, "Påskdagen", "Sunday", "2024-03-31"},
		{2028, "Påskdagen", "Sunday", "2028-04-16"},
		{2038, "Påskdagen", "Sunday", "2038-04-25"},
		{2025, "Sveriges nationaldag", "Friday", "2025-06-06"},
		{2025, "Nyårsafton", "Wednesday", "2025-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.want+" "+tt.name, func(t *testing.T) {
			for _, holiday := range sweden.Holidays(tt.year) {
				if holiday.Name != tt.name {
					continue
				}
				if got := holiday.Date.Format(time.DateOnly); got != tt.want {
					t.Errorf("is on %s", got)
				}
				if got := holiday.Date.Weekday().String(); got != tt.weekday {
					t.Errorf("is a %s", got)
				}
				return
			}
			t.Error("is not there")
		})
	}
}

func TestHolidaysAreInOrder(t *testing.T) {
	for year := 1990; year < 2100; year++ {
		holidays := sweden.Holidays(year)
		if len(holidays) != 16 {
			t.Errorf("%d: %d holidays", year, len(holidays))
		}
		for i := 1; i < len(holidays); i++ {
			if holidays[i].Date.Before(holidays[i-1].Date) {
				t.Errorf("%d: %s stands after %s", year, holidays[i].Name, holidays[i-1].Name)
			}
		}
	}
}

func TestKnown(t *testing.T) {
	for name, want := range map[calendar.Calendar]bool{calendar.None: true, sweden: true, "united-kingdom": true, "Sweden": false, "atlantis": false} {
		if got := name.Known(); got != want {
			t.Errorf("%q: known is %t", name, got)
		}
	}
}
