package evaluator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"

	"planwatch/internal/kpi"
)

// Figure is a series with its value.
type Figure struct {
	// Name is that of the metric.
	Name   string
	Labels kpi.Labels
	Value  float64
}

// Episode is one time that an alert fired.
type Episode struct {
	// Labels are the alert's, and Annotations those that it began to fire with.
	Labels, Annotations map[string]string
	// Value is the figure that the rule compares, when it began to fire. Least and Most
	// are the bounds of what it was while the condition held.
	Value, Least, Most float64
	// ActiveAt is when the rule's condition began to hold, and ActiveUntil when it
	// ceased to; zero if it holds at the end.
	ActiveAt, ActiveUntil time.Time
	// From is when the alert began to fire, and Until when it ceased to; zero if it
	// fires at the end.
	From, Until time.Time
}

// Name returns the alert's name.
func (e Episode) Name() string { return e.Labels[labels.AlertName] }

// Replay evaluates rules over the past, with Prometheus' engine and its alerting
// rules. It sends nothing, and writes nothing.
//
// Figures are given with the time that they hold for. What a rule says can change
// when figures change, and when a wait that began then is over: rules are
// evaluated at those moments alone, which gives what evaluating them all the time
// would.
type Replay struct {
	rules []*rules.AlertingRule
	// waits are those of the rules, for and keep_firing_for.
	waits  []time.Duration
	engine *promql.Engine
	// figures are those that hold, and due are the moments to come at which rules
	// are evaluated, in order.
	figures *present
	due     []time.Time

	firing   map[string]*Episode
	episodes []*Episode
	// pending are all that have been pending, and now those that are.
	pending, now map[string]bool
}

// NewReplay returns a Replay of the alerting rules. It fails if a rule does not
// parse, or reads more than the figures of the moment.
func NewReplay(files []RuleFile) (*Replay, error) {
	parsed := parser.NewParser(parser.Options{})
	logger := slog.New(slog.DiscardHandler)
	l := &loader{files: map[string][]byte{}, parser: parsed, logger: logger}
	var names []string
	for _, file := range files {
		l.files[file.Name] = file.Data
		names = append(names, file.Name)
	}
	// It makes rules as in an Evaluator, and is never run.
	manager := rules.NewManager(&rules.ManagerOptions{NameValidationScheme: model.LegacyValidation, Logger: logger, GroupLoader: l, Parser: parsed})
	groups, wrong := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, names...)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("alerting: %w", errors.Join(wrong...))
	}
	r := &Replay{
		engine:  promql.NewEngine(promql.EngineOpts{Logger: logger, MaxSamples: 5_000_000, Timeout: time.Minute, Parser: parsed}),
		figures: newPresent(nil), firing: map[string]*Episode{}, pending: map[string]bool{},
	}
	waits := map[time.Duration]bool{0: true}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		for _, rule := range groups[key].AlertingRules() {
			if err := ofTheMoment(rule.Query()); err != nil {
				return nil, fmt.Errorf("alerting: %s: %w", rule.Name(), err)
			}
			r.rules = append(r.rules, rule)
			waits[rule.HoldDuration()], waits[rule.KeepFiringFor()] = true, true
		}
	}
	r.waits = slices.Sorted(maps.Keys(waits))
	return r, nil
}

// ofTheMoment returns why what an expression says may change while the figures do
// not, or nil.
func ofTheMoment(expr parser.Expr) (err error) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			err = errors.New("its expression reads a range of time, which is not replayed")
		case *parser.VectorSelector:
			if n.OriginalOffset != 0 || n.Timestamp != nil || n.StartOrEnd != 0 {
				err = errors.New("its expression reads another moment, which is not replayed")
			}
		case *parser.Call:
			if len(n.Args) == 0 || n.Func.Name == "timestamp" {
				err = fmt.Errorf("its expression calls %s, which is not replayed", n.Func.Name)
			}
		}
		return nil
	})
	return err
}

// Hold evaluates the rules from one moment up to another, without it, while the
// figures hold. Calls are in order of time, each from where the last one ended.
func (r *Replay) Hold(ctx context.Context, from, until time.Time, figures []Figure) error {
	if now := newPresent(figures); !now.same(r.figures) {
		r.figures = now
		for _, wait := range r.waits {
			r.due = append(r.due, from.Add(wait))
		}
		slices.SortFunc(r.due, time.Time.Compare)
		r.due = slices.CompactFunc(r.due, time.Time.Equal)
	}
	for len(r.due) > 0 && r.due[0].Before(until) {
		if err := r.evaluate(ctx, r.due[0]); err != nil {
			return err
		}
		r.due = r.due[1:]
	}
	return nil
}

// evaluate evaluates every rule at a moment, and notes what has begun to fire and
// what has ceased to.
func (r *Replay) evaluate(ctx context.Context, at time.Time) error {
	r.figures.at = at.UnixMilli()
	query := rules.EngineQueryFunc(r.engine, r.figures)
	active := map[string]bool{}
	r.now = map[string]bool{}
	for _, rule := range r.rules {
		if _, err := rule.Eval(ctx, 0, at, query, &url.URL{}, 0); err != nil {
			return fmt.Errorf("alerting: %s at %s: %w", rule.Name(), at.Format(time.RFC3339), err)
		}
		for _, a := range rule.ActiveAlerts() {
			key := a.Labels.String()
			switch a.State {
			case rules.StatePending:
				r.pending[key], r.now[key] = true, true
			case rules.StateFiring:
				active[key] = true
				if r.firing[key] == nil {
					r.firing[key] = &Episode{Labels: a.Labels.Map(), Annotations: a.Annotations.Map(), Value: a.Value, Least: a.Value, Most: a.Value, ActiveAt: a.ActiveAt, From: at}
					r.episodes = append(r.episodes, r.firing[key])
				}
				// Zero while the condition holds.
				if r.firing[key].ActiveUntil = a.KeepFiringSince; a.KeepFiringSince.IsZero() {
					r.firing[key].Least, r.firing[key].Most = min(r.firing[key].Least, a.Value), max(r.firing[key].Most, a.Value)
				}
			}
		}
	}
	for key, episode := range r.firing {
		if !active[key] {
			episode.Until = at
			if episode.ActiveUntil.IsZero() {
				episode.ActiveUntil = at // the rule does not keep it firing
			}
			delete(r.firing, key)
		}
	}
	return nil
}

// Episodes returns the times that alerts have fired, in order of their beginning.
func (r *Replay) Episodes() []Episode {
	all := make([]Episode, len(r.episodes))
	for i, e := range r.episodes {
		all[i] = *e
	}
	return all
}

// OnlyPending returns how many alerts have been pending and have never fired: those
// that are pending no more, and those that are still.
func (r *Replay) OnlyPending() (ended, still int) {
	fired := map[string]bool{}
	for _, e := range r.episodes {
		fired[labels.FromMap(e.Labels).String()] = true
	}
	for key := range r.pending {
		switch {
		case fired[key]:
		case r.now[key]:
			still++
		default:
			ended++
		}
	}
	return ended, still
}
