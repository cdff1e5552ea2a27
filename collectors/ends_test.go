package collectors

import (
	"testing"
	"time"
)

// A period ends a second before midnight, also where a day has none.
func TestEnds(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Stockholm", "America/Santiago", "Africa/Cairo", "Asia/Beirut"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			release Release
			want    int
		}{{Monthly, 12}, {Weekly, 53}, {Daily, 366}} {
			ends := tt.release.endsIn(2024, location)
			if len(ends) != tt.want {
				t.Errorf("%s: %d ends of a %s, want %d", zone, len(ends), tt.release, tt.want)
			}
			for i, end := range ends {
				next := end.Add(time.Second)
				if hour, minute, second := next.Clock(); minute != 0 || second != 0 || hour > 1 && hour != 23 || i > 0 && !end.After(ends[i-1]) {
					t.Errorf("%s: a %s ends at %s", zone, tt.release, end)
				}
			}
			if last := ends[len(ends)-1]; last.Year() != 2024 || last.Month() != time.December || last.Day() != 31 {
				t.Errorf("%s: the last %s ends at %s", zone, tt.release, last)
			}
		}
	}
}
