package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// cellsInPanels is how many of a KPI's cells get a panel of their own. More
// are compared in a table.
const cellsInPanels = 4

// domain adds the panels about the status of the KPIs of some collectors, and
// about each KPI.
func (r *generator) domain(b *board, d layout.Dashboard, l *language.Language) {
	definitions := r.collectorsOf(d)
	s := statusPanels{generator: r, Language: l, definitions: definitions}
	if len(r.withTargets(definitions)) > 0 {
		s.counts(b, 4, 0)
		s.worstFirst(b, 14, 9)
		s.firing(b, 10, 9)
		s.timeline(b, gridWidth, 8)
	}
	for i, definition := range definitions {
		split := splitBy(d.Collectors[i], definition)
		leading, others := r.rankKPIs(definition)
		if len(leading) > 0 {
			b.head(l.Of(definition.Title), false)
		}
		for _, k := range leading {
			r.figures(b, k, definition, split, l)
			r.againstPlan(b, k, definition, l)
		}
		if len(others) == 0 {
			continue
		}
		b.head(l.Say("%s: more figures", l.Of(definition.Title)), true)
		for _, k := range others {
			if r.supporting[k.Name] {
				b.add(r.trend(k, definition, split, l), 12, 8)
				continue
			}
			b.wrap()
			r.figures(b, k, definition, split, l)
		}
	}
	b.head(l.Say("Data quality"), false)
	r.quality(b, definitions, l)
}

// rankKPIs splits a collector's KPIs in two: first those that have targets, or
// all if none has; then the others, supporting ones last.
func (r *generator) rankKPIs(d *collectors.Definition) (leading, others []kpi.KPI) {
	var open, supporting []kpi.KPI
	for _, k := range d.KPIs {
		switch {
		case len(r.cells[k.Name]) > 0:
			leading = append(leading, k)
		case r.supporting[k.Name]:
			supporting = append(supporting, k)
		default:
			open = append(open, k)
		}
	}
	if len(leading) > 0 {
		return leading, append(open, supporting...)
	}
	return open, supporting
}

// figures adds panels of a KPI's current value and its trend.
func (r *generator) figures(b *board, k kpi.KPI, d *collectors.Definition, split []string, l *language.Language) {
	shown := r.shown(k)
	now := inMeasure(newStat(l.Of(k.Title), described(k, l)), shown, l).
		TextMode(common.BigValueTextModeValueAndName).Orientation(common.VizOrientationHorizontal).
		ColorScheme(fixedColor(ink)).NoValue(withheld(k, l))
	if k.Histogram != nil {
		now.WithTarget(rightNow("A", scaled(shown, r.figure(k, d, k.SeparateBy, 0.5)), r.legend(l.Say("Half at most"), k.SeparateBy))).
			WithTarget(rightNow("B", scaled(shown, r.figure(k, d, k.SeparateBy, 0.9)), r.legend(l.Say("Nine in ten at most"), k.SeparateBy)))
	} else {
		now.WithTarget(rightNow("A", scaled(shown, r.figure(k, d, k.SeparateBy, 0)), r.legend(l.Say("In what is chosen"), k.SeparateBy)))
	}
	now.WithTarget(rightNow("T", dataTime(d.Collector), l.Say("Data from"))).
		WithOverride(byQuery("T"), []dashboard.DynamicConfigValue{property("unit", "time:YYYY-MM-DD HH:mm")})
	b.add(now, 5, 8)
	if len(d.Labels) == 0 {
		b.add(r.trend(k, d, nil, l), 19, 8)
		return
	}
	b.add(r.trend(k, d, split, l), 10, 8)
	b.add(r.breakdown(k, d, l), 9, 8)
}

// legend is a text, with the labels over which a KPI does not add up.
func (r *generator) legend(text string, separate []string) string {
	if len(separate) == 0 {
		return text
	}
	return text + ", " + placeholders(separate)
}

