// Package naming defines every name that planwatch gives to Prometheus and
// Alertmanager: metrics, labels, alerts and annotations. No other package
// writes one as a literal, so exporter, rules and dashboards use the same
// names.
package naming

import "regexp"

// Metrics about the KPIs.
const (
	// kpiPrefix begins the name of a KPI's metric.
	kpiPrefix = "kpi_"
	// KPIInfo is 1 for each KPI and carries its titles, unit and standard as
	// labels.
	KPIInfo = kpiPrefix + "info"
	// KPIMeasure is how many of its unit one of the KPI's measure is; its word in each
	// language is a label.
	KPIMeasure = kpiPrefix + "measure"
	// KPIEvent is when something happened that changed how a collector's figures come
	// about, in seconds since 1970; its day and its title in each language are labels.
	KPIEvent = kpiPrefix + "event_timestamp_seconds"
	// Metrics of process charts; labels LabelKPI and those of the figure.
	KPISignal          = kpiPrefix + "signal"
	KPISignalBetter    = KPISignal + "_better"
	KPISignalAssurance = KPISignal + "_assurance"
	KPISignalMean      = KPISignal + "_mean"
	KPISignalLower     = KPISignal + "_lower_limit"
	KPISignalUpper     = KPISignal + "_upper_limit"
	// AnyKPI is a regular expression that matches every KPI's metric and those that
	// NoKPI matches.
	AnyKPI = kpiPrefix + ".+"
	// NoKPI matches planwatch's own metrics whose names begin as those of KPIs do.
	NoKPI = KPIInfo + "|" + KPIMeasure + "|" + KPIEvent + "|" + KPISignal + "(_.+)?"
)

var noKPI = regexp.MustCompile("^(" + NoKPI + ")$")

// IsKPI reports whether a metric whose name begins as a KPI's does can be one:
// it is none of planwatch's own.
func IsKPI(metric string) bool { return !noKPI.MatchString(metric) }

// KPI returns the name of a KPI's metric.
func KPI(name string) string { return kpiPrefix + name }

// The suffixes that Prometheus gives the series of a histogram.
const (
	SuffixBucket = "_bucket"
	SuffixCount  = "_count"
	SuffixSum    = "_sum"
)

// Metrics about the plan. Each has the labels kpi, target and owner, and those
// that the target selects by.
const (
	// PlanActual is the KPI at the target's labels, in its own unit; label unit.
	PlanActual = "plan_actual"
	// PlanExpected is the value due by now; label unit.
	PlanExpected = "plan_expected"
	// PlanTarget is the value at the period's end; label unit.
	PlanTarget = "plan_target"
	// PlanForecast is where the figure ends the period; label unit. Nine of ten are
	// to end from PlanForecastLow to PlanForecastHigh.
	PlanForecast          = "plan_forecast"
	PlanForecastLow       = "plan_forecast_low"
	PlanForecastHigh      = "plan_forecast_high"
	PlanForecastThreshold = "plan_forecast_threshold"
	// PlanThreshold is where a severity begins; labels unit and severity.
	PlanThreshold = "plan_threshold"
	// PlanMargin is the distance to the expected value as a share of it;
	// positive is better than plan.
	PlanMargin = "plan_margin_ratio"
	// PlanStatus is 0 on plan, 1 within tolerance, 2 warning, 3 critical, -1 unknown, -2 too early.
	PlanStatus = "plan_status"
	// PlanRank is the target's place among all: 1 is the first to look at.
	PlanRank = "plan_rank"
	// PlanTargetInfo is 1 and carries cite, basis, value_from, from and to.
	PlanTargetInfo = "plan_target_info"
	// PlanCoveredUntil is the moment from which no target covers the cell, in
	// seconds since 1970.
	PlanCoveredUntil = "plan_covered_until_timestamp_seconds"
)

// Planwatch is the name of the program: its job in Prometheus, and the first
// word of every metric about itself.
const Planwatch = "planwatch"

// VisitCookie has when a browser last had the report, and when before that.
const VisitCookie = Planwatch + "_visit"

