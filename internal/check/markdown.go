package check

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/reconciliation"
)

// inCell escapes Markdown in a table's cell.
var inCell = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "\n", " ")

// writeMarkdown has a heading and a table for each group, and under it what the
// reader of its differences is to know.
func (r *Report) writeMarkdown(w io.Writer, l *language.Language) error {
	out := bufio.NewWriter(w)
	if r.plan.Checked > 0 {
		fmt.Fprintf(out, "# %s\n\n%s\n\n", inCell.Replace(r.title), l.Say("%d statements checked", r.plan.Checked))
	}
	for i, g := range r.plan.Groups {
		fmt.Fprintf(out, "## %d. %s\n\n", i+1, inCell.Replace(r.words.Heading(l, g)))
		fmt.Fprintf(out, "| %s | %s | %s |\n| --- | --- | --- |\n", l.Say("Place"), l.Say("What"), l.Say("Finding"))
		var details []string
		said := map[string]bool{}
		for _, d := range g.Differences {
			finding := r.words.Finding(l, d)
			if why := r.words.Why(l, d, g); why != "" {
				finding += "; " + why
				said[why] = true
			}
			at := language.Dash
			if d.Table != "" {
				at = reconciliation.Place(d)
			}
			fmt.Fprintf(out, "| %s | %s | %s |\n", inCell.Replace(at), inCell.Replace(reconciliation.What(l, d)), inCell.Replace(finding))
			for _, more := range r.words.Details(l, d, g) {
				if !said[more] {
					details = append(details, more)
				}
				said[more] = true
			}
		}
		fmt.Fprintln(out)
		for _, more := range details {
			fmt.Fprintf(out, "- %s\n", inCell.Replace(more))
		}
		if len(details) > 0 {
			fmt.Fprintln(out)
		}
	}
	if c := r.controls; c != nil {
		fmt.Fprintf(out, "## %s\n\n", l.Say("%d figures of the plan held against the warehouse", c.compared))
		for _, a := range c.differing {
			fmt.Fprintf(out, "- %s\n", inCell.Replace(r.control(l, a)))
		}
		if len(c.differing) > 0 {
			fmt.Fprintln(out)
		}
	}
	fmt.Fprintf(out, "%s\n\n%s\n", inCell.Replace(r.summary(l)), r.verdict(l))
	return out.Flush()
}
