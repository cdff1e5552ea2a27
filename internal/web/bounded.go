package web

import (
	"strings"
	"unicode/utf8"
)

// How many characters are shown of texts that come from elsewhere: from a
// warehouse, a database's error, or the evaluation of a rule.
const (
	shownWords  = 300    // of a place, a name, or an alert's text
	shownError  = 2_000  // of a run's error
	shownFaults = 50_000 // of a configuration that cannot be loaded
)

// bounded returns a text, cut where it is longer than that many characters.
func bounded(text string, limit int) string {
	if len(text) <= limit || utf8.RuneCountInString(text) <= limit {
		return text
	}
	var cut strings.Builder
	for _, r := range text {
		if limit--; limit <= 0 {
			break
		}
		cut.WriteRune(r)
	}
	return cut.String() + "…"
}