// trend returns a panel of the KPI over time, split by labels.
func (r *generator) trend(k kpi.KPI, d *collectors.Definition, split []string, l *language.Language) builder {
	split = slices.Clone(split)
	for _, label := range k.SeparateBy {
		if !slices.Contains(split, label) {
			split = append(split, label)
		}
	}
	shown := r.shown(k)
	legend := l.Say("All")
	if len(split) > 0 {
		legend = placeholders(split)
	}
	title := l.Of(k.Title)
	if k.Histogram != nil {
		title = l.Say("%s, nine in ten at most", title)
	}
	panel := inMeasure(newLines(title, described(k, l)), shown, l).
		WithTarget(overTime("A", scaled(shown, r.figure(k, d, split, 0.9)), legend)).
		NoValue(withheld(k, l))
	if !k.AllowNegative {
		panel.Min(0)
	}
	return panel
}

// breakdown returns a panel of the KPI at all its labels, with its trend.
func (r *generator) breakdown(k kpi.KPI, d *collectors.Definition, l *language.Language) builder {
	shown := r.shown(k)
	title := l.Of(k.Title)
	var c columns
	for _, label := range d.Labels {
		c.add(label, r.label(label, l))
	}
	c.add("Trend #A", title)
	return inMeasure(newTable(l.Say("%s, broken down", title), described(k, l)), shown, l).
		WithTarget(overTime("A", scaled(shown, r.figure(k, d, d.Labels, 0.9)), "")).
		NoValue(withheld(k, l)).
		WithTransformation(transformation("timeSeriesTable", map[string]any{"A": map[string]any{"stat": "lastNotNull", "timeField": "Time"}})).
		WithTransformation(c.transformation()).
		OverrideByName(title, []dashboard.DynamicConfigValue{
			property("custom.cellOptions", map[string]any{"type": "sparkline", "lineWidth": 2, "fillOpacity": 10, "lineInterpolation": "stepAfter"}),
			property("custom.minWidth", 180), fixed(blue),
		})
}

// withheld returns the text that is shown if a KPI has no figure.
func withheld(k kpi.KPI, l *language.Language) string {
	if k.Guarded {
		return l.Say("No figures in what is chosen. Small groups are withheld.")
	}
	return l.Say("No figures in what is chosen.")
}

// againstPlan adds panels of the KPI's figure and its plan at every cell that
// has targets.
func (r *generator) againstPlan(b *board, k kpi.KPI, d *collectors.Definition, l *language.Language) {
	cells := r.cells[k.Name]
	if len(cells) == 0 {
		return
	}
	b.wrap()
	if len(cells) > cellsInPanels {
		r.cellTable(b, k, d, l)
		return
	}
	width := uint32(gridWidth / len(cells))
	for _, c := range cells {
		b.add(r.againstPlanAt(k, d, c, l), width, 8)
	}
	b.wrap()
}

