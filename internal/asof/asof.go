// Package asof runs collectors once, as of a moment.
package asof

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// Result is the output of collectors as of one moment.
type Result struct {
	// KPIs are those of the collectors that did not fail, in order.
	KPIs []kpi.KPI
	// Samples are in order of collector, KPI and labels, without those that
	// are older than max_age.
	Samples []kpi.Sample
	// Withdrawn counts the samples that are older than max_age.
	Withdrawn int
	// Past is what the KPIs gave at the moments that their targets refer to; nil where
	// it was not asked for.
	Past plan.Past
	// Failures are the errors of the runs that failed.
	Failures []error
}

// Collectors are collectors with open sources, which can be run as of many
// moments.
type Collectors struct {
	region      *config.Region
	definitions []*collectors.Definition
	sources     config.Sources
	// asking gives the Ask of a collector.
	asking func(*collectors.Definition) collectors.Ask
	// remembered are answers to ask for once, or nil.
	remembered *memory
}

// Open opens the sources of the named collectors, or of all if no names are
// given. The caller closes them.
func Open(ctx context.Context, region *config.Region, names []string) (*Collectors, error) {
	definitions, err := Named(region, names)
	if err != nil {
		return nil, err
	}
	var sources []string
	for _, d := range definitions {
		sources = append(sources, d.Source)
	}
	// The errors are returned, so nothing is logged.
	opened, err := region.OpenSources(ctx, slog.New(slog.DiscardHandler), sources...)
	if err != nil {
		return nil, err
	}
	return &Collectors{
		region: region, definitions: definitions, sources: opened,
		asking: func(d *collectors.Definition) collectors.Ask { return d.Asking(opened[d.Source]) },
	}, nil
}

// Close closes the sources.
func (c *Collectors) Close() error { return c.sources.Close() }

// Run is one collector's part of a Result.
type Run struct {
	Definition *collectors.Definition
	// Samples are those that are not older than max_age, and Withdrawn counts the
	// others.
	Samples   []kpi.Sample
	Withdrawn int
	// Err is why the run failed, or nil.
	Err error
}

// Definitions are those of the collectors, in the order in which they run.
func (c *Collectors) Definitions() []*collectors.Definition { return c.definitions }

// Runs runs the collectors as of the moment.
func (c *Collectors) Runs(ctx context.Context, moment time.Time) []Run {
	c.remembered.begin()
	runs := make([]Run, len(c.definitions))
	for i, d := range c.definitions {
		run, err := d.Collect(ctx, c.asking(d), moment)
		shown, _ := snapshot.WithinMaxAge(run.Samples, time.Duration(d.MaxAge), moment)
		runs[i] = Run{Definition: d, Samples: shown, Withdrawn: len(run.Samples) - len(shown), Err: err}
	}
	return runs
}

// Collect runs the collectors as of the moment.
func (c *Collectors) Collect(ctx context.Context, moment time.Time) Result {
	var result Result
	var failed failures
	for _, run := range c.Runs(ctx, moment) {
		if run.Err != nil {
			failed.add(run.Definition.Collector, run.Err)
			continue
		}
		result.KPIs = append(result.KPIs, run.Definition.KPIs...)
		result.Samples = append(result.Samples, run.Samples...)
		result.Withdrawn += run.Withdrawn
	}
	result.Failures = failed.errors()
	return result
}

// Compare is Collect, with what the KPIs gave at the moments that their targets
// refer to.
func (c *Collectors) Compare(ctx context.Context, moment time.Time) Result {
	result := c.Collect(ctx, moment)
	past, failed := c.Past(ctx, moment)
	var all failures
	for _, d := range c.definitions {
		if err := failed[d.Collector]; err != nil {
			all.add(d.Collector, err)
		}
	}
	result.Past, result.Failures = past, append(result.Failures, all.errors()...)
	return result
}

// Past is what the KPIs gave at the moments that their targets refer to at a
// moment, and why that failed, by collector.
func (c *Collectors) Past(ctx context.Context, moment time.Time) (plan.Past, map[string]error) {
	collected := map[plan.Reference][]kpi.Sample{}
	failed := map[string]error{}
	for _, d := range c.definitions {
		for _, r := range plan.References(c.region.Plan.Targets, c.region.KPIs, moment, c.region.Location, d.Gives) {
			then, err := Then(ctx, d, c.asking(d), r.Moment(moment, c.region.Location))
			if err != nil {
				failed[d.Collector] = fmt.Errorf("for comparison, as of %s: %w", r, err)
				continue
			}
			collected[r] = append(collected[r], then...)
		}
	}
	past := plan.Past{}
	for r, samples := range collected {
		past[r] = plan.NewSamples(samples)
	}
	return past, failed
}

// Then is what a collector gave as of a moment of the past, without what was older
// than max_age then. No rows is nothing, also where a run of now would fail: the
// warehouse need not reach back so far.
func Then(ctx context.Context, d *collectors.Definition, ask collectors.Ask, moment time.Time) ([]kpi.Sample, error) {
	run, err := d.Collect(ctx, ask, moment)
	if errors.Is(err, collectors.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	shown, _ := snapshot.WithinMaxAge(run.Samples, time.Duration(d.MaxAge), moment)
	return shown, nil
}

// failures are the errors of runs, each with the collectors that it is of: a
// source that is down is one, not one for each collector.
type failures struct {
	order      []error
	collectors map[string][]string // by the error's text
}

func (f *failures) add(collector string, err error) {
	if f.collectors == nil {
		f.collectors = map[string][]string{}
	}
	if f.collectors[err.Error()] == nil {
		f.order = append(f.order, err)
	}
	f.collectors[err.Error()] = append(f.collectors[err.Error()], collector)
}

func (f *failures) errors() []error {
	var all []error
	for _, err := range f.order {
		word, names := "collector", f.collectors[err.Error()]
		if len(names) > 1 {
			word = "collectors"
		}
		all = append(all, fmt.Errorf("%s %s: %w", word, strings.Join(names, ", "), err))
	}
	return all
}

// Collect runs the collectors of those names, or all of them, as of the moment.
// It returns an error if no run could start or a source could not be closed.
func Collect(ctx context.Context, region *config.Region, names []string, moment time.Time) (Result, error) {
	c, err := Open(ctx, region, names)
	if err != nil {
		return Result{}, err
	}
	result := c.Collect(ctx, moment)
	return result, c.Close()
}

// Compare is Collect of all collectors, with what their KPIs gave at the moments
// that targets refer to.
func Compare(ctx context.Context, region *config.Region, moment time.Time) (Result, error) {
	c, err := Open(ctx, region, nil)
	if err != nil {
		return Result{}, err
	}
	result := c.Compare(ctx, moment)
	return result, c.Close()
}

// Named returns the named definitions, in that order, or all.
func Named(region *config.Region, names []string) ([]*collectors.Definition, error) {
	if len(names) == 0 {
		return region.Collectors, nil
	}
	var definitions []*collectors.Definition
	for _, name := range names {
		d := region.Collector(name)
		if d == nil {
			return nil, unknown(region, name)
		}
		definitions = append(definitions, d)
	}
	return definitions, nil
}

func unknown(region *config.Region, name string) error {
	known := make([]string, len(region.Collectors))
	for i, d := range region.Collectors {
		known[i] = d.Collector
	}
	return fmt.Errorf("no collector %q; there are %s", name, strings.Join(known, ", "))
}
