package web

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"planwatch/internal/api"
	"planwatch/internal/format"
	"planwatch/internal/report"
	"planwatch/internal/spreadsheet"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// report answers with the rows that are chosen, as the page of the report chooses them.
func (s *endpoints) report(asked asking) (answer, error) {
	selected, err := asked.rows()
	if err != nil {
		return answer{}, err
	}
	return answer{api.NewReport(asked.head(), selected, asked.lang), "report", func(w io.Writer, f format.Format) error {
		if f == format.XLSX {
			return asked.workbook(selected, selected.Spreadsheet(asked.lang)).Write(w)
		}
		return selected.Write(w, f, asked.lang)
	}}, nil
}

// history answers with how the figures of such rows went.
func (s *endpoints) history(asked asking) (answer, error) {
	selected, err := asked.rows()
	if err != nil {
		return answer{}, err
	}
	span, err := asked.span()
	if err != nil {
		return answer{}, err
	}
	made, err := api.NewHistory(asked.head(), selected, span, asked.lang)
	if err != nil {
		return answer{}, badRequest(err)
	}
	return answer{made, "history", func(w io.Writer, f format.Format) error {
		switch f {
		case format.CSV:
			return made.WriteCSV(w)
		case format.ExcelCSV:
			return spreadsheet.WriteCSV(w, made.Spreadsheet(selected, asked.lang), asked.lang)
		}
		return asked.workbook(selected, made.Spreadsheet(selected, asked.lang)).Write(w)
	}}, nil
}

// workbook is a table of the rows that were chosen. What the report's own words for a
// choice leave out is said beside them.
func (a asking) workbook(selected *report.Report, table spreadsheet.Table) spreadsheet.Workbook {
	made := selected.WorkbookOf(table, a.lang)
	for _, name := range []string{api.ParameterKPI, api.ParameterTarget, api.ParameterSearch, api.ParameterFrom, api.ParameterTo} {
		if values := a.query[name]; len(values) > 0 {
			made.Facts = append(made.Facts, spreadsheet.Fact{Term: name, Text: strings.Join(values, ", ")})
		}
	}
	return made
}

// rows are the report's that are chosen.
func (a asking) rows() (*report.Report, error) {
	kpis, targets := a.query[api.ParameterKPI], a.query[api.ParameterTarget]
	if _, unknown := api.Entries(a.current, kpis); unknown != "" {
		return nil, a.noKPI(unknown)
	}
	ids := map[string]bool{}
	for _, id := range targets {
		row, err := a.ofTarget(id)
		if err != nil {
			return nil, err
		}
		ids[row.Target.ID] = true
	}
	chosen := newChosen(a.query, a.current)
	chosen.labels = a.places
	selected, err := chosen.rows(a.current, a.lang)
	if err != nil {
		return nil, badRequest(err)
	}
	some := *selected
	some.Rows = slices.DeleteFunc(slices.Clone(selected.Rows), func(row report.Row) bool {
		return len(kpis) > 0 && !slices.Contains(kpis, row.KPI.Name) || len(ids) > 0 && (row.Target == nil || !ids[row.Target.ID])
	})
	return &some, nil
}

// ofTarget is the row of a target, or of the one that holds now in its place.
func (a asking) ofTarget(id string) (report.Row, error) {
	for _, row := range a.current.Rows {
		if row.Target != nil && row.Target.ID == id {
			return row, nil
		}
	}
	var names []string
	for _, t := range a.targets() {
		if t.ID != id {
			names = append(names, t.ID)
			continue
		}
		entry, _ := a.current.Region.KPIs.Get(t.KPI)
		if row, ok := placesOf(a.current, entry, nil).ofTarget(a.current, id); ok {
			return row, nil
		}
		return report.Row{}, notFound(fmt.Errorf("target: %q holds at no moment that is known; /api/v1/kpis has the targets and their periods", id))
	}
	return report.Row{}, a.noTarget(id, names)
}

func (a asking) targets() []plan.Target {
	if a.current.Region.Plan == nil {
		return nil
	}
	return a.current.Region.Plan.Targets
}

func (a asking) noTarget(id string, names []string) error {
	id = bounded(id, shownWords)
	return notFound(fmt.Errorf("target: there is no %q%s", id, near(id, names, "targets")))
}

func (a asking) noKPI(name string) error {
	name = bounded(name, shownWords)
	return notFound(fmt.Errorf("kpi: there is no %q%s", name, near(name, a.current.Region.KPIs.Names(), "key figures")))
}

// near is what would be right in place of a name.
func near(name string, names []string, what string) string {
	if near := yamlfile.Nearest(name, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return "; /api/v1/kpis has the " + what
}

// span is the time that is asked for.
func (a asking) span() (api.Span, error) {
	var span api.Span
	var err error
	if text := a.query.Get(api.ParameterFrom); text != "" {
		if span.From, err = momentIn(text, a.current.At.Location(), plan.Date.Begins); err != nil {
			return span, badRequest(fmt.Errorf("from: %w", err))
		}
	}
	if text := a.query.Get(api.ParameterTo); text != "" {
		end := func(d plan.Date, l *time.Location) time.Time { return d.Ends(l).Add(-time.Nanosecond) }
		if span.To, err = momentIn(text, a.current.At.Location(), end); err != nil {
			return span, badRequest(fmt.Errorf("to: %w", err))
		}
	}
	if !span.From.IsZero() && !span.To.IsZero() && span.To.Before(span.From) {
		return span, badRequest(fmt.Errorf("to: %s is before from, %s", bounded(a.query.Get(api.ParameterTo), shownWords), bounded(a.query.Get(api.ParameterFrom), shownWords)))
	}
	return span, nil
}

// momentIn reads a moment, or a moment of a day.
func momentIn(text string, location *time.Location, of func(plan.Date, *time.Location) time.Time) (time.Time, error) {
	if moment, err := time.Parse(time.RFC3339, text); err == nil {
		return moment, nil
	}
	day, err := plan.ParseDate(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%.40q is neither a moment such as 2025-03-18T08:00:00+01:00 nor a day such as 2025-03-18", text)
	}
	return of(day, location), nil
}
