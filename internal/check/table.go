package check

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/plan"
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
		fmt.Fprintf(out, "\n%d. %s\n", i+1, format.Cell(r.heading(l, g)))
		said := map[string]bool{}
		for _, d := range g.Differences {
			begin := ""
			if d.Table != "" {
				begin = place(d) + ": "
			}
			d.Row = shortened(d.Row)
			fmt.Fprintf(out, "   %s\n", format.Cell(begin+what(l, d)+": "+r.finding(l, d)))
			for _, more := range r.details(l, d, g) {
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

// details are what a reader of a difference is to know beside its figures. Of
// rounding the heading has said all.
func (r *Report) details(l *language.Language, d plan.Difference, g plan.Group) []string {
	if g.Rounding() {
		return nil
	}
	var details []string
	for _, text := range []string{r.why(l, d, g), r.looked(l, d), other(l, d), d.Cite, l.Of(d.Note)} {
		if text != "" {
			details = append(details, text)
		}
	}
	return details
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