// againstPlanAt returns a panel of the figure of one cell over time, with its
// plan as a dashed line and its thresholds as dotted lines, all from the plan's
// metrics.
func (r *generator) againstPlanAt(k kpi.KPI, d *collectors.Definition, c cell, l *language.Language) builder {
	shown := r.shown(k)
	place := c.name(d.Labels)
	if place == "" {
		place = l.Say("the whole region")
	}
	dotted := func(color string) []dashboard.DynamicConfigValue {
		return []dashboard.DynamicConfigValue{
			property("custom.lineStyle", map[string]any{"fill": "dot", "dash": []int{2, 6}}),
			property("custom.lineWidth", 1), property("custom.fillOpacity", 0), fixed(color),
		}
	}
	panel := inMeasure(newLines(l.Say("%s against plan · %s", l.Of(k.Title), place), targeted(k, l, c.bases, c.cites)), shown, l).
		WithTarget(overTime("A", scaled(shown, r.planned(naming.PlanActual, k, d, c)), l.Say("Actual"))).
		WithTarget(overTime("B", scaled(shown, r.planned(naming.PlanExpected, k, d, c)), l.Say("Plan"))).
		WithOverride(byQuery("A"), []dashboard.DynamicConfigValue{fixed(blue), property("custom.fillOpacity", 8)}).
		WithOverride(byQuery("B"), []dashboard.DynamicConfigValue{
			property("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 8}}), fixed(ink),
		}).
		Links([]cog.Builder[dashboard.DashboardLink]{panelLink(l.Say("Runbook"), r.runbook(k.Name, l), true)}).
		NoValue(l.Say("Outside of what is chosen, or no target holds right now."))
	if c.warning {
		panel.WithTarget(overTime("C", scaled(shown, r.planned(naming.PlanThreshold, k, d, c, equals(naming.LabelSeverity, naming.SeverityWarning))), l.Say("Warning"))).
			WithOverride(byQuery("C"), dotted(orange))
	}
	if c.critical {
		panel.WithTarget(overTime("D", scaled(shown, r.planned(naming.PlanThreshold, k, d, c, equals(naming.LabelSeverity, naming.SeverityCritical))), l.Say("Critical"))).
			WithOverride(byQuery("D"), dotted(red))
	}
	if k.Accumulates != "" && c.stated {
		if k.Forecast != kpi.NoForecast {
			panel.WithTarget(overTime("E", scaled(shown, r.planned(naming.PlanForecast, k, d, c)), l.Say("Forecast for the year"))).
				WithOverride(byQuery("E"), dotted(blue))
		}
		panel.WithTarget(overTime("F", scaled(shown, r.planned(naming.PlanTarget, k, d, c)), l.Say("The year's target"))).
			WithOverride(byQuery("F"), dotted(ink))
	}
	if !k.AllowNegative {
		panel.Min(0)
	}
	return panel
}

// cellTable compares the cells of a KPI that has many.
func (r *generator) cellTable(b *board, k kpi.KPI, d *collectors.Definition, l *language.Language) {
	shown := r.shown(k)
	var labels []string
	for _, label := range d.Labels {
		for _, c := range r.cells[k.Name] {
			if c.where[label] != "" {
				labels = append(labels, label)
				break
			}
		}
	}
	metric := func(name string, matchers ...string) string {
		return once(selector(name, append(append(matchers, equals(naming.LabelKPI, k.Name)), r.chosen(d.Labels)...)...))
	}
	unitless := func(metric string) string { return without("sum", metric, naming.LabelUnit) }
	var c columns
	status := l.Say("Status")
	c.add(valueOf("S"), status)
	for _, label := range labels {
		c.add(label, r.label(label, l))
	}
	ends := slices.ContainsFunc(r.cells[k.Name], func(c cell) bool { return c.ends })
	names := map[string]string{"A": l.Say("Actual"), "B": l.Say("Plan so far"), "F": l.Say("Period's target"), "M": l.Say("Margin")}
	for _, ref := range []string{"A", "B", "F", "M"} {
		if ref != "F" || ends {
			c.add(valueOf(ref), names[ref])
		}
	}
	c.hide(fieldTime, naming.LabelTarget, naming.LabelKPI, naming.LabelOwner)
	var cites []string
	var bases []plan.Basis
	for _, cell := range r.cells[k.Name] {
		bases = append(bases, cell.bases...)
		for _, cite := range cell.cites {
			if !slices.Contains(cites, cite) && len(cites) < 3 {
				cites = append(cites, cite)
			}
		}
	}
	table := inMeasure(newTable(l.Say("%s against plan", l.Of(k.Title)), targeted(k, l, bases, cites)), shown, l).
		WithTarget(rows("A", scaled(shown, unitless(metric(naming.PlanActual))))).
		WithTarget(rows("B", scaled(shown, unitless(metric(naming.PlanExpected)))))
	if ends {
		table.WithTarget(rows("F", scaled(shown, unitless(metric(naming.PlanTarget)))))
	}
	b.add(table.
		WithTarget(rows("M", metric(naming.PlanMargin))).
		WithTarget(rows("S", metric(naming.PlanStatus))).
		NoValue(l.Say("Outside of what is chosen, or no target holds right now.")).
		WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation()).
		WithTransformation(sortedBy(names["M"], false)).
		OverrideByName(names["M"], marginProperties()).
		OverrideByName(status, []dashboard.DynamicConfigValue{
			property("mappings", statusMappings(l)), property("unit", "none"),
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
			property("custom.align", "left"), property("custom.width", 130),
		}).
		Links([]cog.Builder[dashboard.DashboardLink]{panelLink(l.Say("Runbook"), r.runbook(k.Name, l), true)}), 14, 10)
	b.add(newLines(l.Say("%s, margin to plan", l.Of(k.Title)), l.Say("The distance to what the plan says that day, as a share of it; negative is worse than plan.")).
		WithTarget(overTime("A", metric(naming.PlanMargin), placeholders(labels))).
		Unit("percentunit").Decimals(1).
		NoValue(l.Say("Outside of what is chosen, or no target holds right now.")), 10, 10)
}
