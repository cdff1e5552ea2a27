package backtest

import (
	"time"

	"planwatch/internal/yamlfile"
)

// Noise is why an episode was noise, or "" if it was not.
type Noise string

// The kinds of noise.
const (
	// Short is that the figure was back within a day, or within a step where that is
	// longer: before anyone could have acted.
	Short Noise = "short"
	// Flapping is that the same alert fired flaps times or more within flapping, this
	// time among them: it told nothing that it had not told before.
	Flapping Noise = "flapping"
)

const (
	flaps      = 3
	flappingIn = 7 // days
)

// judge tells which episodes of an alert were noise. They are in order of time.
func judge(episodes []Episode, step yamlfile.Duration, location *time.Location) {
	const day = 24 * time.Hour
	within := max(time.Duration(step), day)
	for i := range episodes {
		e := &episodes[i]
		if !e.Began || e.Withdrawn || e.ActiveUntil.IsZero() {
			continue // for how long is not known
		}
		limit := e.ActiveAt.Add(within)
		if within%day == 0 { // of the calendar, as steps are
			limit = e.ActiveAt.In(location).AddDate(0, 0, int(within/day))
		}
		if !e.ActiveUntil.After(limit) {
			e.Noise = Short
		}
	}
	for i := range episodes {
		together := episodes[i:]
		if len(together) < flaps {
			return
		}
		together = together[:flaps]
		last, end := together[len(together)-1].From, together[0].From.In(location).AddDate(0, 0, flappingIn)
		if last.After(end) {
			continue
		}
		for j := range together {
			together[j].Noise = Flapping
		}
	}
}
