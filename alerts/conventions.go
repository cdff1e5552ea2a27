// Package alerts makes what calls people from a region's definitions:
// Prometheus' rules with their tests, the runbooks that they point to, and
// Alertmanager's routing with its messages.
package alerts

import (
	"strings"
	"time"

	"planwatch/plan"
)

// The labels of alerts beside those of the series that they are about.
const (
	// LabelSeverity is warning or critical, and none for the watchdog.
	LabelSeverity = plan.LabelSeverity
	// LabelOwner is who is called.
	LabelOwner = plan.LabelOwner
	// LabelDomain is the collector that the figure comes from; planwatch or
	// plan where the alert is about those.
	LabelDomain = "domain"
	// LabelSource is the source that the domain's collector reads.
	LabelSource = "source"
	// LabelFor tells two rules of one alert apart that wait differently long.
	LabelFor = "for"
)

// The domains that are no collector.
const (
	// DomainPlanwatch is that of alerts about planwatch itself.
	DomainPlanwatch = "planwatch"
	// DomainPlan is that of alerts about the plan.
	DomainPlan = "plan"
)

// The annotations of every alert.
const (
	AnnotationSummary       = "summary"
	AnnotationSummaryEN     = "summary_en"
	AnnotationDescription   = "description"
	AnnotationDescriptionEN = "description_en"
	AnnotationRunbook       = "runbook_url"
	AnnotationDashboard     = "dashboard_url"
)

// The alerts that are about no KPI of their own.
const (
	Watchdog            = "Watchdog"
	PlanwatchDown       = "PlanwatchDown"
	SourceDown          = "SourceDown"
	CollectorFailing    = "CollectorFailing"
	DataStale           = "DataStale"
	KPIMissing          = "KPIMissing"
	TargetWithoutFigure = "TargetWithoutFigure"
	SnapshotNotSaved    = "SnapshotNotSaved"
	ConfigReloadFailed  = "ConfigReloadFailed"
	PlanExpiring        = "PlanExpiring"
)

// The ends of the names of alerts about a KPI.
const (
	suffixOffPlan  = "OffPlan"
	suffixForecast = "ForecastMissesPlan"
)

// severityNone is that of the watchdog, which calls nobody.
const severityNone = "none"

const (
	// evaluation is how often rules are evaluated. Above five minutes,
	// Prometheus would lose sight of a series between two evaluations.
	evaluation = time.Minute
	// keepFiring bridges a restart of planwatch and a gap in scraping.
	keepFiring = 10 * time.Minute
	// forecastFor keeps a forecast silent that one night's figures make.
	forecastFor = 24 * time.Hour
)

// OffPlan is the name of the alert that a KPI's actual figure gives.
func OffPlan(kpi string) string { return camel(kpi) + suffixOffPlan }

// Forecast is the name of the alert that a KPI's forecast gives.
func Forecast(kpi string) string { return camel(kpi) + suffixForecast }

// camel writes beds_available as BedsAvailable.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}
