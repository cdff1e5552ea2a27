package config

import (
	"io/fs"

	"planwatch/alerts/oncall"
)

// loadCalendars reads the calendars of rotas, in the years of the plan.
func (r *Region) loadCalendars(files fs.FS) error {
	if r.OnCall == nil {
		return nil
	}
	if !r.Sends() {
		if err := r.OnCall.CheckWritten(); err != nil {
			return err
		}
	}
	return r.OnCall.ReadCalendars(files, r.Location, r.DutyYears())
}

// Sends reports whether planwatch itself sends alerts, without an Alertmanager
// beside it.
func (r *Region) Sends() bool {
	return r.Alerting.Embedded && len(r.Alerting.Alertmanagers) == 0 && r.OnCall != nil
}

// DutyYears are those in which the events of calendars are shifts: the plan's,
// and where planwatch itself sends, this one and the next as well.
func (r *Region) DutyYears() oncall.Years {
	first, last := r.Years()
	if r.Sends() {
		now := r.NewClock().Now().In(r.Location).Year()
		if first > last {
			first = now
		}
		first, last = min(first, now), max(last, now+1)
	}
	return oncall.Years{First: first, Last: last}
}

// Years returns the years of the plan's targets and the year after; first is
// after last without targets.
func (r *Region) Years() (first, last int) {
	for _, t := range r.Plan.Targets {
		if first == 0 || t.From.Year < first {
			first = t.From.Year
		}
		last = max(last, t.From.Year, t.To.Year)
	}
	if first == 0 {
		return 1, 0
	}
	return first, last + 1
}

// WithShifts returns the region with those shifts of the rotas whose ids are
// given.
func (r *Region) WithShifts(shifts map[string][]oncall.Shift) *Region {
	changed := *r
	changed.OnCall = r.OnCall.WithShifts(shifts)
	return &changed
}
