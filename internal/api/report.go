package api

import (
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// Report is the rows that are chosen, the worst first.
type Report struct {
	Head
	Rows []Row `json:"rows"`
}

// Row is a target and its figure, or a key figure that has no target. Figures are in the
// row's unit. A value that is not known is null.
type Row struct {
	// The key figure's title.
	Title string `json:"title"`
	// The part of the region, in words.
	Place string `json:"place"`
	// Who answers for the target: an id in oncall.yaml.
	Owner *string `json:"owner"`
	report.Object
	// Where the warning begins.
	Warning *float64 `json:"warning"`
	// Where it becomes critical.
	Critical *float64 `json:"critical"`
}

// NewReport answers with the rows of a report.
func NewReport(head Head, r *report.Report, l *language.Language) Report {
	answer := Report{head, make([]Row, len(r.Rows))}
	for i, row := range r.Rows {
		answer.Rows[i] = Row{Title: row.Title(l), Place: row.Place(l), Object: row.Object(), Warning: row.Warning, Critical: row.Critical}
		if row.Target != nil {
			answer.Rows[i].Owner = given(row.Target.Owner)
		}
	}
	return answer
}
