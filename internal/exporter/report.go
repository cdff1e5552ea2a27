package exporter

import "planwatch/internal/report"

// Report returns a report of the newest assessments and the shown samples. It
// runs no query.
func (e *Exporter) Report() *report.Report {
	return report.New(e.Region(), *e.Assessments(), e.store.Samples(), e.current.Load().courses.Load())
}
