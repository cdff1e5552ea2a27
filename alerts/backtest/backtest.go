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
	"planwatch/internal/yamlfile"
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
	var result Result
	groups := o.groups(region, domains)
	total := totals(groups)
	for i, g := range groups {
		replays, err := newReplays(region, g.domains)
		if err != nil {
			return Result{}, err
		}
		replayed, err := backfill.Replay(ctx, region, backfill.ReplayOptions{
			Period: g.Period, Collectors: asked(region, g.domains), Note: o.Note,
			Progress: func(p backfill.Progress) { o.Progress(total.progress(i, p)) },
		}, func(s backfill.Standing) error { return replays.hold(ctx, s) })
		if err != nil {
			return Result{}, err
		}
		replays.addTo(&result, region, replayed, g.Step)
	}
	result.sort()
	return result, nil
}

// group is the domains that are replayed with one step.
type group struct {
	backfill.Period
	domains []string
}

// groups are the domains by the step that they are replayed with, those with the
// longest first.
func (o Options) groups(region *config.Region, domains []string) []group {
	bySteps := map[yamlfile.Duration][]string{}
	for _, domain := range domains {
		step := o.Step
		if o.Finely {
			step = min(step, yamlfile.Duration(backfill.Fineness(time.Duration(region.Collector(domain).MaxAge))))
		}
		bySteps[step] = append(bySteps[step], domain)
	}
	var groups []group
	for _, step := range slices.Backward(slices.Sorted(maps.Keys(bySteps))) {
		g := group{o.Period, bySteps[step]}
		g.Step = step
		groups = append(groups, g)
	}
	return groups
}

// totals are the groups' steps.
type totals []group

// progress is that of the whole, from that of one group: the moments of the others are
// reckoned by their steps.
func (t totals) progress(of int, p backfill.Progress) backfill.Progress {
	whole := p
	for i, g := range t {
		moments := int(int64(p.Moments) * int64(t[of].Step) / int64(g.Step))
		switch {
		case i < of:
			whole.Done += moments
			whole.Moments += moments
		case i > of:
			whole.Moments += moments
			whole.Left += p.Left * time.Duration(moments) / time.Duration(max(p.Moments-p.Done, 1))
		}
	}
	return whole
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

// addTo adds the alerts of what has been replayed.
func (r *replays) addTo(result *Result, region *config.Region, replayed backfill.Replayed, step yamlfile.Duration) {
	if result.Moments == 0 || replayed.From.Before(result.From) {
		result.From = replayed.From
	}
	if result.Moments == 0 || step > result.Step {
		result.Step = step
	}
	result.Until = replayed.Until
	result.Moments += replayed.Moments
	result.Missing = append(result.Missing, replayed.Missing...)
	var episodes []evaluator.Episode
	for _, domain := range r.byDomain {
		episodes = append(episodes, domain.Episodes()...)
		ended, still := domain.OnlyPending()
		result.OnlyPending += ended
		result.StillPending += still
	}
	result.add(region, replayed, step, episodes, r.isUnknown)
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
