// Package backtest tells which alerts about KPIs would have fired in the past, whom
// they would have told, and which of them were noise. Nothing is sent.
package backtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/backfill"
	"planwatch/internal/clock"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// Options are what is tested.
type Options struct {
	backfill.Period
	// Finely has collectors whose figures do not hold for a step asked as often as they
	// do.
	Finely bool
	// Collectors are the names of those whose KPIs' alerts are tested, or none for all.
	Collectors []string
	// Progress is called after each moment.
	Progress func(backfill.Progress)
	// Note is called with what may not be meant.
	Note func(string)
}

// Run replays the period, and evaluates the rules about KPIs over it.
func Run(ctx context.Context, region *config.Region, o Options) (Result, error) {
	domains, err := tested(region, o.Collectors)
	if err != nil {
		return Result{}, err
	}
	replays, err := newReplays(region, domains)
	if err != nil {
		return Result{}, err
	}
	replayed, err := backfill.Replay(ctx, region, backfill.ReplayOptions{
		Period: o.Period, Finely: o.Finely, Collectors: asked(region, domains), Progress: o.Progress, Note: o.Note,
	}, func(s backfill.Standing) error { return replays.hold(ctx, s) })
	if err != nil {
		return Result{}, err
	}
	result := Result{From: replayed.From, Until: replayed.Until, Step: o.Step, Moments: replayed.Moments, Missing: replayed.Missing}
	var episodes []evaluator.Episode
	for _, r := range replays.byDomain {
		episodes = append(episodes, r.Episodes()...)
		ended, still := r.OnlyPending()
		result.OnlyPending += ended
		result.StillPending += still
	}
	result.add(region, episodes, replays.isUnknown)
	return result, nil
}

// tested returns the names of the collectors whose KPIs have alerts, of those named
// or of all, in order.
func tested(region *config.Region, names []string) ([]string, error) {
	if region.OnCall == nil {
		return nil, errors.New("the region has no oncall.yaml, so it has no alerts to test; write one")
	}
	definitions, err := asof.Named(region, names)
	if err != nil {
		return nil, fmt.Errorf("--collector: %w", err)
	}
	var domains []string
	for _, d := range definitions {
		switch {
		case len(rules.PlannedKPIs(region, d)) > 0:
			domains = append(domains, d.Collector)
		case len(names) > 0:
			return nil, fmt.Errorf("--collector %s: none of its KPIs has a target, so there are no alerts to test; name a collector with targets", d.Collector)
		}
	}
	if len(domains) == 0 {
		return nil, errors.New("no KPI of the region has a target, so there are no alerts to test")
	}
	slices.Sort(domains)
	return slices.Compact(domains), nil
}

// asked returns the collectors that have to be asked for the alerts of the domains:
// a target's value may be the figure of another collector.
func asked(region *config.Region, domains []string) []string {
	names := slices.Clone(domains)
	for _, t := range region.Plan.Targets {
		if t.ValueFrom == nil || t.ValueFrom.KPI == "" {
			continue
		}
		own, other := region.Giving(t.KPI), region.Giving(t.ValueFrom.KPI)
		if own != nil && other != nil && slices.Contains(domains, own.Collector) {
			names = append(names, other.Collector)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// replays are those of the rules of each domain, so that a domain whose figures do
// not change is not evaluated.
type replays struct {
	byDomain map[string]*evaluator.Replay
	// domainOf is the domain of a KPI.
	domainOf map[string]string
	// unknown are the moments from which nobody knew how a target stood.
	unknown map[standing]bool
}

// standing is how a target stood from a moment.
type standing struct {
	target string
	from   time.Time
}

// isUnknown reports whether nobody knew how the target of an alert stood, from a moment
// at which that changed.
func (r *replays) isUnknown(labels map[string]string, from time.Time) bool {
	return r.unknown[standing{labels[naming.LabelTarget], from.UTC()}]
}

func newReplays(region *config.Region, domains []string) (*replays, error) {
	generated, err := alerts.Generate(region)
	if err != nil {
		return nil, err
	}
	files := map[string]evaluator.RuleFile{}
	for _, file := range evaluator.RuleFiles(generated) {
		files[path.Base(file.Name)] = file
	}
	r := &replays{map[string]*evaluator.Replay{}, map[string]string{}, map[standing]bool{}}
	for _, domain := range domains {
		if r.byDomain[domain], err = evaluator.NewReplay([]evaluator.RuleFile{files[domain+".yaml"]}); err != nil {
			return nil, err
		}
		for _, k := range region.Collector(domain).KPIs {
			r.domainOf[k.Name] = domain
		}
	}
	return r, nil
}

// hold evaluates the rules for as long as the figures stand so. The rules about KPIs
// read the plan's metrics and no others.
func (r *replays) hold(ctx context.Context, s backfill.Standing) error {
	targets := map[string][]plan.Assessment{}
	for _, a := range s.Targets {
		domain := r.domainOf[a.KPI.Name]
		targets[domain] = append(targets[domain], a)
		if a.Status == plan.Unknown {
			r.unknown[standing{a.Target.ID, s.From.UTC()}] = true
		}
	}
	for _, domain := range slices.Sorted(maps.Keys(r.byDomain)) {
		var figures []evaluator.Figure
		for _, g := range snapshot.PlanGauges(targets[domain], clock.Behind(0)) {
			figures = append(figures, evaluator.Figure{Name: g.Name, Labels: g.Labels, Value: g.Value})
		}
		if err := r.byDomain[domain].Hold(ctx, s.From, s.Until, figures); err != nil {
			return err
		}
	}
	return nil
}