// Metrics about the collectors; label collector.
const (
	CollectorSuccess     = "planwatch_collector_success"
	CollectorDuration    = "planwatch_collector_duration_seconds"
	CollectorRows        = "planwatch_collector_rows"
	CollectorSeries      = "planwatch_collector_series"
	CollectorWithdrawn   = "planwatch_collector_withdrawn_series"
	CollectorLastRun     = "planwatch_collector_last_run_timestamp_seconds"
	CollectorLastSuccess = "planwatch_collector_last_success_timestamp_seconds"
	CollectorNextRun     = "planwatch_collector_next_run_timestamp_seconds"
	CollectorDataTime    = "planwatch_collector_data_timestamp_seconds"
	CollectorOldestData  = "planwatch_collector_oldest_data_timestamp_seconds"
	CollectorMaxAge      = "planwatch_collector_max_age_seconds"
	CollectorRuns        = "planwatch_collector_runs_total"
	SuppressedCells      = "planwatch_suppressed_cells"
	SourceUp             = "planwatch_source_up"
	SnapshotLastSave     = "planwatch_snapshot_last_save_timestamp_seconds"
	SnapshotSaveFailures = "planwatch_snapshot_save_failures_total"
	HistoryUp            = "planwatch_history_up"
	HistoryWanted        = "planwatch_history_moments_wanted"
	HistoryKept          = "planwatch_history_moments_kept"
	HistoryFailed        = "planwatch_history_moments_failed"
	HistoryRevisions     = "planwatch_history_revisions_total"
	PushSamples          = "planwatch_push_samples_total"
	PushDropped          = "planwatch_push_dropped_samples_total"
	PushFailures         = "planwatch_push_failures_total"
	PushQueued           = "planwatch_push_queued_bytes"
	PushLag              = "planwatch_push_lag_seconds"
	PushLastSuccess      = "planwatch_push_last_success_timestamp_seconds"
	AlertingUp           = "planwatch_alerting_up"
	Undelivered          = "planwatch_alerting_undelivered_recipients"
	// ReplicaLeads is 1 for the replica that collects and sends, and ReplicaUp is whether
	// another is reached; label LabelPeer, its address.
	ReplicaLeads = "planwatch_replica_leads"
	ReplicaUp    = "planwatch_replica_up"
	// ReplicaFaults counts what the other says it cannot do; label LabelPeer.
	ReplicaFaults  = "planwatch_replica_faults"
	TimeZoneOffset = "planwatch_time_zone_offset_seconds"
	ClockOffset    = "planwatch_clock_offset_seconds"
	BuildInfo      = "planwatch_build_info"
	// RegionUp is of the process, where it has several regions; label region.
	RegionUp              = "planwatch_region_up"
	ConfigReloadSuccess   = "planwatch_config_last_reload_successful"
	ConfigReloadTimestamp = "planwatch_config_last_reload_success_timestamp_seconds"
	HTTPRequests          = "planwatch_http_requests_total"
	HTTPRequestDuration   = "planwatch_http_request_duration_seconds"
	// AlertingPrefix begins the names of the metrics of the embedded rule
	// manager and notifier.
	AlertingPrefix = "planwatch_alerting_"
	// AlertmanagerPrefix begins the names of those of the Alertmanager within it.
	AlertmanagerPrefix = AlertingPrefix + "alertmanager_"
)

// Labels of the metrics about pushing: the receiver's name, and why samples were dropped,
// one of the Dropped values.
const (
	LabelReceiver = "receiver"
	LabelReason   = "reason"
)

// Values of LabelReason.
const (
	DroppedFull    = "full"
	DroppedExpired = "expired"
	DroppedRefused = "refused"
)

// LabelIntegration is Alertmanager's name for how a message is sent.
const LabelIntegration = "integration"

// AlertmanagerMetrics are those of Alertmanager's that planwatch shows, without
// the prefix: what else there is says how it works inside.
var AlertmanagerMetrics = []string{"notifications_total", "notifications_failed_total"}

// Metrics of Prometheus and its client libraries.
const (
	Alerts = "ALERTS"
	// AlertsForState is the moment since when each alert is pending or fires, in seconds
	// since 1970.
	AlertsForState   = "ALERTS_FOR_STATE"
	ProcessMemory    = "process_resident_memory_bytes"
	ProcessCPU       = "process_cpu_seconds_total"
	GoGoroutines     = "go_goroutines"
	Up               = "up"
	ScrapeDuration   = "scrape_duration_seconds"
	NativeHistograms = "_histogram_"
)
