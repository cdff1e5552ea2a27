package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Domain is a rule file and what it is about: a collector, or planwatch.
type Domain struct {
	Name string
	File RuleFile
}

// Rules makes the region's rule files: planwatch's own first, then one a
// collector whose KPIs have targets.
func (r *Region) Rules() []Domain {
	domains := []Domain{{DomainPlanwatch, RuleFile{Groups: []Group{{DomainPlanwatch, duration(evaluation), r.watchRules()}}}}}
	for _, d := range r.Collectors {
		var rules []Rule
		for _, a := range r.aims(d) {
			rules = append(rules, r.kpiRules(a)...)
		}
		if len(rules) > 0 {
			domains = append(domains, Domain{d.Collector, RuleFile{Groups: []Group{{d.Collector, duration(evaluation), rules}}}})
		}
	}
	return domains
}

// batch is the targets of a KPI that wait equally long.
type batch struct {
	wait    time.Duration
	targets []plan.Target
	// alone says that the KPI has no other batch.
	alone bool
}

func (a aim) batches() []batch {
	var batches []batch
	for _, t := range a.targets {
		i := slices.IndexFunc(batches, func(b batch) bool { return b.wait == time.Duration(t.For) })
		if i < 0 {
			i = len(batches)
			batches = append(batches, batch{wait: time.Duration(t.For)})
		}
		batches[i].targets = append(batches[i].targets, t)
	}
	slices.SortFunc(batches, func(x, y batch) int { return int(x.wait - y.wait) })
	for i := range batches {
		batches[i].alone = len(batches) == 1
	}
	return batches
}

// severity tells whether any of the targets may become that severe.
func (b batch) severity(severity string) bool {
	return slices.ContainsFunc(b.targets, func(t plan.Target) bool { return reaches(t, severity) })
}

// reaches tells whether the target has a threshold of that severity. One
// that states none warns.
func reaches(t plan.Target, severity string) bool {
	if severity == plan.SeverityCritical {
		return t.Critical.Set()
	}
	return t.Warning.Set() || !t.Critical.Set()
}

// severities are in the order in which rules of one alert stand.
var severities = []string{plan.SeverityWarning, plan.SeverityCritical}

// kpiRules are the alerts about one KPI.
func (r *Region) kpiRules(a aim) []Rule {
	var rules []Rule
	for _, b := range a.batches() {
		for _, severity := range severities {
			if b.severity(severity) {
				rules = append(rules, r.offPlan(a, b, severity))
			}
		}
	}
	if a.paced() {
		rules = append(rules, r.forecast(a))
	}
	return rules
}

// paced tells whether the KPI has forecasts.
func (a aim) paced() bool {
	return a.kpi.Accumulates != "" && slices.ContainsFunc(a.targets, paced)
}

func paced(t plan.Target) bool { return t.Value != nil }

// offPlan holds the actual figure against a threshold. As in plan.Assess, a
// severity begins at its threshold, and only where the figure is worse than
// expected too. Which planwatch it is that says so makes no other alert.
func (r *Region) offPlan(a aim, b batch, severity string) Rule {
	worst, compare := "min", "<="
	if a.kpi.Better == kpi.Lower {
		worst, compare = "max", ">="
	}
	series := fmt.Sprintf("kpi=%q", a.kpi.Name)
	actual := series
	if !b.alone {
		ids := make([]string, len(b.targets))
		for i, t := range b.targets {
			ids[i] = t.ID
		}
		actual += fmt.Sprintf(", target=~%q", strings.Join(ids, "|"))
	}
	rule := r.about(a, OffPlan(a.kpi.Name), severity, offPlanSummary, offPlanDescription)
	rule.For = duration(b.wait)
	if !b.alone {
		rule.Labels = append(rule.Labels, yaml.MapItem{Key: LabelFor, Value: rule.For.String()})
	}
	rule.Expr = fmt.Sprintf(`%s without (instance, job, unit) (
    %s{%s}
  %s ignoring (severity)
    %s{%s, severity=%q}
  and ignoring (unit)
    %s{%s} < 0
)
`, worst, plan.MetricActual, actual, compare, plan.MetricThreshold, series, severity, plan.MetricMargin, series)
	return rule
}

// forecast holds where the present pace ends against the target. Less than a
// month's worth of the target is no pace yet.
func (r *Region) forecast(a aim) Rule {
	worst, compare := "min", "<"
	if a.kpi.Better == kpi.Lower {
		worst, compare = "max", ">"
	}
	series := fmt.Sprintf("kpi=%q", a.kpi.Name)
	rule := r.about(a, Forecast(a.kpi.Name), plan.SeverityWarning, forecastSummary, forecastDescription)
	rule.For = duration(forecastFor)
	rule.Expr = fmt.Sprintf(`%s without (instance, job, unit) (
    %s{%s}
  %s
    %s{%s}
  and
    abs(%s{%s}) >= abs(%s{%s}) / 12
)
`, worst, plan.MetricForecast, series, compare, plan.MetricTarget, series, plan.MetricExpected, series, plan.MetricTarget, series)
	return rule
}

// about is the rule but for its expression.
func (r *Region) about(a aim, alert, severity string, summary, description sentence) Rule {
	s := a.subject(severity)
	return Rule{
		Alert:         alert,
		KeepFiringFor: duration(keepFiring),
		Labels: yaml.MapSlice{
			{Key: LabelSeverity, Value: severity},
			{Key: LabelDomain, Value: a.collector.Collector},
			{Key: LabelSource, Value: a.collector.Source},
		},
		Annotations: append(yaml.MapSlice{
			{Key: AnnotationSummary, Value: summary.template(swedish, s)},
			{Key: AnnotationDescription, Value: description.template(swedish, s)},
			{Key: AnnotationSummaryEN, Value: summary.template(english, s)},
			{Key: AnnotationDescriptionEN, Value: description.template(english, s)},
		}, r.links(alert, a.collector.Collector)...),
	}
}

// links are the annotations that lead on.
func (r *Region) links(alert, domain string) yaml.MapSlice {
	return yaml.MapSlice{
		{Key: AnnotationRunbook, Value: r.OnCall.Links.runbook(alert)},
		{Key: AnnotationDashboard, Value: r.dashboard(domain)},
	}
}
