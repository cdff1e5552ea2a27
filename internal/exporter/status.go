package exporter

import (
	"time"

	"planwatch/collectors"
)

// Collectors returns the status of each collector, in order of name.
func (e *Exporter) Collectors() []collectors.Status {
	current, shown := e.current.Load(), e.store.Current()
	local := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.In(current.region.Location)
	}
	all := make([]collectors.Status, 0, len(current.collectors))
	for _, c := range current.collectors {
		s := collectors.Status{Definition: c.definition, NextRun: local(current.scheduler.Next(c.name())), SourceUp: e.replicas.sourceUp(c.source)}
		state := c.state.Load()
		s.LastRun, s.Duration, s.Err = local(state.LastRun), state.Duration, state.Err
		if chunk := shown.Chunk(c.name()); chunk != nil {
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
