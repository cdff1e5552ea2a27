package plan

// The metrics that the plan gives Prometheus. Every one carries the labels
// kpi, target, owner and those of the target's cell.
const (
	// MetricActual is the KPI at the target's labels, in its own unit; label unit.
	MetricActual = "plan_actual"
	// MetricExpected is the value due by now; label unit.
	MetricExpected = "plan_expected"
	// MetricTarget is the value at the period's end; label unit.
	MetricTarget = "plan_target"
	// MetricForecast is where the present pace ends the period; label unit.
	MetricForecast = "plan_forecast"
	// MetricThreshold is where a severity begins; labels unit and severity.
	MetricThreshold = "plan_threshold"
	// MetricMargin is the distance to the expected value as a share of it; positive is better than plan.
	MetricMargin = "plan_margin_ratio"
	// MetricStatus is 0 on plan, 1 warning, 2 critical, -1 unknown.
	MetricStatus = "plan_status"
	// MetricInfo is 1 and carries cite, basis, from and to.
	MetricInfo = "plan_target_info"
	// MetricCoveredUntil is the moment from which no target covers the cell, in seconds since 1970, in planwatch's own time.
	MetricCoveredUntil = "plan_covered_until_timestamp_seconds"
)

// The labels of the plan's metrics.
const (
	LabelKPI      = "kpi"
	LabelTarget   = "target"
	LabelOwner    = "owner"
	LabelUnit     = "unit"
	LabelSeverity = "severity"
	LabelCite     = "cite"
	LabelBasis    = "basis"
	LabelFrom     = "from"
	LabelTo       = "to"
)

// The severities, as values of LabelSeverity.
const (
	SeverityWarning  = "warning"
	SeverityCritical = "critical"
)

// helps are the metrics and what each is, in the order in which they are
// exposed.
var helps = []struct{ name, help string }{
	{MetricStatus, "How the KPI stands to its target: 0 on plan, 1 warning, 2 critical, -1 unknown."},
	{MetricActual, "The KPI at the target's labels, in its own unit."},
	{MetricExpected, "The value that the target wants by now."},
	{MetricTarget, "The value that the target wants at the end of its period."},
	{MetricForecast, "Where the present pace ends the target's period."},
	{MetricThreshold, "Where the severity begins."},
	{MetricMargin, "The distance from the expected value to the actual as a share of the expected; positive is better than plan."},
	{MetricInfo, "What the target is: where it stands, its basis and its period."},
	{MetricCoveredUntil, "When no target covers the KPI at these labels any more."},
}

// MetricNames are the plan's metrics, in the order in which they are exposed.
func MetricNames() []string {
	names := make([]string, len(helps))
	for i, h := range helps {
		names[i] = h.name
	}
	return names
}

// Help is the HELP text of one of the plan's metrics.
func Help(metric string) string {
	for _, h := range helps {
		if h.name == metric {
			return h.help
		}
	}
	return ""
}
