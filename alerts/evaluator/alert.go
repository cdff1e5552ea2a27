package evaluator

import (
	"cmp"
	"slices"
	"time"

	"planwatch/internal/naming"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"
)

// Alert is a pending or firing alert. Its JSON has the form of Prometheus'
// /api/v1/alerts.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// State is "pending" or "firing".
	State string `json:"state"`
	// ActiveAt is when the rule's condition began to hold, by the system's
	// clock.
	ActiveAt time.Time `json:"activeAt"`
	// Value is the figure that the rule compares.
	Value float64 `json:"value,string"`
}

// Name returns the alert's name.
func (a Alert) Name() string { return a.Labels[labels.AlertName] }

// Overview is the alerts, and how far they are known.
type Overview struct {
	// Off is whether planwatch is configured not to evaluate rules.
	Off bool
	// Elsewhere is whether the alerts are those that an Alertmanager knows, where
	// another Prometheus evaluates the rules. Their Value is not known, and none is
	// pending.
	Elsewhere bool
	// Evaluated is whether every rule has been evaluated. Before that, an alert
	// that is not among Alerts may fire all the same.
	Evaluated bool
	// Err is why rules are not evaluated now, or nil. Alerts stay meanwhile as
	// they were at AsOf, by the system's clock, when all was evaluated last; zero
	// if that has never been.
	Err  error
	AsOf time.Time
	// Alerts are the pending and firing alerts: firing before pending, then in
	// order of severity, name and labels.
	Alerts []Alert
	// Unreached are the Alertmanagers that alerts do not reach.
	Unreached []Unreached
}

// Up reports whether every rule is being evaluated.
func (o Overview) Up() bool { return o.Evaluated && o.Err == nil && !o.Off }

// Overview returns the current alerts.
func (e *Evaluator) Overview() Overview {
	last := e.scrapes.last.Load()
	o := Overview{Evaluated: e.loaded.Load(), AsOf: last.good, Err: last.err, Alerts: []Alert{}, Unreached: e.deliveries.among(e.notifier.Alertmanagers())}
	if !o.Evaluated {
		return o
	}
	o.Err = e.fault()
	for _, group := range e.rules.RuleGroups() {
		o.Evaluated = o.Evaluated && evaluated(group)
		if good := e.evaluation(group).good; good.Before(o.AsOf) {
			o.AsOf = good
		}
		for _, rule := range group.AlertingRules() {
			o.Alerts = append(o.Alerts, active(rule)...)
		}
	}
	Sort(o.Alerts)
	return o
}

// Sort orders alerts: firing before pending, then in order of severity, name and
// labels.
func Sort(alerts []Alert) {
	slices.SortFunc(alerts, func(a, b Alert) int {
		return cmp.Or(
			cmp.Compare(rank(a.State, naming.StateFiring, naming.StatePending), rank(b.State, naming.StateFiring, naming.StatePending)),
			cmp.Compare(rank(a.Labels[naming.LabelSeverity], naming.SeverityCritical, naming.SeverityWarning), rank(b.Labels[naming.LabelSeverity], naming.SeverityCritical, naming.SeverityWarning)),
			cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(labels.FromMap(a.Labels).String(), labels.FromMap(b.Labels).String()),
		)
	})
}

// active returns the pending and firing alerts of a rule.
func active(rule *rules.AlertingRule) []Alert {
	var alerts []Alert
	for _, a := range rule.ActiveAlerts() {
		if a.State != rules.StateInactive {
			alerts = append(alerts, Alert{
				Labels: a.Labels.Map(), Annotations: a.Annotations.Map(), State: a.State.String(), ActiveAt: a.ActiveAt, Value: a.Value,
			})
		}
	}
	return alerts
}

// rank returns the index of value in order, or the length of order.
func rank(value string, order ...string) int {
	if i := slices.Index(order, value); i >= 0 {
		return i
	}
	return len(order)
}
