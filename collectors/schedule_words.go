package collectors

import (
	"fmt"
	"math/bits"
	"strings"

	"planwatch/internal/language"
)

// star is the bit that is set in a field of cron that was "*".
const star = 1 << 63

// Words is the schedule in words; "" for one that takes cron's own fields to say.
func (s Schedule) Words(l *language.Language) string {
	everyDay := s.spec.Dom&star != 0 && s.spec.Month&star != 0
	weekdays, hours, minutes := numbers(s.spec.Dow, 6), numbers(s.spec.Hour, 23), numbers(s.spec.Minute, 59)
	switch {
	case !everyDay || s.spec.Dow&star == 0 && len(weekdays) != 1:
		return ""
	case len(hours) == 24 && s.spec.Dow&star != 0:
		return everyHourWords(minutes, l)
	case len(minutes) != 1 || len(hours) > 6:
		return ""
	}
	times := make([]string, len(hours))
	for i, hour := range hours {
		times[i] = fmt.Sprintf("%02d:%02d", hour, minutes[0])
	}
	if s.spec.Dow&star == 0 {
		day := []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}[weekdays[0]]
		return l.Say("every %s at %s", l.Say(day), strings.Join(times, ", "))
	}
	return l.Say("every day at %s", strings.Join(times, ", "))
}

func everyHourWords(minutes []int, l *language.Language) string {
	switch {
	case len(minutes) == 60:
		return l.Say("every minute")
	case len(minutes) == 1 && minutes[0] == 0:
		return l.Say("every hour")
	case len(minutes) == 1:
		return l.Say("every hour, at minute %d", minutes[0])
	}
	every := minutes[1] - minutes[0]
	for i, minute := range minutes {
		if minute != i*every {
			return ""
		}
	}
	if len(minutes)*every != 60 {
		return ""
	}
	return l.Say("every %d minutes", every)
}

// numbers are the bits that are set of a field of cron, up to the largest that it has.
func numbers(field uint64, largest int) []int {
	var set []int
	for rest := field &^ star; rest != 0; rest &= rest - 1 {
		if n := bits.TrailingZeros64(rest); n <= largest {
			set = append(set, n)
		}
	}
	return set
}
