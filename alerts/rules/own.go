package rules

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

const (
	// staleShare is the share of max_age after which figures are stale. max_age
	// is set just above the longest usual gap, so a lower share would alert at
	// every such gap.
	staleShare = 0.95
	// wakes is the longest max_age, in seconds, of figures whose loss is
	// critical. Figures that are measured less often can wait until morning.
	wakes = 24 * 60 * 60
	// expiryNotice is how many days before the end of the plan the alert comes,
	// so that there is time to decide on a new plan.
	expiryNotice = 60
)

// ownAlert is an alert about planwatch itself, its data or the plan. Alerts
// about KPIs depend on these.
type ownAlert struct {
	name, severity string
	wait, keep     time.Duration
	expr           string
	// owner is empty if the series have the label.
	owner string
	// domain and source may be templates, and source may be empty.
	domain, source string
	text           ownText
}

// ownText is the text of an alert: keys of messages with placeholders in
// braces, which are labels of the alert or figures in ownFigures.
type ownText struct{ summary, description string }

// ownTexts are the texts of the alerts. DataStale has another text when it is
// critical.
var ownTexts = map[string]ownText{
	naming.Watchdog: {
		"The chain of alerts works",
		"This alert always fires. Where it stops coming, no alert arrives.",
	},
	naming.PlanwatchDown: {
		"planwatch does not answer",
		"Prometheus has had nothing from planwatch for five minutes. No alert about a key figure can come until it is back.",
	},
	naming.SourceDown: {
		"The source {source} does not answer",
		"planwatch cannot reach the source {source}. Key figures keep their last values until those are too old; alerts about them are held back meanwhile.",
	},
	naming.SnapshotNotSaved: {
		"planwatch cannot save its figures",
		"The snapshot of the key figures cannot be written to disk. If planwatch restarts while its source is down, it shows no figures.",
	},
	naming.ReplicaDown: {
		"The replica {peer} is not reached, or has a fault",
		"The other planwatch does not answer at {peer}, or could not take over as it should. This one goes on by itself. If it stops, no alert may arrive.",
	},
	naming.ConfigReloadFailed: {
		"planwatch could not read its configuration",
		"The last reload of the configuration failed. planwatch runs on with the one before; changes to plan and definitions are not in force.",
	},
	naming.MessageNotDelivered: {
		"Messages about alerts do not arrive",
		"planwatch cannot deliver messages to every recipient. Alerts may fire without anybody being told. The page says to whom and why.",
	},
	naming.FiguresNotPushed: {
		"Figures do not reach {receiver}",
		"planwatch pushes its figures to {receiver}, which has taken none for a while, or refuses some. Dashboards and alerts that rest on it show old figures, or none. The reason is in planwatch's log.",
	},
	naming.PlanExpiring: {
		"Targets of the plan end within {days} days without a successor",
		"{count} targets have ended or end within {days} days, and the plan has nothing that takes over. After that nothing calls about those key figures. Decide on new targets, or take the old ones out of the plan.",
	},
	naming.CollectorFailing: {
		"The collector {collector} fails",
		"The last run of {collector} gave no figures. Those before it stay until they are too old. The reason is in planwatch's log.",
	},
	naming.DataStale: {
		"The figures of {collector} are too old, or soon will be",
		"The oldest figure shown is {age} old. It is withdrawn at {limit}; {withdrawn} figures already are. Alerts about key figures from {collector} are held back meanwhile.",
	},
	naming.KPIMissing: {
		"The key figure {kpi} has no value",
		"{kpi} is defined in {collector} but has no value at all, nor is it withheld to protect individuals.",
	},
	naming.TargetWithoutFigure: {
		"The target {target} has no figure to be held against",
		"The plan has a target for {kpi}, but the source has nothing for what the target is about. Has something been renamed there? Until then nothing calls when the target is missed.",
	},
}

