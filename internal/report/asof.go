package report

import (
	"context"
	"errors"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/plan"
)

// ErrBeingMade means that the report of an earlier moment is not there yet. What was begun
// goes on, and is there when it is asked for again.
var ErrBeingMade = errors.New("the report of the earlier moment is being made; ask again in a minute")

// AsOf makes the report of an earlier moment, by the definitions of now and without a past
// of its own: it asks every collector once. failures are those of runs, of whose figures
// nothing is known: the report is incomplete.
func AsOf(ctx context.Context, region *config.Region, moment time.Time) (r *Report, failures []error, err error) {
	result, err := asof.Compare(ctx, region, moment)
	if err != nil {
		return nil, result.Failures, err
	}
	targets := plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, moment, region.Location)
	r = New(region, plan.Assessments{At: moment, Targets: targets}, result.Samples, nil)
	r.Incomplete = len(result.Failures) > 0
	return r, result.Failures, nil
}
