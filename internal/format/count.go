package format

import "strconv"

// Count returns a number of things in English, of which messages to operators
// are: "1 source", "2 sources". The thing is one whose plural ends in s.
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
