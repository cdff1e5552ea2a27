package evaluator

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/prometheus/rules"
)

// iterate evaluates a group that is due.
func (e *Evaluator) iterate(ctx context.Context, group *rules.Group, due time.Time) {
	e.evaluating.Lock()
	defer e.evaluating.Unlock()
	// It may have been evaluated later than that already, when it was loaded.
	if due.After(group.GetLastEvalTimestamp()) {
		e.evaluate(ctx, group, due)
	}
}

// evaluate evaluates a group. The first time after a start, it restores since
// when alerts have been pending and evaluates again, so that what fired before
// the start fires again at once; the manager would take two intervals to do so.
func (e *Evaluator) evaluate(ctx context.Context, group *rules.Group, at time.Time) {
	rules.DefaultEvalIterationFunc(ctx, group, at)
	if !restored(group) {
		group.RestoreForState(at)
		rules.DefaultEvalIterationFunc(ctx, group, at)
	}
}

// evaluated reports whether every rule of the group has been evaluated.
func evaluated(group *rules.Group) bool {
	return !slices.ContainsFunc(group.Rules(), func(r rules.Rule) bool { return r.GetEvaluationTimestamp().IsZero() })
}

// restored reports whether every rule knows since when its alerts have been
// pending.
func restored(group *rules.Group) bool {
	return !slices.ContainsFunc(group.AlertingRules(), func(r *rules.AlertingRule) bool { return !r.Restored() })
}
