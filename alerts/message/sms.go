package message

import (
	_ "embed" // for the table
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"planwatch/internal/language"
)

// maxSMS is how many characters of the GSM 7-bit default alphabet (3GPP TS 23.038) one
// text message holds.
const maxSMS = 160

// gsmTable has the GSM 7-bit default alphabet, and what takes the place of other
// characters.
//
//go:embed gsm.txt
var gsmTable string

// replacement is a regular expression, and what takes the place of its matches.
type replacement struct {
	Of, By  string
	matches *regexp.Regexp
}

// toGSM makes a text one of the GSM alphabet, by what is nearest.
var toGSM = replacements(gsmTable)

// replacements reads a table of them; it panics if that is not one.
func replacements(table string) []replacement {
	var all []replacement
	for line := range strings.Lines(table) {
		of, by, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case !found:
			panic("gsm.txt: a line without a tab: " + line)
		default:
			all = append(all, replacement{of, by, regexp.MustCompile(of)})
		}
	}
	return all
}

// inGSM returns the text in the GSM alphabet.
func inGSM(text string) string {
	for _, r := range toGSM {
		text = r.matches.ReplaceAllString(text, r.By)
	}
	return text
}

// cut shortens a text to Keep characters beside an address and figures of more than Over.
type cut struct {
	Over, Keep int
	// Longer matches a text of more than Keep, and the group in it is what is left of that.
	Longer string
}

// fewest is how many characters of a text are kept. Beside a very long address the message
// becomes two.
const fewest = 10

// cuts are for addresses and figures of any length, the longest first. Templates cannot
// subtract, so there is one for every few characters.
func cuts() []cut {
	const (
		step = 3
		// separators of thousands in two figures.
		separators = 6
		// A space, a colon and a space, and the end of the line.
		signs = 4
	)
	left := maxSMS - separators - signs - step
	var all []cut
	for over := left - fewest; over >= 0; over -= step {
		all = append(all, newCut(over, left-over))
	}
	return append(all, newCut(-1, left+1))
}

func newCut(over, keep int) cut {
	const dots = 3
	return cut{over, keep, "^(.{" + strconv.Itoa(keep-dots) + "}).{" + strconv.Itoa(dots+1) + ",}$"}
}

// smsPart begins the names of the templates of text messages.
const smsPart = "sms"

// brief returns the figures alone, as text of a template, for a text message.
func (d document) brief(w wording) string {
	var b strings.Builder
	for text := d.language.Say(w.brief); ; {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(literal(inGSM(before)))
		if !found {
			return b.String()
		}
		place, after, _ := strings.Cut(rest, "}")
		fmt.Fprintf(&b, "{{ template %q .Annotations.%s }}", d.name(smsPart+"short"), strings.TrimSuffix(place, suffixShort))
		text = after
	}
}

// briefWords returns the words between the figures.
func briefWords(l *language.Language, w wording) string {
	return inGSM(language.Fill(l.Say(w.brief), func(string) string { return "" }))
}
