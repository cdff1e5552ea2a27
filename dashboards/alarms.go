package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/dashboards/layout"
	"planwatch/internal/naming"
)

// Labels that the table of alerts adds.
const (
	// alarmLabel tells an alert from all others.
	alarmLabel = "alarm"
	// leadsLabel is the address that an alert's name leads to.
	leadsLabel = "leads_to"
)

// alerts returns a selector of alerts about what is shown, that fire or did.
func (s statusPanels) alerts(metric string, matchers ...string) string {
	switch {
	case s.one != "":
		matchers = append(matchers, s.one)
	case !s.everywhere:
		matchers = append(matchers, oneOf(naming.LabelDomain, collectorNames(s.definitions)))
	}
	return selector(metric, append(matchers, s.chosen()...)...)
}

// alarms are the firing alerts, each once: where the same fires as a warning and as
// critical, as critical. The watchdog, which always fires, is none.
func (s statusPanels) alarms() string {
	firing := func(severity string) string {
		return once(s.alerts(naming.Alerts, equals(naming.LabelAlertState, naming.StateFiring), severity)) + " != 0"
	}
	critical := firing(equals(naming.LabelSeverity, naming.SeverityCritical))
	others := firing(fmt.Sprintf(`%s!~"%s|%s"`, naming.LabelSeverity, naming.SeverityCritical, naming.SeverityNone))
	return fmt.Sprintf("(%s) or %s (%s)", critical, on(alarmKey...), others)
}

// alarmKey are the labels that tell one alert from another, whatever its severity.
var alarmKey = []string{naming.LabelAlertName, naming.LabelTarget, naming.LabelCollector, naming.LabelKPI, naming.LabelSource}

// entitled adds the KPI's title to alerts. One about planwatch itself has no KPI: its name
// is its title.
func (s statusPanels) entitled(alerts string) string {
	return fmt.Sprintf("(%s or (%s))", titled("("+alerts+")", s.title()),
		labelled("(("+alerts+") unless "+on(naming.LabelKPI)+" "+naming.KPIInfo+")", s.title(), "$1", naming.LabelAlertName, "(.+)"))
}

// firing adds a table of the firing alerts: what, where, how much and for how long.
func (s statusPanels) firing(b *board, height uint32) {
	severity, name, place := s.Say("Severity"), s.Say("Alert"), s.Say("Where")
	figure, expected, measure := s.Say("Actual"), s.Say("Plan so far"), s.Say("Unit")
	lasts, owner := s.Say("Has lasted"), s.Say("Owner")

	keyed := func(vector string) string {
		return fmt.Sprintf(`label_join(%s, "%s", "/", "%s", "%s", "%s", "%s", "%s")`, vector, alarmLabel,
			naming.LabelAlertName, naming.LabelTarget, naming.LabelCollector, naming.LabelKPI, naming.LabelSource)
	}
	alarms := s.alarms()
	all := s.entitled(alarms)
	// An address needs two labels, of which the other is put in first.
	all = labelled(all, leadsLabel, s.firstPage(layout.Self, s.Language), naming.LabelTarget, "")
	all = labelled(all, leadsLabel, "$1", naming.LabelTarget, "(.+)")
	all = fmt.Sprintf(`label_join(%s, "%s", "/", "%s", "%s")`, all, leadsLabel, leadsLabel, naming.LabelKPI)
	all = labelled(all, leadsLabel, s.kpiAddress(s.Language, "$2", "$1"), leadsLabel, "([^/]+)/([^/]+)")
	all = labelled(all, leadsLabel, "$1", leadsLabel, "(.*)/")
	ofTarget := func(metric string) string {
		value := inOwnMeasure(s.metric(metric), s.measure())
		return by("max", fmt.Sprintf("0 * %s + %s group_left (%s) %s", keyed("("+alarms+")"), on(naming.LabelTarget), s.measure(),
			by("max", value, naming.LabelTarget, s.measure())), alarmLabel, s.measure())
	}
	since := by("min", keyed(s.alerts(naming.AlertsForState)), alarmLabel)
	queries := []struct{ ref, expr string }{
		{"A", keyed(placed(all, s.labels(), s.Language))},
		{"B", ofTarget(naming.PlanActual)},
		{"C", ofTarget(naming.PlanExpected)},
		{"D", fmt.Sprintf("time() - %s and %s %s", since, on(alarmLabel), keyed("("+alarms+")"))},
	}
	var c columns
	c.add(naming.LabelSeverity, severity)
	c.add(s.title(), name)
	c.add(placeLabel, place)
	c.add(valueOf("B"), figure)
	c.add(valueOf("C"), expected)
	c.add(s.measure(), measure)
	c.add(valueOf("D"), lasts)
	c.add(naming.LabelOwner, owner)
	c.hide(append([]string{fieldTime, valueOf("A"), alarmLabel, naming.LabelName, naming.LabelAlertState, naming.LabelUnit, naming.LabelDomain, naming.LabelFor,
		naming.LabelSource, naming.LabelCollector, naming.LabelTarget, naming.LabelKPI, naming.LabelBasis}, s.labels()...)...)

	panel := newTable(s.Say("Alerts right now"), s.Say("Alerts that Prometheus has firing, and for how long. An alert's name leads to all about its KPI, and to its runbook.")).
		NoValue(s.Say("No alert fires about what is shown."))
	for _, q := range queries {
		panel.WithTarget(rows(q.ref, q.expr))
	}
	panel.WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(sortedBy(valueOf("D"), false)).
		WithTransformation(sortedBy(naming.LabelSeverity, false)). // critical comes first in the alphabet, too
		WithTransformation(c.transformation())
	ofText(panel)
	panel.OverrideByName(severity, append(statusCell(severityMappings(s.Language)), property("custom.width", 150))).
		OverrideByName(name, []dashboard.DynamicConfigValue{property("custom.minWidth", 240), property("links", []map[string]any{
			{"title": s.Say("Show the KPI"), "url": field(leadsLabel) + "&" + timeRange},
			{"title": s.Say("Runbook"), "url": runbookAt(s.region, field(naming.LabelAlertName), s.Language), "targetBlank": true},
		})}).
		OverrideByName(place, []dashboard.DynamicConfigValue{property("custom.minWidth", 200)}).
		OverrideByName(measure, []dashboard.DynamicConfigValue{property("custom.width", 120)}).
		OverrideByName(lasts, []dashboard.DynamicConfigValue{property("unit", "dtdhms"), property("decimals", 0), property("custom.width", 150)}).
		OverrideByName(owner, []dashboard.DynamicConfigValue{property("mappings", s.ownerMappings(s.Language)), property("custom.minWidth", 170)})
	for _, of := range []string{figure, expected} {
		panel.OverrideByName(of, []dashboard.DynamicConfigValue{
			property("unit", localeUnit), property("decimals", 2), property("custom.width", 110), property("custom.align", "right"),
		})
	}
	for _, hidden := range []string{naming.LabelAlertName, leadsLabel} {
		panel.OverrideByName(hidden, unseen())
	}
	b.add(panel, gridWidth, height)
}
