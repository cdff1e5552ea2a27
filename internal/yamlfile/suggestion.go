package yamlfile

import "strings"

// Suggestion ends a fault about a name that is not one of names: "; did you
// mean X?" where one looks like it, or else "; there are " and all of them if
// they are few, or "".
func Suggestion(name string, names []string) string {
	if near := Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	if len(names) > 0 && len(names) <= 12 {
		return "; there are " + strings.Join(names, ", ")
	}
	return ""
}

// Nearest is the name among names that looks most like name, or "" where
// none does.
func Nearest(name string, names []string) string {
	best, least := "", max(len(name)/3, 1)+1
	for _, candidate := range names {
		if d := distance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the Levenshtein distance between a and b.
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
