package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"planwatch/internal/language"
)

// alignment is that of the columns, of KPI, where, four figures, status, two figures, source.
const alignment = "| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |"

// inCell escapes Markdown in a table's cell.
var inCell = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "\n", " ")

func (r *Report) writeMarkdown(w io.Writer, l *language.Language) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n\n", inCell.Replace(r.Headline(l)))
	line := func(cells ...string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }
	line(
		l.Say("KPI"), l.Say("Where"), l.Say("Actual"), l.Say("Expected"), l.Say("Target"), l.Say("Margin"),
		l.Say("Status"), l.Say("Forecast"), l.Say("Age"), l.Say("Source"),
	)
	fmt.Fprintln(out, alignment)
	for _, row := range r.Rows {
		line(
			inCell.Replace(row.Title(l)), inCell.Replace(row.Place(l)),
			row.Figure(l, row.Actual), row.Figure(l, row.Expected), row.Figure(l, row.Full), row.MarginFigure(l),
			row.Status.Symbol()+" "+row.Status.Name(l), row.Figure(l, row.Forecast), r.Old(row, l), inCell.Replace(row.Source(l)),
		)
	}
	return out.Flush()
}
