package evaluator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/rules"

	"planwatch/internal/naming"
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

// evaluation is what is known of the evaluations of a group.
type evaluation struct {
	// good is when the last one succeeded; zero if none has.
	good time.Time
	// err is why the newest one failed, or nil.
	err error
}

// evaluate evaluates a group. Without figures of this moment its alerts stay as
// they are, since rules take a figure that is missing for one that is well. The
// first time after a start, evaluate restores since when alerts have been
// pending and evaluates again, so that what fired before the start fires again
// at once; the manager would take two intervals to do so.
func (e *Evaluator) evaluate(ctx context.Context, group *rules.Group, at time.Time) {
	if restored(group) && e.scrapes.fault(e.scrapeInterval()) != nil {
		e.keep(ctx, group.AlertingRules())
		return
	}
	rules.DefaultEvalIterationFunc(ctx, group, at)
	if !restored(group) {
		group.RestoreForState(at)
		rules.DefaultEvalIterationFunc(ctx, group, at)
	}
	known := evaluation{good: time.Now()}
	for _, rule := range group.AlertingRules() {
		if rule.Health() != rules.HealthBad {
			continue
		}
		known = evaluation{good: e.evaluation(group).good, err: fmt.Errorf("%s: %w", rule.Name(), rule.LastError())}
		e.keep(ctx, []*rules.AlertingRule{rule})
	}
	e.evaluations.Store(rules.GroupKey(group.File(), group.Name()), &known)
}

// keep sends what fires again, as it was at the last evaluation, so that the
// Alertmanagers do not take it for resolved. The watchdog is not sent: where no
// rule is evaluated, that it stays away tells so.
func (e *Evaluator) keep(ctx context.Context, of []*rules.AlertingRule) {
	for _, rule := range of {
		if rule.Name() == naming.Watchdog {
			continue
		}
		for _, alert := range rule.ActiveAlerts() {
			if alert.State == rules.StateFiring {
				alert.Labels = alert.Labels.Copy() // the notifier changes them
				e.notify(ctx, rule.Query().String(), alert)
			}
		}
	}
}

// settle tells of alerts that fired before the start and that no rule has found
// since: they have resolved. Without an evaluation of all rules they go on.
func (e *Evaluator) settle(ctx context.Context) {
	left := e.sent.left()
	if len(left) == 0 {
		return
	}
	for _, group := range e.rules.RuleGroups() {
		if !evaluated(group) {
			return
		}
	}
	if e.fault() != nil {
		e.keepRestored(ctx)
		return
	}
	for _, alert := range left {
		resolved := alert.alert()
		resolved.ResolvedAt = time.Now()
		e.notify(ctx, alert.Query, resolved)
	}
}

// keepRestored sends the alerts of before the start on: those that no rule has
// told of yet as they were, and those that had resolved once more, since the
// last message may not have arrived.
func (e *Evaluator) keepRestored(ctx context.Context) {
	for _, alert := range e.sent.list() {
		kept := alert.alert()
		kept.ValidUntil = time.Now().Add(validity)
		e.send(ctx, alert.Query, kept)
	}
}

// evaluation returns what is known of the evaluations of a group.
func (e *Evaluator) evaluation(group *rules.Group) evaluation {
	if known, ok := e.evaluations.Load(rules.GroupKey(group.File(), group.Name())); ok {
		return *known.(*evaluation) //nolint:errcheck // nothing else is stored
	}
	return evaluation{}
}

// tell logs when alerts are not evaluated any more, and when all are again. It
// is not for within an evaluation, which the manager awaits with its groups
// locked.
func (e *Evaluator) tell() {
	e.telling.Lock()
	defer e.telling.Unlock()
	switch err := e.fault(); {
	case err != nil && !e.told:
		e.logger.Error("alerts are not evaluated; they stay as they were", "err", err)
		e.told = true
	case err == nil && e.told:
		e.logger.Info("alerts are evaluated again")
		e.told = false
	}
}

// fault returns why not every group has been evaluated when it was due last, or
// nil. Before the rules are loaded, it is why the newest scrape failed.
func (e *Evaluator) fault() error {
	if !e.loaded.Load() {
		return e.scrapes.last.Load().err
	}
	if err := e.scrapes.fault(e.scrapeInterval()); err != nil {
		return err
	}
	for _, group := range e.rules.RuleGroups() {
		if err := e.faultOf(group); err != nil {
			return err
		}
	}
	return nil
}

// faultOf returns why the group has not been evaluated when it was due last, or
// nil.
func (e *Evaluator) faultOf(group *rules.Group) error {
	switch known := e.evaluation(group); {
	case known.err != nil:
		return known.err
	case !known.good.IsZero() && time.Since(known.good) > overdue*group.Interval():
		return fmt.Errorf("%s: no evaluation for %s", group.Name(), time.Since(known.good).Round(time.Second))
	}
	return nil
}

func (e *Evaluator) scrapeInterval() time.Duration { return time.Duration(e.interval.Load()) }

// evaluated reports whether every rule of the group has been evaluated.
func evaluated(group *rules.Group) bool {
	return !slices.ContainsFunc(group.Rules(), func(r rules.Rule) bool { return r.GetEvaluationTimestamp().IsZero() })
}

// restored reports whether every rule knows since when its alerts have been
// pending.
func restored(group *rules.Group) bool {
	return !slices.ContainsFunc(group.AlertingRules(), func(r *rules.AlertingRule) bool { return !r.Restored() })
}
