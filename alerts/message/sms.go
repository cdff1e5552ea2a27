package message

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"planwatch/internal/language"
)

// maxSMS is how many characters of the GSM 7-bit default alphabet (3GPP TS 23.038) one
// text message holds.
const maxSMS = 160

// gsm is a class of regular expressions: the GSM 7-bit default alphabet, without the
// characters of its extension, which count as two.
const gsm = "@£$¥èéùìòÇ\\nØø\\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà-"

// replacement is a regular expression, and what takes the place of its matches.
type replacement struct{ Of, By string }

// toGSM make a text one of the GSM alphabet, by what is nearest; the letters are those of
// Sami and of neighbouring languages.
var toGSM = []replacement{
	{"[\\s\u00a0\u2007\u2009\u202f]+", " "},
	{"[\u2010-\u2015\u2212]", "-"},
	{"[\u2018\u2019\u201a`´]", "'"},
	{"[\u201c\u201d\u201e«»]", "\""},
	{"…", "..."},
	{"[[{]", "("}, {"[]}]", ")"}, {"[|\\\\]", "/"}, {"[~^]", "-"}, {"€", "EUR"},
	{"[áâãā]", "a"}, {"[ÁÀÂÃĀ]", "A"}, {"[čćç]", "c"}, {"[ČĆ]", "C"}, {"[đð]", "d"}, {"[ĐÐ]", "D"}, {"[êëē]", "e"}, {"[ÈÊËĒ]", "E"},
	{"[íîï]", "i"}, {"[ÍÌÎÏ]", "I"}, {"[ŋń]", "n"}, {"[ŊŃ]", "N"}, {"[óôõ]", "o"}, {"[ÓÒÔÕ]", "O"}, {"[šś]", "s"}, {"[ŠŚ]", "S"},
	{"[ŧť]", "t"}, {"[ŦŤ]", "T"}, {"[úûū]", "u"}, {"[ÚÙÛŪ]", "U"}, {"[ýÿ]", "y"}, {"[ÝŸ]", "Y"}, {"[žź]", "z"}, {"[ŽŹ]", "Z"},
	{"[^" + gsm + "]", "?"},
}

// inGSM returns the text in the GSM alphabet.
func inGSM(text string) string {
	for _, r := range toGSM {
		text = regexp.MustCompile(r.Of).ReplaceAllString(text, r.By)
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
