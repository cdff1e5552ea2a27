package exporter

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"planwatch/internal/report"
)

// mostEarlier is how many reports of earlier moments are kept.
const mostEarlier = 4

// earlierReports makes reports of earlier moments one at a time, however many ask, and
// keeps the newest: the warehouse is asked once for each. What is kept is answered at once,
// whatever is being made.
type earlierReports struct {
	asked chan earlierAsked
	kept  atomic.Pointer[[]*report.Report]
}

type earlierAsked struct {
	moment time.Time
	answer chan<- earlierAnswer
}

type earlierAnswer struct {
	made *report.Report
	err  error
}

func newEarlierReports() *earlierReports {
	e := &earlierReports{asked: make(chan earlierAsked)}
	e.kept.Store(&[]*report.Report{})
	return e
}

// of is the report of a moment. The error is report.ErrBeingMade if it is not made before ctx ends.
func (e *earlierReports) of(ctx context.Context, moment time.Time) (*report.Report, error) {
	if made := e.find(moment); made != nil {
		return made, nil
	}
	answer := make(chan earlierAnswer, 1) // whoever makes it does not wait for who has left
	select {
	case e.asked <- earlierAsked{moment, answer}:
	case <-ctx.Done():
		return nil, report.ErrBeingMade
	}
	select {
	case a := <-answer:
		return a.made, a.err
	case <-ctx.Done():
		return nil, report.ErrBeingMade
	}
}

// run makes what is asked for until ctx ends. What has failed, or lacks figures, is not kept.
func (e *earlierReports) run(ctx context.Context, at func(context.Context, time.Time) (*report.Report, error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-e.asked:
			made, err := e.find(a.moment), error(nil)
			if made == nil {
				if made, err = at(ctx, a.moment); err == nil && !made.Incomplete {
					kept := *e.kept.Load()
					kept = append(slices.Clone(kept[max(len(kept)-mostEarlier+1, 0):]), made)
					e.kept.Store(&kept)
				}
			}
			a.answer <- earlierAnswer{made, err}
		}
	}
}

// find is the kept report of a moment, or nil.
func (e *earlierReports) find(moment time.Time) *report.Report {
	for _, r := range *e.kept.Load() {
		if r.At.Equal(moment) {
			return r
		}
	}
	return nil
}

// makeEarlier asks the warehouse as of a moment. Of what cannot be read, the report has no
// figures.
func (g *generation) makeEarlier(ctx context.Context, moment time.Time) (*report.Report, error) {
	made, failures, err := report.AsOf(ctx, g.region, moment)
	if ctx.Err() != nil {
		return nil, ctx.Err() // planwatch stops, or has another configuration
	}
	if len(failures) > 0 {
		g.logger.Warn("figures of an earlier moment not read", "moment", moment.Format(time.RFC3339), "err", errors.Join(failures...))
	}
	return made, err
}

// EarlierReport is the report of an earlier moment, by the definitions of now. It asks the
// warehouse, once for each moment and one at a time, and the error is
// report.ErrBeingMade if it is not made before ctx ends.
func (e *Exporter) EarlierReport(ctx context.Context, moment time.Time) (*report.Report, error) {
	return e.current.Load().earlier.of(ctx, moment)
}
