package naming

// Labels of planwatch's own metrics and alerts.
const (
	LabelKPI       = "kpi"
	LabelTarget    = "target"
	LabelOwner     = "owner"
	LabelUnit      = "unit"
	LabelSeverity  = "severity"
	LabelCite      = "cite"
	LabelBasis     = "basis"
	LabelValueFrom = "value_from"
	LabelFrom      = "from"
	LabelTo        = "to"
	LabelCollector = "collector"
	LabelSource    = "source"
	LabelPeer      = "peer"
	LabelResult    = "result"
	LabelHandler   = "handler"
	LabelCode      = "code"
	LabelVersion   = "version"
	// Labels of KPIInfo beside LabelKPI, LabelCollector and LabelUnit.
	LabelBetter      = "better"
	LabelAccumulates = "accumulates"
	LabelStandard    = "standard"
	// LabelDay is the day of KPIEvent.
	LabelDay = "day"
	// LabelRegion is the name of a region, where several are in one process.
	LabelRegion = "region"
	// LabelDomain is the collector that an alert's figure comes from, or
	// DomainPlanwatch or DomainPlan.
	LabelDomain = "domain"
	// LabelFor is the wait of a rule, if an alert has rules with different
	// waits.
	LabelFor = "for"
)

// LabelTitle is the label of KPIInfo and KPIEvent with the title in a language, by its
// code.
func LabelTitle(language string) string { return "title_" + language }

// LabelMeasure is the label of KPIMeasure with the measure's word in a language, by its
// code.
func LabelMeasure(language string) string { return "measure_" + language }

// Labels that Prometheus adds.
const (
	LabelName       = "__name__"
	LabelJob        = "job"
	LabelInstance   = "instance"
	LabelBucket     = "le"
	LabelQuantile   = "quantile"
	LabelAlertName  = "alertname"
	LabelAlertState = "alertstate"
)

// Values of LabelSeverity.
const (
	SeverityWarning  = "warning"
	SeverityCritical = "critical"
	// SeverityNone is the severity of the watchdog, which needs no action.
	SeverityNone = "none"
	// SeverityInfo is not used by planwatch's rules; a site's own rules may use
	// it.
	SeverityInfo = "info"
)

// Values of LabelAlertState, and of the state in Prometheus' API.
const (
	StateFiring  = "firing"
	StatePending = "pending"
)

// Values of LabelDomain that are not collectors.
const (
	DomainPlanwatch = "planwatch"
	DomainPlan      = "plan"
)

// Values of LabelResult.
const (
	ResultSuccess     = "success"
	ResultUnavailable = "unavailable"
	ResultTimeout     = "timeout"
	ResultError       = "error"
)

// reserved maps label names that a collector may not use to the reason.
var reserved = map[string]string{
	LabelBucket: "Prometheus uses it for histograms", LabelQuantile: "Prometheus uses it for summaries",
	LabelJob: "Prometheus sets it when it scrapes", LabelInstance: "Prometheus sets it when it scrapes",
	LabelAlertName: "Prometheus uses it for alerts", LabelAlertState: "Prometheus uses it for alerts",
	LabelSeverity: "planwatch uses it for alerts", LabelDomain: "planwatch uses it for alerts", LabelSource: "planwatch uses it for alerts",
	LabelFor: "planwatch uses it for alerts",
	LabelKPI: "planwatch uses it for the plan's metrics", LabelTarget: "planwatch uses it for the plan's metrics",
	LabelOwner: "planwatch uses it for the plan's metrics", LabelUnit: "planwatch uses it for the plan's metrics",
	"type":      "it does not say what it is the type of",
	LabelRegion: "set it with external_labels in Prometheus", "service": "set it with external_labels in Prometheus",
	"env": "set it with external_labels in Prometheus",
}

// External are names that series get outside planwatch, as by Prometheus'
// external_labels, and that it may so give to what it pushes.
var External = []string{LabelRegion, "service", "env"}

// Reserved returns why a collector may not have a label of that name, or "".
func Reserved(label string) string { return reserved[label] }