// staleCritical is DataStale's text where figures have been withdrawn.
var staleCritical = ownText{"Figures of {collector} are too old and have been withdrawn", ownTexts[naming.DataStale].description}

// ownFields are the template fields of the expressions.
type ownFields struct {
	vocabulary
	// Of selects the collectors of a source: matchers in braces, or "".
	Of         string
	StaleShare float64
	Wakes      int
	Notice     int
	Year       string
}

var (
	absentExpr         = parse(`absent([[.Metric.BuildInfo]])`)
	sourceDownExpr     = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.SourceUp]]) == 0`)
	notSavedExpr       = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) (increase([[.Metric.SaveFailures]][15m])) > 0`)
	replicaDownExpr    = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.ReplicaUp]] == 0 or [[.Metric.ReplicaFaults]] > 0)`)
	reloadFailedExpr   = parse(`min without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.ReloadSuccess]]) == 0`)
	notDeliveredExpr   = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.Undelivered]]) > 0`)
	planExpiringExpr   = parse(`min by ([[.Label.Owner]]) ([[.Metric.CoveredUntil]]) - time() < [[.Notice]]`)
	collectorFailsExpr = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.CollectorSuccess]][[.Of]]) == 0`)

	notPushedExpr = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) ([[.Metric.PushLag]]) > 300
or
max without ([[.Label.Instance]], [[.Label.Job]], [[.Label.Reason]]) (increase([[.Metric.PushDropped]][15m])) > 0
`)
	staleExpr = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) (
    time() - [[.Metric.OldestData]][[.Of]]
  > [[.StaleShare]] * [[.Metric.MaxAge]][[.Of]]
  or
    [[.Metric.Withdrawn]][[.Of]] > 0
)
`)
	withdrawnExpr = parse(`max without ([[.Label.Instance]], [[.Label.Job]]) (
    [[.Metric.Withdrawn]][[.Of]] > 0
  and
    [[.Metric.MaxAge]][[.Of]] <= [[.Wakes]]
)
`)
	kpiMissingExpr = parse(`max by ([[.Label.KPI]], [[.Label.Collector]]) ([[.Metric.KPIInfo]][[.Of]])
  unless on ([[.Label.KPI]])
    label_replace({[[.Label.Name]]=~"[[.Metric.AnyKPI]]", [[.Label.Name]]!~"[[.Metric.NoKPI]]"}, "[[.Label.KPI]]", "$1", "[[.Label.Name]]", "[[.KPIName]]")
  unless on ([[.Label.KPI]])
    label_replace({[[.Label.Name]]=~"[[.Metric.AnyKPI]][[.Metric.CountSuffix]]"}, "[[.Label.KPI]]", "$1", "[[.Label.Name]]", "[[.KPIName]][[.Metric.CountSuffix]]")
  unless on ([[.Label.KPI]])
    [[.Metric.SuppressedCells]] > 0
`)
	// Before the first figures of a year, a year-to-date figure is that of the
	// year before.
	withoutFigureExpr = parse(`max without ([[.Label.Instance]], [[.Label.Job]], [[.Label.Unit]]) ([[.Metric.Expected]] unless [[.Metric.Actual]])
  * on ([[.Label.KPI]]) group_left ([[.Label.Collector]])
    max by ([[.Label.KPI]], [[.Label.Collector]]) ([[.Metric.KPIInfo]][[.Of]])
  unless on ([[.Label.KPI]]) (
      [[.Metric.KPIInfo]]{[[.Label.Accumulates]]="[[.Year]]"}
    and on ()
      month(time() - max([[.Metric.ClockOffset]])) <= 3
  )
