package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// alignment is that of the columns, of KPI, where, four figures, status, two figures, source.
const alignment = "| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |"

// inCell keeps a text from ending its cell or being taken for markup.
var inCell = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "\n", " ")

func (r *Report) writeMarkdown(w io.Writer, l Language) error {
	out := bufio.NewWriter(w)
	words := l.Words()
	fmt.Fprintf(out, "%s\n\n", inCell.Replace(r.Headline(l)))
	line := func(cells ...string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	line(words.KPI, words.Where, words.Actual, words.Expected, words.Target, words.Margin, words.Status, words.Forecast, words.Age, words.Cite)
	fmt.Fprintln(out, alignment)
	for _, row := range r.Rows {
		m, aimed := row.Measure(), row.Target != nil
		line(
			inCell.Replace(row.Title(l)), inCell.Replace(row.Place(l)),
			l.Figure(row.Actual, m), l.Figure(row.Expected, m), l.Figure(row.Full, m), l.Margin(row),
			Symbol(row.Status, aimed)+" "+l.Status(row.Status, aimed), l.Figure(row.Forecast, m), r.Old(row, l), inCell.Replace(row.Source(l)),
		)
	}
	return out.Flush()
}
