// Package check holds a configuration against what it will meet: its
// sources, Prometheus' habits of naming, and its own bounds.
package check

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/internal/web"
)

// prepareTimeout bounds how long one query may take to be prepared.
const prepareTimeout = 15 * time.Second

// Run gives every fault of the configuration that shows only against its
// sources and its use, in order of where it stands.
func Run(ctx context.Context, cfg *config.Config) []error {
	var faults []error
	for _, definition := range cfg.Collectors {
		faults = append(faults, bounds(definition)...)
		faults = append(faults, names(definition)...)
	}
	faults = append(faults, outputs(cfg)...)
	return append(faults, sources(ctx, cfg)...)
}

// outputs makes what follows from the configuration, and finds what cannot
// be made.
func outputs(cfg *config.Config) []error {
	var faults []error
	if err := web.CheckConfigFile(cfg.Web.ConfigFile); err != nil {
		faults = append(faults, err)
	}
	uids, err := dashboards.UIDs(cfg)
	if err != nil {
		return append(faults, err)
	}
	if cfg.OnCall != nil {
		rules, err := alerts.Generate(cfg.AlertRegion(uids))
		if err == nil {
			err = evaluator.Check(evaluator.RuleFiles(rules))
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

// bounds finds settings that are right each alone and wrong together.
func bounds(d *collectors.Definition) []error {
	var faults []error
	every, err := d.Due().Every(time.Now())
	if err != nil {
		return []error{d.Fault("$.schedule", "collector %s: %w", d.Collector, err)}
	}
	if timeout := time.Duration(d.Timeout); timeout >= every {
		faults = append(faults, d.Fault("$.timeout", "collector %s: timeout: %s is not shorter than the %s between two runs", d.Collector, d.Timeout, every))
	}
	if d.AsOf == "" && time.Duration(d.MaxAge) <= every {
		faults = append(faults, d.Fault("$.max_age", "collector %s: max_age: %s is not longer than the %s between two runs, so figures would come and go", d.Collector, d.MaxAge, every))
	}
	return faults
}

// names holds metric names and HELP against promlint's rules.
func names(d *collectors.Definition) []error {
	var faults []error
	for i, k := range d.KPIs {
		sample := kpi.Sample{KPI: k.Name}
		if k.Histogram != nil {
			sample.Histogram = &kpi.Histogram{}
		}
		problems, err := promlint.NewWithMetricFamilies(snapshot.Families([]kpi.KPI{k}, []kpi.Sample{sample})).Lint()
		if err != nil {
			faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d]", i), "kpi %s: %w", k.Name, err))
		}
		for _, problem := range problems {
			faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: %s", k.Name, problem.Text))
		}
	}
	return faults
}

// sources opens every source and prepares every query against its own. A
// source that cannot be had is one fault, not one a query.
func sources(ctx context.Context, cfg *config.Config) []error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		options, err := cfg.SourceOptions(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		source, err := warehouse.Open(ctx, cfg.Sources[name], options)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		faults = append(faults, queries(ctx, cfg, name, source)...)
		if err := source.Close(); err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

func queries(ctx context.Context, cfg *config.Config, name string, source *warehouse.Source) []error {
	pingCtx, cancel := context.WithTimeout(ctx, prepareTimeout)
	defer cancel()
	if err := source.Ping(pingCtx); err != nil {
		return []error{err}
	}
	var faults []error
	for _, definition := range cfg.Collectors {
		if definition.Source != name {
			continue
		}
		prepareCtx, cancel := context.WithTimeout(ctx, prepareTimeout)
		columns, err := source.Prepare(prepareCtx, definition.Statement())
		cancel()
		if err == nil {
			err = definition.CheckColumns(columns)
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}
