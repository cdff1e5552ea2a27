// Package check finds faults of a loaded region: in its bounds, its metric
// names, its generated files, and its queries.
package check

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/exporter"
	"planwatch/internal/httpclient"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/internal/web"
)

// prepareTimeout limits a ping, and the preparation of one query.
const prepareTimeout = 15 * time.Second

// Findings are what Run finds.
type Findings struct {
	// Faults are what is wrong.
	Faults []error
	// Warnings are what works but should be changed, a line each.
	Warnings []string
}

// Run gives every fault of the region that shows only against its sources and
// in use: those of collectors, of citations that nothing refers to, of what is
// generated, and of sources.
func Run(ctx context.Context, region *config.Region) Findings {
	var faults []error
	for _, d := range region.Collectors {
		faults = append(faults, bounds(d)...)
		faults = append(faults, names(d, region.Languages.English())...)
	}
	if err := region.UnusedCitations(); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, outputs(region)...)
	found := sources(ctx, region)
	found.Faults = append(faults, found.Faults...)
	found.Warnings = slices.Concat(openSecrets(region), addresses(region), found.Warnings)
	return found
}

// openSecrets finds files with a secret that everyone can read, but for those
// of sources.
func openSecrets(region *config.Region) []string {
	var warnings []string
	for _, secret := range region.Alerting.AlertmanagerClient.OpenSecrets() {
		warnings = append(warnings, fmt.Sprintf("alerting: alertmanager_client: %s", secret))
	}
	for _, secret := range region.History.Client.OpenSecrets() {
		warnings = append(warnings, fmt.Sprintf("history: client: %s", secret))
	}
	for _, secret := range region.Replicas.Client.OpenSecrets() {
		warnings = append(warnings, fmt.Sprintf("replicas: client: %s", secret))
	}
	for _, name := range slices.Sorted(maps.Keys(region.Push.Receivers)) {
		for _, secret := range region.Push.Receivers[name].Client.OpenSecrets() {
			warnings = append(warnings, fmt.Sprintf("push: receivers: %s: client: %s", name, secret))
		}
	}
	if region.OnCall != nil {
		for _, secret := range region.OnCall.OpenSecrets() {
			warnings = append(warnings, fmt.Sprintf("%s: %s", region.OnCall.Name(), secret))
		}
	}
	for _, secret := range web.OpenSecrets(region.Web.ConfigFile) {
		warnings = append(warnings, fmt.Sprintf("web.config.file: %s", secret))
	}
	return warnings
}

// addresses finds recipients that planwatch itself could not send to. With the outbox
// on, nothing is sent to them yet; of a sample nothing ever is, but what watches a
// database is being made ready for it.
func addresses(region *config.Region) []string {
	_, database := region.Database()
	if !region.Sends() || region.Alerting.Outbox && !database {
		return nil
	}
	files, err := alerts.Generate(region)
	if err != nil {
		return nil // it is among the outputs
	}
	var warnings []string
	for _, err := range exporter.Sending(region, files).Unaddressed() {
		warnings = append(warnings, fmt.Sprintf("messages by this file would not be sent: %s", err))
	}
	return warnings
}

// bounds finds valid settings that contradict each other.
func bounds(d *collectors.Definition) []error {
	var faults []error
	every, err := d.ParsedSchedule().Every(time.Now())
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

// names finds metric names and HELP texts that promlint objects to.
func names(d *collectors.Definition, l *language.Language) []error {
	var faults []error
	for i, k := range d.KPIs {
		sample := kpi.Sample{KPI: k.Name}
		if k.Histogram != nil {
			sample.Histogram = &kpi.Histogram{}
		}
		problems, err := promlint.NewWithMetricFamilies(snapshot.Families([]kpi.KPI{k}, []kpi.Sample{sample}, l)).Lint()
		if err != nil {
			faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d]", i), "kpi %s: %w", k.Name, err))
		}
		for _, problem := range problems {
			faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d].name", i), "kpi %s: %s", k.Name, problem.Text))
		}
	}
	return faults
}

