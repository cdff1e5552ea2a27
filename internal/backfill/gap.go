package backfill

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// gap is where a collector failed.
type gap struct {
	Moments int       `json:"moments"`
	First   time.Time `json:"first"`
	Error   string    `json:"error"`
}

// note notes in gaps, by collector, what failed at a frame's moment.
func note(gaps map[string]gap, f frame) {
	for name, err := range f.failed() {
		g := gaps[name]
		if g.Moments++; g.Moments == 1 {
			g.First, g.Error = f.from, err.Error()
		}
		gaps[name] = g
	}
}

// missing are the collectors of which nothing, or not all, is done, in order of
// name. undone says what is not done where it is nothing, and meanwhile what there is at
// moments that failed; reasons are why collectors were not asked, and counted is how
// many moments the gaps are of.
func missing(undone, meanwhile string, reasons map[string]string, gaps map[string]gap, counted int, location *time.Location) []string {
	why := map[string]string{}
	for name, reason := range reasons {
		why[name] = undone + ": " + reason
	}
	for name, g := range gaps {
		if g.Moments == counted {
			why[name] = fmt.Sprintf("%s: it failed at every moment: %s", undone, g.Error)
		} else {
			why[name] = fmt.Sprintf("it failed at %d of %d moments, %s; the first is %s: %s", g.Moments, counted, meanwhile, g.First.In(location).Format(time.RFC3339), g.Error)
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(why)) {
		all = append(all, fmt.Sprintf("collector %s: %s", name, why[name]))
	}
	return all
}
