package web

import (
	"maps"
	"net/url"
	"slices"

	"planwatch/internal/api"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// downloadsView is figures to take along, in each form that people want.
type downloadsView struct {
	Heading string
	Links   []linkView
}

// downloads are the links to an answer of the API, from the pages' root.
func downloads(heading, root, noun string, query url.Values, l *language.Language) downloadsView {
	view := downloadsView{Heading: heading}
	for _, form := range []struct {
		format format.Format
		text   string
	}{{format.XLSX, l.Say("Workbook")}, {format.ExcelCSV, l.Say("CSV for Excel")}, {format.CSV, l.Say("CSV for programs")}} {
		asked := maps.Clone(query)
		asked.Set(api.ParameterFormat, string(form.format))
		view.Links = append(view.Links, linkView{"", form.text, root + api.Path[1:] + noun + "?" + asked.Encode()})
	}
	return view
}

// downloads are the rows that are chosen, in the page's language.
func (c chosen) downloads(root string, l *language.Language) downloadsView {
	query := url.Values{api.ParameterLanguage: {l.Code()}}
	for _, field := range slices.Concat([]string{fieldOwner, fieldArea, fieldStatus, fieldSearch}, api.Places(c.labels)) {
		if values := c.query[field]; len(values) > 0 {
			query[field] = values
		}
	}
	return downloads(l.Say("Figures for Excel"), root, "report", query, l)
}

// downloadsOf are the rows of a KPI, and how the chosen one went.
func downloadsOf(row report.Row, root string, l *language.Language) []downloadsView {
	rows := url.Values{api.ParameterLanguage: {l.Code()}, api.ParameterKPI: {row.KPI.Name}}
	views := []downloadsView{downloads(l.Say("Figures for Excel"), root, "report", rows, l)}
	if len(row.Course.Points) > 0 {
		went := maps.Clone(rows)
		if row.Target != nil {
			went.Set(api.ParameterTarget, row.Target.ID)
		}
		views = append(views, downloads(l.Say("History for Excel"), root, "history", went, l))
	}
	return views
}
