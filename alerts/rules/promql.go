package rules

import (
	"strings"
	"text/template"

	"planwatch/internal/naming"
)

// parse parses an expression or an annotation with fields in [[ ]], since
// PromQL and Prometheus' templates use braces.
func parse(text string) *template.Template {
	return template.Must(template.New("").Delims("[[", "]]").Parse(text))
}

// execute fills in the fields.
func execute(t *template.Template, fields any) string {
	var b strings.Builder
	if err := t.Execute(&b, fields); err != nil {
		panic(err) // the text names a field that the struct does not have
	}
	return b.String()
}

// vocabulary holds the fields that every expression can use:
// [[.Metric.Actual]].
type vocabulary struct {
	Metric metrics
	Label  labels
}

type metrics struct {
	Actual, Expected, Target, Forecast, ForecastThreshold, Threshold, Margin, TargetInfo, CoveredUntil, Signal    string
	KPIInfo, AnyKPI, NoKPI, CountSuffix                                                                           string
	BuildInfo, SourceUp, SaveFailures, ReplicaUp, ReplicaFaults, ReloadSuccess, Undelivered, PushLag, PushDropped string
	CollectorSuccess, OldestData, MaxAge, Withdrawn, SuppressedCells                                              string
	ClockOffset, TimeZoneOffset                                                                                   string
}

type labels struct {
	KPI, Target, Owner, Unit, Severity, Basis, ValueFrom, Collector, Accumulates string
	Name, Job, Instance, Receiver, Reason                                        string
}

var names = vocabulary{
	Metric: metrics{
		Actual: naming.PlanActual, Expected: naming.PlanExpected, Target: naming.PlanTarget, Forecast: naming.PlanForecast, ForecastThreshold: naming.PlanForecastThreshold,
		Threshold: naming.PlanThreshold, Margin: naming.PlanMargin, TargetInfo: naming.PlanTargetInfo, CoveredUntil: naming.PlanCoveredUntil, Signal: naming.KPISignal,
		KPIInfo: naming.KPIInfo, AnyKPI: naming.AnyKPI, NoKPI: naming.NoKPI, CountSuffix: naming.SuffixCount,
		BuildInfo: naming.BuildInfo, SourceUp: naming.SourceUp, SaveFailures: naming.SnapshotSaveFailures, ReplicaUp: naming.ReplicaUp, ReplicaFaults: naming.ReplicaFaults, ReloadSuccess: naming.ConfigReloadSuccess, Undelivered: naming.Undelivered, PushLag: naming.PushLag, PushDropped: naming.PushDropped,
		CollectorSuccess: naming.CollectorSuccess, OldestData: naming.CollectorOldestData, MaxAge: naming.CollectorMaxAge,
		Withdrawn: naming.CollectorWithdrawn, SuppressedCells: naming.SuppressedCells,
		ClockOffset: naming.ClockOffset, TimeZoneOffset: naming.TimeZoneOffset,
	},
	Label: labels{
		KPI: naming.LabelKPI, Target: naming.LabelTarget, Owner: naming.LabelOwner, Unit: naming.LabelUnit, Severity: naming.LabelSeverity, Basis: naming.LabelBasis, ValueFrom: naming.LabelValueFrom,
		Collector: naming.LabelCollector, Accumulates: naming.LabelAccumulates,
		Name: naming.LabelName, Job: naming.LabelJob, Instance: naming.LabelInstance, Receiver: naming.LabelReceiver, Reason: naming.LabelReason,
	},
}
