package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"

	"planwatch/internal/language"
)

// alignment is that of the columns, of KPI, where, four figures, status, two figures, source.
const alignment = "| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |"

// pastAlignment is that of the columns of the past: two changes, signal.
const pastAlignment = " ---: | ---: | --- |"

// inCell escapes Markdown in a table's cell.
var inCell = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "\n", " ")

func (r *Report) writeMarkdown(w io.Writer, l *language.Language) error {
	out := bufio.NewWriter(w)
	for _, line := range r.heading(l) {
		fmt.Fprintf(out, "%s\n\n", inCell.Replace(line))
	}
	r.writeMarkdownTallies(out, l)
	line := func(cells []string, then string, past ...string) {
		if r.Past {
			cells = append(cells, past...)
		}
		if r.Compared != nil {
			cells = append(cells, then)
		}
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
	}
	line([]string{
		l.Say("KPI"), l.Say("Where"), l.Say("Actual"), l.Say("Expected"), l.Say("Target"), l.Say("Margin"),
		l.Say("Status"), l.Say("Forecast"), l.Say("Age"), l.Say("Source"),
	}, l.Say("Then"), l.Say("Since last month"), l.Say("Since last year"), l.Say("Signal"))
	fmt.Fprint(out, alignment)
	if r.Past {
		fmt.Fprint(out, pastAlignment)
	}
	if r.Compared != nil {
		fmt.Fprint(out, " --- |")
	}
	fmt.Fprintln(out)
	for _, row := range r.Rows {
		line([]string{
			inCell.Replace(row.Title(l)), inCell.Replace(row.Place(l)),
			row.Figure(l, row.Actual), row.Figure(l, row.Expected), row.Figure(l, row.Full), row.MarginFigure(l),
			row.Status.Symbol() + " " + row.Status.Name(l), row.Figure(l, row.Forecast), r.Old(row, l), inCell.Replace(row.Source(l)),
		}, row.ThenWords(l), cmp.Or(row.ChangeFigure(l, row.SinceMonth), language.Dash), cmp.Or(row.ChangeFigure(l, row.SinceYear), language.Dash), row.signalCell(l))
	}
	if words := r.LeftOutWords(l); words != "" {
		fmt.Fprintf(out, "\n%s\n", words)
	}
	r.writeMarkdownShort(out, l)
	return out.Flush()
}

// signalCell is the signal and the assurance, by symbol and in words.
func (r Row) signalCell(l *language.Language) string {
	cell := strings.TrimSpace(r.SignalSymbol() + " " + r.SignalWords(l))
	if words := r.AssuranceWords(l); words != "" {
		cell += "; " + words
	}
	return cmp.Or(cell, language.Dash)
}
