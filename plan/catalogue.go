package plan

import (
	"maps"
	"slices"
	"strings"

	"planwatch/internal/kpi"
)

// Catalogue is what a plan can aim at and whom it can call.
type Catalogue struct {
	// KPIs by name.
	KPIs map[string]Entry
	// Owners that may be named. nil leaves owners unchecked.
	Owners []string
}

// Entry is a KPI and the labels that its collector gives it.
type Entry struct {
	kpi.KPI
	Labels []string
}

// nearest is the name among names that looks most like name, or "" where
// none does.
func nearest(name string, names []string) string {
	best, least := "", max(len(name)/3, 1)+1
	for _, candidate := range names {
		if d := distance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance is how many letters are to be put in, left out or changed to make
// b of a.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	previous := make([]int, len(to)+1)
	for j := range previous {
		previous[j] = j
	}
	for i, letter := range from {
		current := make([]int, len(to)+1)
		current[0] = i + 1
		for j, other := range to {
			change := previous[j]
			if letter != other {
				change++
			}
			current[j+1] = min(change, previous[j+1]+1, current[j]+1)
		}
		previous = current
	}
	return previous[len(to)]
}

// suggestion is "; did you mean X?", or what names there are, or "".
func suggestion(name string, names []string) string {
	if near := nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	if len(names) > 0 && len(names) <= 12 {
		return "; there are " + strings.Join(names, ", ")
	}
	return ""
}

func (c Catalogue) names() []string { return slices.Sorted(maps.Keys(c.KPIs)) }