// outputs generates the region's files, and returns the errors, and those of
// rules that Prometheus would reject.
func outputs(region *config.Region) []error {
	var faults []error
	if err := web.CheckConfigFile(region.Web.ConfigFile); err != nil {
		faults = append(faults, err)
	}
	if client := httpclient.Client(region.History.Client); region.History.URL != "" {
		for _, err := range []error{client.CheckSecret(), client.CheckAuthorities()} {
			if err != nil {
				faults = append(faults, fmt.Errorf("history: client: %w", err))
			}
		}
	}
	if client := httpclient.Client(region.Replicas.Client); region.Replicas.On() {
		for _, err := range []error{client.CheckSecret(), client.CheckAuthorities()} {
			if err != nil {
				faults = append(faults, fmt.Errorf("replicas: client: %w", err))
			}
		}
	}
	if client := evaluator.Client(region.Alerting.AlertmanagerClient); region.Alerting.Embedded {
		for _, err := range []error{client.CheckSecret(), client.CheckAuthorities()} {
			if err != nil {
				faults = append(faults, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(region.Push.Receivers)) {
		client := httpclient.Client(region.Push.Receivers[name].Client)
		for _, err := range []error{client.CheckSecret(), client.CheckAuthorities()} {
			if err != nil {
				faults = append(faults, fmt.Errorf("push: receivers: %s: client: %w", name, err))
			}
		}
	}
	if region.Dashboards != nil {
		if _, err := dashboards.Generate(region); err != nil {
			faults = append(faults, err)
		}
	}
	if region.OnCall != nil {
		files, err := alerts.Generate(region)
		if err == nil {
			err = evaluator.Check(evaluator.RuleFiles(files))
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	return faults
}

// sources opens each source and prepares its queries against it. A source that
// cannot be opened or does not answer is one fault, not one for each query.
func sources(ctx context.Context, region *config.Region) Findings {
	var found Findings
	for _, name := range slices.Sorted(maps.Keys(region.Sources)) {
		for _, secret := range region.Sources[name].OpenSecrets() {
			found.Warnings = append(found.Warnings, fmt.Sprintf("source %s: %s", name, secret))
		}
		opened, err := region.OpenSources(ctx, slog.New(slog.DiscardHandler), name)
		if err != nil {
			found.Faults = append(found.Faults, err)
			continue
		}
		warnings, err := inspect(ctx, opened[name])
		found.Warnings = append(found.Warnings, warnings...)
		if err != nil {
			found.Faults = append(found.Faults, err)
		} else {
			found.addQueries(ctx, region, name, opened[name])
		}
		if err := opened.Close(); err != nil {
			found.Faults = append(found.Faults, err)
		}
	}
	return found
}

// inspect asks whether the source answers, and what of it should be changed.
func inspect(ctx context.Context, source *warehouse.Source) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, prepareTimeout)
	defer cancel()
	if err := source.Ping(ctx); err != nil {
		return nil, err
	}
	return source.Inspect(ctx)
}

// addQueries adds what is found of the queries of a source.
func (f *Findings) addQueries(ctx context.Context, region *config.Region, name string, source *warehouse.Source) {
	for _, d := range region.Collectors {
		if d.Source != name {
			continue
		}
		switch err := prepare(ctx, d, source); {
		case errors.Is(err, warehouse.ErrColumnsUnknown):
			f.Warnings = append(f.Warnings, err.Error())
		case err != nil:
			f.Faults = append(f.Faults, err)
		}
	}
}

// prepare prepares a collector's query and checks the columns of its result.
func prepare(ctx context.Context, d *collectors.Definition, source *warehouse.Source) error {
	ctx, cancel := context.WithTimeout(ctx, prepareTimeout)
	defer cancel()
	columns, err := source.Prepare(ctx, d.Statement())
	if err != nil {
		return err
	}
	return d.CheckColumns(columns)
}
