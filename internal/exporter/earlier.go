package exporter

import (
	"context"
	"fmt"
	"time"

	"planwatch/internal/format"
	"planwatch/internal/report"
)

// mostEarlier is how many reports of earlier moments are kept.
const mostEarlier = 4

// earlierReports makes reports of earlier moments one at a time, however many ask, and
// keeps the newest: the warehouse is asked once for each.
type earlierReports struct {
	asked chan earlierAsked
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
	return &earlierReports{asked: make(chan earlierAsked)}
}

// of is the report of a moment. The error is report.ErrBeingMade if it is not made before ctx ends.
func (e *earlierReports) of(ctx context.Context, moment time.Time) (*report.Report, error) {
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

// run makes what is asked for until ctx ends. What has failed is not kept.
func (e *earlierReports) run(ctx context.Context, at func(context.Context, time.Time) (*report.Report, error)) {
	var kept []*report.Report
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-e.asked:
			made, err := find(kept, a.moment), error(nil)
			if made == nil {
				if made, err = at(ctx, a.moment); err == nil {
					kept = append(kept[max(len(kept)-mostEarlier+1, 0):], made)
				}
			}
			a.answer <- earlierAnswer{made, err}
		}
	}
}

func find(kept []*report.Report, moment time.Time) *report.Report {
	for _, r := range kept {
		if r.At.Equal(moment) {
			return r
		}
	}
	return nil
}

// makeEarlier asks the warehouse as of a moment.
func (g *generation) makeEarlier(ctx context.Context, moment time.Time) (*report.Report, error) {
	made, failures, err := report.AsOf(ctx, g.region, moment)
	if err != nil {
		return nil, err
	}
	if len(failures) > 0 {
		return nil, fmt.Errorf("as of %s, %s without figures; the first: %w", moment.Format(time.RFC3339), format.Count(len(failures), "collector"), failures[0])
	}
	return made, nil
}

// EarlierReport is the report of an earlier moment, by the definitions of now. It asks the
// warehouse, once for each moment and one at a time, and the error is
// report.ErrBeingMade if it is not made before ctx ends.
func (e *Exporter) EarlierReport(ctx context.Context, moment time.Time) (*report.Report, error) {
	return e.current.Load().earlier.of(ctx, moment)
}
