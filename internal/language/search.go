package language

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Finds reports whether each word of a search is in one of the texts. A browser may
// send a letter and its accent apart, and people write a comma before a place.
func Finds(search string, texts ...string) bool {
	text := folded(strings.Join(texts, "\n"))
	words := strings.FieldsFunc(folded(search), func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

func folded(text string) string { return strings.ToLower(norm.NFC.String(text)) }
