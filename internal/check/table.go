package check

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/reconciliation"
)

// longest is how many letters of a row's name a line has.
const longest = 100

// writeTable lists the groups, the largest first: a heading, and under it each
// difference with its place and what a reader is to know.
func (r *Report) writeTable(w io.Writer, l *language.Language) error {
	out := bufio.NewWriter(w)
	if r.plan.Checked > 0 {
		fmt.Fprintf(out, "%s: %s\n", format.Cell(r.title), l.Say("%d statements checked", r.plan.Checked))
	}
	for i, g := range r.plan.Groups {
		fmt.Fprintf(out, "\n%d. %s\n", i+1, format.Cell(r.words.Heading(l, g)))
		said := map[string]bool{}
		for _, d := range g.Differences {
			begin := ""
			if d.Table != "" {
				begin = reconciliation.Place(d) + ": "
			}
			d.Row = shortened(d.Row)
			fmt.Fprintf(out, "   %s\n", format.Cell(begin+reconciliation.What(l, d)+": "+r.words.Finding(l, d)))
			for _, more := range r.words.Details(l, d, g) {
				// What several differences have in common is said once.
				if !said[more] {
					fmt.Fprintf(out, "     %s\n", format.Cell(more))
				}
				said[more] = true
			}
		}
	}
	if len(r.plan.Groups) > 0 {
		fmt.Fprintln(out)
	}
	if c := r.controls; c != nil {
		fmt.Fprintf(out, "%s\n", l.Say("%d figures of the plan held against the warehouse", c.compared))
		for _, a := range c.differing {
			fmt.Fprintf(out, "   %s\n", format.Cell(r.control(l, a)))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s\n%s\n", format.Cell(r.summary(l)), r.verdict(l))
	return out.Flush()
}

// shortened cuts a long name between words.
func shortened(text string) string {
	letters := []rune(text)
	if len(letters) <= longest {
		return text
	}
	cut := string(letters[:longest])
	if i := strings.LastIndex(cut, " "); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}
