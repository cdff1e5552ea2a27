package report

import (
	"fmt"
	"io"
	"strings"

	"planwatch/internal/format"
	"planwatch/internal/language"
)

// shortList is the activities, or the risks, whose effect does not come, in words.
type shortList struct {
	// heading says what they are, and how many of how many; column is what one of them is.
	heading, column string
	lines           []shortLine
}

// shortLine is one of them: what it is called, and by which targets the effect does not come.
type shortLine struct {
	title string
	short []string
}

// shortLists are the part at the end of a report for people. A list may be missing.
func (r *Report) shortLists(l *language.Language) []shortList {
	activities, risks := r.Short()
	var lists []shortList
	if len(activities) > 0 {
		list := shortList{heading: r.ActivitiesHeading(len(activities), l), column: l.Say("Activity")}
		for _, a := range activities {
			list.lines = append(list.lines, shortLine{r.ActivityTitle(a, l), a.ShortWords(l)})
		}
		lists = append(lists, list)
	}
	if len(risks) > 0 {
		list := shortList{heading: r.RisksHeading(len(risks), l), column: l.Say("Risk")}
		for _, k := range risks {
			list.lines = append(list.lines, shortLine{r.RiskTitle(k, l), k.ShortWords(l)})
		}
		lists = append(lists, list)
	}
	return lists
}

// ActivitiesHeading stands above that many activities whose effect does not come.
func (r *Report) ActivitiesHeading(count int, l *language.Language) string {
	return l.Say("Activities whose effect does not come: %d of %d", count, len(r.Activities))
}

// RisksHeading stands above that many risks whose measures have no effect.
func (r *Report) RisksHeading(count int, l *language.Language) string {
	return l.Say("Risks where the effect of the measure does not come: %d of %d", count, len(r.Risks))
}

// writeShort prints the lists, each line no longer than most.
func (r *Report) writeShort(out io.Writer, l *language.Language, most int) {
	for _, list := range r.shortLists(l) {
		fmt.Fprintf(out, "\n%s\n", strings.ToUpper(list.heading))
		for _, line := range list.lines {
			writeWrapped(out, Missing.Symbol()+" ", line.title, most)
			for _, words := range line.short {
				writeWrapped(out, "    ", words, most)
			}
		}
	}
}

// writeWrapped prints the text after a beginning, under which its other lines begin.
func writeWrapped(out io.Writer, begin, text string, most int) {
	indent := len([]rune(begin))
	for i, line := range wrapped(format.Cell(text), most-indent) {
		if i > 0 {
			begin = strings.Repeat(" ", indent)
		}
		fmt.Fprintln(out, begin+line)
	}
}