`)
)

// KPIName returns a regular expression that captures the KPI's name from its
// metric's name.
func (ownFields) KPIName() string { return naming.KPI("(.+)") }

// own returns the alerts about planwatch itself, its data and the plan.
func (m maker) own() []rulefmt.Rule {
	operations, planwatch := m.region.OnCall.Operations, naming.DomainPlanwatch
	fields := ownFields{vocabulary: names, Notice: expiryNotice * 24 * 60 * 60}
	all := []ownAlert{
		{name: naming.Watchdog, severity: naming.SeverityNone, owner: operations, domain: planwatch, expr: "vector(1)"},
		{name: naming.PlanwatchDown, severity: naming.SeverityCritical, wait: 5 * time.Minute, owner: operations, domain: planwatch, expr: execute(absentExpr, fields)},
		{
			name: naming.SourceDown, severity: naming.SeverityCritical, wait: 2 * time.Minute, keep: 5 * time.Minute, owner: operations, domain: planwatch,
			expr: execute(sourceDownExpr, fields),
		},
	}
	for _, source := range Sources(m.region.Collectors) {
		all = append(all, m.aboutData(source)...)
	}
	all = append(all,
		ownAlert{
			name: naming.SnapshotNotSaved, severity: naming.SeverityWarning, wait: 10 * time.Minute, keep: KeepFiring, owner: operations, domain: planwatch,
			expr: execute(notSavedExpr, fields),
		},
		ownAlert{
			name: naming.ReplicaDown, severity: naming.SeverityWarning, wait: 10 * time.Minute, keep: KeepFiring, owner: operations, domain: planwatch,
			expr: execute(replicaDownExpr, fields),
		},
		ownAlert{
			name: naming.MessageNotDelivered, severity: naming.SeverityCritical, wait: 10 * time.Minute, keep: KeepFiring, owner: operations, domain: planwatch,
			expr: execute(notDeliveredExpr, fields),
		},
		ownAlert{
			name: naming.FiguresNotPushed, severity: naming.SeverityWarning, wait: 10 * time.Minute, keep: KeepFiring, owner: operations, domain: planwatch,
			expr: execute(notPushedExpr, fields),
		},
		ownAlert{
			name: naming.ConfigReloadFailed, severity: naming.SeverityWarning, wait: 5 * time.Minute, keep: KeepFiring, owner: operations, domain: planwatch,
			expr: execute(reloadFailedExpr, fields),
		},
		ownAlert{
			name: naming.PlanExpiring, severity: naming.SeverityWarning, wait: time.Hour, keep: KeepFiring, domain: naming.DomainPlan,
			expr: execute(planExpiringExpr, fields),
		})
	rules := make([]rulefmt.Rule, len(all))
	for i, alert := range all {
		rules[i] = m.ownRule(alert)
	}
	return rules
}

// aboutData returns the alerts about the figures from one source.
func (m maker) aboutData(source string) []ownAlert {
	operations := m.region.OnCall.Operations
	fields := ownFields{vocabulary: names, StaleShare: staleShare, Wakes: wakes, Year: string(kpi.Year)}
	if len(Sources(m.region.Collectors)) > 1 {
		fields.Of = fmt.Sprintf("{%s=~%q}", naming.LabelCollector, strings.Join(Reading(m.region.Collectors, source), "|"))
	}
	domain := "{{ $labels." + naming.LabelCollector + " }}"
	return []ownAlert{
		{
			name: naming.CollectorFailing, severity: naming.SeverityWarning, wait: 15 * time.Minute, keep: KeepFiring, owner: operations, domain: domain, source: source,
			expr: execute(collectorFailsExpr, fields),
		},
		{
			name: naming.DataStale, severity: naming.SeverityWarning, keep: KeepFiring, owner: operations, domain: domain, source: source,
			expr: execute(staleExpr, fields),
		},
		{
			name: naming.DataStale, severity: naming.SeverityCritical, keep: KeepFiring, owner: operations, domain: domain, source: source,
			expr: execute(withdrawnExpr, fields), text: staleCritical,
		},
		{
			name: naming.KPIMissing, severity: naming.SeverityWarning, wait: 30 * time.Minute, keep: KeepFiring, owner: operations, domain: domain, source: source,
			expr: execute(kpiMissingExpr, fields),
		},
		{
			name: naming.TargetWithoutFigure, severity: naming.SeverityWarning, wait: time.Hour, keep: KeepFiring, domain: domain, source: source,
			expr: execute(withoutFigureExpr, fields),
		},
	}
}

// ownRule returns the rule of the alert.
func (m maker) ownRule(a ownAlert) rulefmt.Rule {
	rule := rulefmt.Rule{
		Alert: a.name, Expr: a.expr, For: model.Duration(a.wait), KeepFiringFor: model.Duration(a.keep),
		Labels: map[string]string{naming.LabelSeverity: a.severity}, Annotations: map[string]string{},
	}
	for name, value := range map[string]string{naming.LabelOwner: a.owner, naming.LabelDomain: a.domain, naming.LabelSource: a.source} {
		if value != "" {
			rule.Labels[name] = value
		}
	}
	text := a.text
	if text == (ownText{}) {
		text = ownTexts[a.name]
	}
	for _, l := range m.region.Languages.All() {
		suffix := m.region.Languages.Suffix(l)
		rule.Annotations[naming.AnnotationSummary(suffix)] = language.Fill(l.Say(text.summary), place)
		rule.Annotations[naming.AnnotationDescription(suffix)] = language.Fill(l.Say(text.description), place)
	}
	shown := naming.DomainPlanwatch
	if a.domain == naming.DomainPlan {
		shown = a.domain
	}
	maps.Copy(rule.Annotations, m.links(a.name, shown))
	return rule
}

// Summary returns the text of an alert about planwatch in one line, for headings: what
// differs from one such alert to the next is an ellipsis. It is "" for other alerts.
func Summary(alert string, l *language.Language) string {
	return language.Fill(l.Say(ownTexts[alert].summary), func(name string) string {
		if name == placeDays {
			return place(name)
		}
		return "…"
	})
}

// Description returns the text of an alert about planwatch, for documents: a
// label is replaced by its name, and a figure by an ellipsis. It is "" for
// other alerts.
func Description(alert string, l *language.Language) string {
	text, ok := ownTexts[alert]
	if !ok {
		return ""
	}
	return language.Fill(l.Say(text.description), func(name string) string {
		switch figure, known := ownFigures[name]; {
		case name == placeDays:
			return place(name)
		case known && figure != "":
			return "…"
		}
		return "*" + name + "*"
	})
}

const placeDays = "days"

// ownFigures are the templates of placeholders that a query fills.
var ownFigures = map[string]string{
	placeDays:   fmt.Sprint(expiryNotice),
	"age":       span("time() - " + naming.CollectorOldestData),
	"limit":     span(naming.CollectorMaxAge),
	"withdrawn": "{{ with printf `" + naming.CollectorWithdrawn + "{" + naming.LabelCollector + "=%q}` $labels." + naming.LabelCollector + " | query }}{{ . | first | value }}{{ end }}",
	"count": fmt.Sprintf("{{ with printf `count(%s{%s=%%q} - time() < %d)` $labels.%[2]s | query }}{{ . | first | value }}{{ end }}",
		naming.PlanCoveredUntil, naming.LabelOwner, expiryNotice*24*60*60),
}

// span returns a template of a duration of the alert's collector, in whole
// minutes.
func span(expr string) string {
	return "{{ with printf `floor(" + expr + "{" + naming.LabelCollector + "=%q})` $labels." + naming.LabelCollector +
		" | query }}{{ . | first | value | humanizeDuration | reReplaceAll `m [0-9.]+s$` `m` }}{{ else }}–{{ end }}"
}

// place returns the template of a placeholder: that of a figure, or of the
// label with that name.
func place(name string) string {
	if figure, ok := ownFigures[name]; ok {
		return figure
	}
	return "{{ $labels." + name + " }}"
}
