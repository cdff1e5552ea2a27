package alerts_test

import (
	"testing"
	"time"

	"planwatch/alerts"
)

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
		{2025, "Nationaldagen", "Friday", "2025-06-06"},
		{2025, "Nyårsafton", "Wednesday", "2025-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.want+" "+tt.name, func(t *testing.T) {
			for _, holiday := range alerts.Sweden.Holidays(tt.year) {
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
		holidays := alerts.Sweden.Holidays(year)
		if len(holidays) != 16 {
			t.Errorf("%d: %d holidays", year, len(holidays))
		}
		for i := 1; i < len(holidays); i++ {
			if holidays[i].Date.Before(holidays[i-1].Date) {
				t.Errorf("%d: %s stands after %s", year, holidays[i].Name, holidays[i-1].Name)
			}
		}
	}
	if holidays := alerts.NoHolidays.Holidays(2025); len(holidays) > 0 {
		t.Errorf("no calendar, and %d holidays", len(holidays))
	}
}
