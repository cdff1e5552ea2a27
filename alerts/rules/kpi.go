package rules

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/internal/kpi"
	"planwatch/internal/naming"
)

// about returns the alerts about one KPI.
func (m maker) about(p PlannedKPI) []rulefmt.Rule {
	var rules []rulefmt.Rule
	for _, group := range p.WaitGroups() {
		for _, severity := range Severities {
			if group.Reaches(severity) {
				rules = append(rules, m.offPlan(p, group, severity))
			}
		}
	}
	for _, severity := range p.ForecastSeverities() {
		rules = append(rules, m.forecast(p, severity))
	}
	return rules
}

// kpiFields are the template fields of the expressions about a KPI.
type kpiFields struct {
	vocabulary
	KPI string
	// Targets is a regular expression of the targets, or "" for all.
	Targets  string
	Severity string
	// Worst is the aggregation over several planwatch instances. Reaches and
	// Passes are the comparisons of a figure with a limit, with and without
	// equality.
	Worst, Reaches, Passes string
}

func fieldsOf(p PlannedKPI, severity string) kpiFields {
	f := kpiFields{vocabulary: names, KPI: p.Name, Severity: severity, Worst: "min", Reaches: "<=", Passes: "<"}
	if p.Better == kpi.Lower || p.TwoSided() {
		f.Worst, f.Reaches, f.Passes = "max", ">=", ">"
	}
	return f
}

// offPlanExpr compares the actual figure with a threshold. As in plan.Assess, a
// severity begins at its threshold, and only where the figure is worse than
// expected too. Two planwatch instances give one alert.
var offPlanExpr = parse(`[[.Worst]] without ([[.Label.Instance]], [[.Label.Job]], [[.Label.Unit]]) (
    [[.Metric.Actual]]{[[.Label.KPI]]="[[.KPI]]"[[with .Targets]], [[$.Label.Target]]=~"[[.]]"[[end]]}
  [[.Reaches]] ignoring ([[.Label.Severity]])
    [[.Metric.Threshold]]{[[.Label.KPI]]="[[.KPI]]", [[.Label.Severity]]="[[.Severity]]"}
  and ignoring ([[.Label.Unit]])
    [[.Metric.Margin]]{[[.Label.KPI]]="[[.KPI]]"} < 0
)
`)

// offBothWaysExpr compares the distances from the expected value: what can be missed
// both ways has its threshold on the side of the actual figure.
var offBothWaysExpr = parse(`[[.Worst]] without ([[.Label.Instance]], [[.Label.Job]], [[.Label.Unit]]) (
    abs([[.Metric.Actual]]{[[.Label.KPI]]="[[.KPI]]"[[with .Targets]], [[$.Label.Target]]=~"[[.]]"[[end]]} - [[.Metric.Expected]]{[[.Label.KPI]]="[[.KPI]]"})
  [[.Reaches]]
    abs([[.Metric.Threshold]]{[[.Label.KPI]]="[[.KPI]]", [[.Label.Severity]]="[[.Severity]]"} - ignoring ([[.Label.Severity]]) [[.Metric.Expected]]{[[.Label.KPI]]="[[.KPI]]"})
  and ignoring ([[.Label.Unit]])
    [[.Metric.Margin]]{[[.Label.KPI]]="[[.KPI]]"} < 0
)
`)

func (m maker) offPlan(p PlannedKPI, group WaitGroup, severity string) rulefmt.Rule {
	fields := fieldsOf(p, severity)
	if !group.Only {
		fields.Targets = strings.Join(group.ids(), "|")
	}
	rule := m.kpiRule(p, naming.OffPlan(p.Name), severity)
	if severity != naming.SeverityCritical && group.Reaches(naming.SeverityCritical) {
		rule.Annotations[naming.AnnotationCovered] = coveredBy(firing(rule.Alert, naming.SeverityCritical))
	}
	expr := offPlanExpr
	if p.TwoSided() {
		expr = offBothWaysExpr
	}
	rule.Expr = execute(expr, fields)
	rule.For = model.Duration(group.For)
	if !group.Only {
		rule.Labels[naming.LabelFor] = rule.For.String()
	}
	return rule
}

// forecastExpr compares the forecast with the target and with where the severity begins
// for it, once a month's share of the target is due.
var forecastExpr = parse(`[[.Worst]] without ([[.Label.Instance]], [[.Label.Job]], [[.Label.Unit]]) (
    [[.Metric.Forecast]]{[[.Label.KPI]]="[[.KPI]]"}
  [[.Reaches]] ignoring ([[.Label.Severity]])
    [[.Metric.ForecastThreshold]]{[[.Label.KPI]]="[[.KPI]]", [[.Label.Severity]]="[[.Severity]]"}
  and
    [[.Metric.Forecast]]{[[.Label.KPI]]="[[.KPI]]"} [[.Passes]] [[.Metric.Target]]{[[.Label.KPI]]="[[.KPI]]"}
  and
    abs([[.Metric.Expected]]{[[.Label.KPI]]="[[.KPI]]"}) >= abs([[.Metric.Target]]{[[.Label.KPI]]="[[.KPI]]"}) / 12
)
`)

func (m maker) forecast(p PlannedKPI, severity string) rulefmt.Rule {
	rule := m.kpiRule(p, naming.ForecastMissesPlan(p.Name), severity)
	covering := firing(naming.OffPlan(p.Name), "")
	if severity != naming.SeverityCritical && slices.Contains(p.ForecastSeverities(), naming.SeverityCritical) {
		covering += " or " + firing(rule.Alert, naming.SeverityCritical)
	}
	rule.Annotations[naming.AnnotationCovered] = coveredBy(covering)
	rule.Expr = execute(forecastExpr, fieldsOf(p, severity))
	rule.For = model.Duration(ForecastFor)
	return rule
}

// kpiRule returns a rule about a KPI without its expression and wait.
func (m maker) kpiRule(p PlannedKPI, alert, severity string) rulefmt.Rule {
	return rulefmt.Rule{
		Alert:         alert,
		KeepFiringFor: model.Duration(KeepFiring),
		Labels: map[string]string{
			naming.LabelSeverity: severity,
			naming.LabelDomain:   p.Definition.Collector,
			naming.LabelSource:   p.Definition.Source,
		},
		Annotations: m.kpiAnnotations(p, alert, severity),
	}
}
