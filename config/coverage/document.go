package main

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// paragraph is what is judged as one: a paragraph of text, an entry of a list, a
// row that describes an activity, or a table.
type paragraph struct {
	// line is the first line in the document, from 1.
	line int
	// heading is the nearest above, such as a table's caption, after those above it
	// that have no text of their own.
	heading string
	// text is the whole on one line, without markup; of a table, its rows.
	text string
	// table is true of a table, whose rows count as one.
	table bool
}

var (
	// contentsEntry is a line of a table of contents.
	contentsEntry = regexp.MustCompile(`^[^\t]*(\t|\.{3,})\d+$`)
	footnote      = regexp.MustCompile(`^[⁰¹²³⁴⁵⁶⁷⁸⁹]+ `)
	listEntry     = regexp.MustCompile(`^(-|\d+\.) `)
	markup        = regexp.MustCompile(`<[^>]+>|\*+`)
)

// longestHeading is in runes. Headings of the sources are shorter, and what is longer
// and ends in no full stop is a paragraph that goes on overleaf.
const longestHeading = 110

// paragraphs divides the text of a document. A paragraph that a page ends in the
// midst of is put together, and so are the parts of a table. A row of a table that has the
// word activity is a paragraph of its own: it is text, such as what a division is to do.
func paragraphs(text, activity string) []paragraph {
	r := reader{activity: activity, tables: map[string]int{}, last: -1}
	lines := strings.Split(text, "\n")
	for start := 0; start < len(lines); {
		if strings.TrimSpace(lines[start]) == "" {
			start++
			continue
		}
		end := start
		for end < len(lines) && strings.TrimSpace(lines[end]) != "" {
			end++
		}
		r.block(lines[start:end], start+1, firstWord(lines, end))
		start = end
	}
	return r.found
}

// firstWord is the next line from i that is not empty.
func firstWord(lines []string, i int) string {
	for ; i < len(lines); i++ {
		if line := strings.TrimSpace(lines[i]); line != "" {
			return line
		}
	}
	return ""
}

type reader struct {
	activity string
	found    []paragraph
	// heading is the last, and bare tells that nothing has followed it yet.
	heading string
	bare    bool
	// tables are the places in found of the tables, by heading.
	tables map[string]int
	// last is the place in found of the paragraph that may go on; -1 for none.
	last int
}

// block reads lines without an empty one among them. next is the line that follows.
func (r *reader) block(lines []string, number int, next string) {
	whole := strings.Join(lines, "\n")
	table, activities := strings.Contains(whole, "\t"), r.describes(whole)
	for i, line := range lines {
		text := plain(line)
		switch {
		case contentsEntry.MatchString(strings.TrimSpace(line)):
			r.bare = false
		case activities && r.describes(text):
			_, described, _ := strings.Cut(line, "\t")
			r.add(paragraph{line: number + i, text: plain(described)})
		case activities:
			_, title, _ := strings.Cut(line, "\t")
			r.title(plain(title))
		case table:
			r.row(text, number+i)
		case footnote.MatchString(text):
			r.found = append(r.found, paragraph{line: number + i, heading: r.heading, text: text})
			r.bare = false
		case r.goesOn(text):
			r.found[r.last].text += " " + text
		case len(lines) == 1 && isHeading(text, next):
			r.title(text)
		default:
			r.add(paragraph{line: number + i, text: text})
		}
	}
}

// describes reports whether a line or a block is of an activity.
func (r *reader) describes(text string) bool {
	return r.activity != "" && strings.Contains(text, r.activity)
}

func (r *reader) title(text string) {
	if r.bare {
		text = r.heading + " › " + text
	}
	r.heading, r.bare, r.last = text, true, -1
}

func (r *reader) add(p paragraph) {
	p.heading, r.bare = r.heading, false
	r.found = append(r.found, p)
	r.last = len(r.found) - 1
}

// row adds a row to the table under the heading.
func (r *reader) row(text string, line int) {
	r.bare = false
	if i, begun := r.tables[r.heading]; begun {
		r.found[i].text += " " + text
		return
	}
	r.tables[r.heading] = len(r.found)
	r.found = append(r.found, paragraph{line: line, heading: r.heading, text: text, table: true})
}

// goesOn reports whether the text is the rest of the last paragraph.
func (r *reader) goesOn(text string) bool {
	return r.last >= 0 && isLower(text) && !endsSentence(r.found[r.last].text)
}

func isHeading(text, next string) bool {
	return utf8.RuneCountInString(text) <= longestHeading && !endsSentence(text) && !isLower(next) &&
		!listEntry.MatchString(text) && unicode.IsUpper(first(text))
}

func endsSentence(text string) bool { return strings.ContainsAny(text[len(text)-1:], ".:!?") }

func isLower(text string) bool { return unicode.IsLower(first(text)) }

func first(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// plain is text on one line, without markup.
func plain(text string) string {
	return strings.Join(strings.Fields(markup.ReplaceAllString(text, " ")), " ")
}

// words is a pattern of one of the patterns as a whole word, in whichever case, or of a
// digit or per cent. \b does not do, since it takes letters such as ö for ends of words.
func words(patterns []string) (*regexp.Regexp, error) {
	return regexp.Compile(`[0-9]|%|(?i:(^|[^\pL])(` + strings.Join(patterns, "|") + `)([^\pL]|$))`)
}

// states reports whether the paragraph states a figure or a direction, by their words.
func (p paragraph) states(words *regexp.Regexp) bool {
	return words.MatchString(listEntry.ReplaceAllString(p.text, ""))
}
