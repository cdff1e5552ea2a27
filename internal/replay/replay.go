// Package replay runs collectors once, as of any moment.
package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
)

// Result is what collectors gave of one moment.
type Result struct {
	// KPIs are those of the collectors, in order.
	KPIs []kpi.KPI
	// Samples are in order of collector, KPI and labels.
	Samples []kpi.Sample
	// Withdrawn counts the samples that were older than max_age.
	Withdrawn int
	// Failures are the runs that failed.
	Failures []error
}

// Replay holds the sources of a configuration open, to be asked about many
// moments.
type Replay struct {
	collectors []*collectors.Definition
	sources    map[string]*warehouse.Source
}

// Open opens the sources that the collectors of those names read, or all of
// them.
func Open(ctx context.Context, cfg *config.Config, names []string) (*Replay, error) {
	chosen, err := choose(cfg, names)
	if err != nil {
		return nil, err
	}
	r := &Replay{collectors: chosen, sources: map[string]*warehouse.Source{}}
	for _, definition := range chosen {
		name := definition.Source
		if r.sources[name] != nil {
			continue
		}
		options, err := cfg.SourceOptions(name)
		if err == nil {
			r.sources[name], err = warehouse.Open(ctx, cfg.Sources[name], options)
		}
		if err != nil {
			delete(r.sources, name)
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// Close closes the sources.
func (r *Replay) Close() error {
	var faults []error
	for _, source := range r.sources {
		faults = append(faults, source.Close())
	}
	return errors.Join(faults...)
}

// Collect runs the collectors of those names, or all of them, as of the
// moment asOf. Its error is one that keeps every run from starting.
func Collect(ctx context.Context, cfg *config.Config, names []string, asOf time.Time) (Result, error) {
	r, err := Open(ctx, cfg, names)
	if err != nil {
		return Result{}, err
	}
	return r.Collect(ctx, asOf), r.Close()
}

// Collect runs the collectors as of the moment asOf.
func (r *Replay) Collect(ctx context.Context, asOf time.Time) Result {
	var result Result
	for _, definition := range r.collectors {
		run, err := definition.Collect(ctx, r.sources[definition.Source], asOf)
		if err != nil {
			result.Failures = append(result.Failures, fmt.Errorf("collector %s: %w", definition.Collector, err))
			continue
		}
		figures := snapshot.Figures{MaxAge: time.Duration(definition.MaxAge), Samples: run.Samples}
		young, _ := figures.Young(asOf)
		result.KPIs = append(result.KPIs, definition.KPIs...)
		result.Samples = append(result.Samples, young...)
		result.Withdrawn += len(run.Samples) - len(young)
	}
	return result
}

func choose(cfg *config.Config, names []string) ([]*collectors.Definition, error) {
	if len(names) == 0 {
		return cfg.Collectors, nil
	}
	var chosen []*collectors.Definition
	for _, name := range names {
		i := slices.IndexFunc(cfg.Collectors, func(d *collectors.Definition) bool { return d.Collector == name })
		if i < 0 {
			known := make([]string, len(cfg.Collectors))
			for i, definition := range cfg.Collectors {
				known[i] = definition.Collector
			}
			return nil, fmt.Errorf("no collector %q; there are %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, cfg.Collectors[i])
	}
	return chosen, nil
}
