package exporter

import (
	"time"

	"planwatch/internal/report"
)

// Collectors is how each collector does, in order of name.
func (e *Exporter) Collectors() []report.CollectorStatus {
	current, snapshot := e.current.Load(), e.store.Current()
	local := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(current.config.Location)
	}
	all := make([]report.CollectorStatus, 0, len(current.collectors))
	for _, c := range current.collectors {
		name := c.definition.Collector
		s := report.CollectorStatus{Definition: c.definition, NextRun: local(current.scheduler.Next(name)), SourceUp: c.source.Up()}
		state := c.state.Load()
		s.LastRun, s.Duration, s.Err = local(state.LastRun), state.Duration, state.Err
		if chunk := snapshot.Chunk(name); chunk != nil {
			s.LastSuccess, s.Rows, s.DataTime = local(chunk.At), chunk.Rows, local(chunk.Oldest())
			s.Shown, s.Withdrawn = chunk.Series(), chunk.Withdrawn
			for _, k := range chunk.KPIs {
				s.Withheld += chunk.Withheld(k.Name)
			}
		}
		all = append(all, s)
	}
	return all
}
