package naming

import "strings"

// The alerts that are not about a KPI.
const (
	Watchdog            = "Watchdog"
	PlanwatchDown       = "PlanwatchDown"
	SourceDown          = "SourceDown"
	CollectorFailing    = "CollectorFailing"
	DataStale           = "DataStale"
	KPIMissing          = "KPIMissing"
	TargetWithoutFigure = "TargetWithoutFigure"
	SnapshotNotSaved    = "SnapshotNotSaved"
	ReplicaDown         = "ReplicaDown"
	MessageNotDelivered = "MessageNotDelivered"
	FiguresNotPushed    = "FiguresNotPushed"
	ConfigReloadFailed  = "ConfigReloadFailed"
	PlanExpiring        = "PlanExpiring"
)

// The last words of the names of alerts about a KPI.
const (
	suffixOffPlan  = "OffPlan"
	suffixForecast = "ForecastMissesPlan"
)

// Regular expressions that match the names of alerts about KPIs.
const (
	AnyOffPlan  = ".+" + suffixOffPlan
	AnyForecast = ".+" + suffixForecast
	AnyKPIAlert = ".+(" + suffixOffPlan + "|" + suffixForecast + ")"
)

// OffPlan is the name of the alert about a KPI that is worse than its plan.
func OffPlan(kpi string) string { return camelCase(kpi) + suffixOffPlan }

// ForecastMissesPlan is the name of the alert about a KPI whose forecast is
// worse than its target.
func ForecastMissesPlan(kpi string) string { return camelCase(kpi) + suffixForecast }

// camelCase writes beds_available as BedsAvailable.
func camelCase(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// AlertmanagerPath is where planwatch's web server answers the API of the
// Alertmanager within it.
const AlertmanagerPath = "alertmanager"

// Annotations of every alert.
const (
	annotationSummary     = "summary"
	annotationDescription = "description"
	AnnotationRunbook     = "runbook_url"
	AnnotationDashboard   = "dashboard_url"
)

// Annotations of alerts about a KPI. A figure is a number with a decimal point
// and the name of its measure: "38 beds".
const (
	AnnotationActual    = "actual"
	AnnotationExpected  = "expected"
	AnnotationBasis     = "basis"
	AnnotationTarget    = "target"
	AnnotationForecast  = "forecast"
	AnnotationThreshold = "threshold"
	// AnnotationDifference is the distance from the actual to the expected
	// value, or from the forecast to the target.
	AnnotationDifference = "difference"
	// AnnotationBetter is the direction in which the KPI improves: of one that can be
	// off both ways, back to its plan.
	AnnotationBetter = "better"
	// AnnotationExactly is there, as "true", where the plan wants neither more nor less.
	AnnotationExactly = "exactly"
	// AnnotationSignal is whether the newest whole period of the figure was more than
	// chance: one of the Signal values, or empty where that is not known.
	AnnotationSignal = "signal"
	// AnnotationCovered is there, as "true", while another alert about the target fires
	// that inhibits this one, so that its message tells of the end of both.
	AnnotationCovered = "covered"
	// AnnotationDataTime is the moment of the oldest figure used, in the
	// region's local time, and AnnotationDataAge how long ago that is.
	AnnotationDataTime = "data_time"
	AnnotationDataAge  = "data_age"
)

// Values of AnnotationSignal.
const (
	SignalHigh  = "high"
	SignalLow   = "low"
	SignalUsual = "usual"
)

// AnnotationSummary is the summary in one of the region's languages, by its
// code; "" stands for the region's first.
func AnnotationSummary(language string) string { return inLanguage(annotationSummary, language) }

// AnnotationDescription is the description, likewise.
func AnnotationDescription(language string) string {
	return inLanguage(annotationDescription, language)
}

func inLanguage(annotation, language string) string {
	if language == "" {
		return annotation
	}
	return annotation + "_" + language
}
