package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// lookback is how far back a table looks for when a target was last on plan: as long as a
// backfill's thirteen months.
const lookback = "395d"

// firstKnown is a little less, in seconds: what was off plan then may have been so before.
const firstKnown = 393 * 24 * 60 * 60

// targets adds a table of the shown targets, the first to look at on top. Each row has its
// figures in what its KPI is read in, and leads to the KPI.
func (s statusPanels) targets(b *board, title string, height uint32) {
	kpi, place, status := s.Say("KPI"), s.Say("Where"), s.Say("Status")
	figure, expected, distance, measure := s.Say("Actual"), s.Say("Plan so far"), s.Say("Distance"), s.Say("Unit")
	signal, since, owner := s.Say("Signal"), s.Say("Off plan since"), s.Say("Owner")

	all := titled(s.metric(naming.PlanStatus), s.title())
	all = fmt.Sprintf("%s * %s group_left (%s) (0 * %s + 1)", all, on(naming.LabelKPI), s.measure(), by("max", naming.KPIMeasure, naming.LabelKPI, s.measure()))
	queries := []struct{ ref, expr, name string }{
		{"A", placed(all, s.labels(), s.Language), status},
		{"B", ofEach(naming.LabelTarget, s.metric(naming.PlanRank)), ""},
		{"C", ofEach(naming.LabelTarget, inOwnMeasure(s.metric(naming.PlanActual))), figure},
		{"D", ofEach(naming.LabelTarget, inOwnMeasure(s.metric(naming.PlanExpected))), expected},
		{"E", unsigned(ofEach(naming.LabelTarget, inOwnMeasure("("+s.metric(naming.PlanActual)+" - "+s.metric(naming.PlanExpected)+")"))), distance},
		{"F", ofEach(naming.LabelTarget, s.signals()), signal},
		{"G", s.offSince(), since},
	}
	var c columns
	c.add(valueOf("A"), status)
	c.add(s.title(), kpi)
	c.add(placeLabel, place)
	for _, q := range queries[2:5] {
		c.add(valueOf(q.ref), q.name)
	}
	c.add(s.measure(), measure)
	c.add(valueOf("F"), signal)
	c.add(valueOf("G"), since)
	c.add(naming.LabelOwner, owner)
	c.hide(append([]string{fieldTime, valueOf("B")}, s.labels()...)...)

	panel := newTable(title, s.Say("What wants to be looked at first stands first: by status, then law, money, and how far it is past its own limit. The distance is the figure less the plan, of percentages in points. The signal says whether the newest whole month or week was more than chance, for itself and not against the plan. A KPI's name leads to all about it.")).
		NoValue(s.outside())
	for _, q := range queries {
		panel.WithTarget(rows(q.ref, q.expr))
	}
	panel.WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(sortedBy(valueOf("B"), false)).
		WithTransformation(c.transformation())
	ofText(panel)
	panel.OverrideByName(status, append(statusCell(statusMappings(s.Language)), property("custom.width", 140))).
		OverrideByName(kpi, []dashboard.DynamicConfigValue{property("custom.minWidth", 230), cellLink(s.Say("Show the KPI"), s.kpiAddress(s.Language, field(naming.LabelKPI), field(naming.LabelTarget))+"&"+timeRange)}).
		OverrideByName(place, []dashboard.DynamicConfigValue{property("custom.minWidth", 200)}).
		OverrideByName(measure, []dashboard.DynamicConfigValue{property("custom.width", 100)})
	for _, name := range []string{figure, expected, distance} {
		panel.OverrideByName(name, []dashboard.DynamicConfigValue{
			property("unit", localeUnit), property("decimals", 2), property("custom.width", 90), property("custom.align", "right"),
		})
	}
	panel.OverrideByName(signal, []dashboard.DynamicConfigValue{property("mappings", signalMappings(s.Language)), property("custom.width", 150), property("custom.align", "left")}).
		OverrideByName(since, []dashboard.DynamicConfigValue{property("unit", dayUnit), property("mappings", sinceMappings(s.Language)), property("custom.width", 140)}).
		OverrideByName(owner, []dashboard.DynamicConfigValue{property("mappings", s.ownerMappings(s.Language)), property("custom.minWidth", 150)})
	for _, hidden := range []string{naming.LabelTarget, naming.LabelKPI} {
		panel.OverrideByName(hidden, unseen())
	}
	b.add(panel, gridWidth, height)
}

// dayUnit and momentUnit are how Grafana writes a day and a moment, in every language.
const (
	dayUnit    = "time:YYYY-MM-DD"
	momentUnit = "time:YYYY-MM-DD HH:mm"
)

// signals are whether the newest change of each target's figure was more than chance. A
// signal has the labels of the figure, without the target's own.
func (s statusPanels) signals() string {
	labels := append([]string{naming.LabelKPI}, s.region.Labels()...)
	return fmt.Sprintf("0 * %s + %s group_left () %s", s.metric(naming.PlanStatus), on(labels...),
		by("max", naming.KPISignalBetter, labels...))
}

// offSince are the moments at which targets went off plan, by planwatch's clock: to a quarter
// of an hour of the last two days, and to the day before; zero of those that have been off for
// longer than can be told.
func (s statusPanels) offSince() string {
	status := ofEach(naming.LabelTarget, s.selector(naming.PlanStatus))
	known := fmt.Sprintf("(max_over_time(timestamp(%[1]s %[2]s)[2d:15m]) + 900 or max_over_time(timestamp(%[1]s %[2]s)[%[4]s:1d]) + 43200 or min_over_time(timestamp(%[1]s %[3]s)[%[4]s:1d]) > time() - %[5]d)",
		status, notOffPlan, offPlan, lookback, firstKnown)
	off := status + " " + offPlan
	return fmt.Sprintf("%s and %s (%s) or 0 * (%s)", byItsClock(known), on(naming.LabelTarget), off, off)
}

// sinceMappings show a moment of zero.
func sinceMappings(l *language.Language) []dashboard.ValueMapping {
	return mappings(mapping{value: "0", text: l.Say("Over a year ago")})
}

// statusCell shows a status on its colour.
func statusCell(m []dashboard.ValueMapping) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		property("mappings", m),
		property("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
		property("custom.align", "left"),
	}
}

// ofText sets what stands in the cells of a table that have nothing. The text of a table
// without rows is not to fill them, or to get into an address.
func ofText(panel tableBuilder) {
	panel.Unit("none").
		OverrideByFieldType("string", []dashboard.DynamicConfigValue{property("noValue", "")}).
		OverrideByFieldType("number", []dashboard.DynamicConfigValue{property("noValue", language.Dash)})
}

// ownerMappings show an owner by name.
func (r *generator) ownerMappings(l *language.Language) []dashboard.ValueMapping {
	var all []mapping
	if r.region.OnCall != nil {
		for _, owner := range r.region.OnCall.Owners {
			all = append(all, mapping{value: owner.ID, text: l.Of(owner.Name)})
		}
	}
	return mappings(all...)
}

// unsigned rounds to two decimals, so that nothing is shown as minus zero.
func unsigned(expr string) string { return "round(" + expr + ", 0.01) + 0" }
