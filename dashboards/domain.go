package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// cellsInPanels is how many of a KPI's cells get a panel of their own. More
// are compared in a table.
const cellsInPanels = 4

// domain is how the KPIs of some collectors stand, and each KPI by itself.
func (r *region) domain(b *board, d Definition, l language) {
	definitions := r.collectorsOf(d)
	s := standing{region: r, language: l, definitions: definitions}
	if len(r.withTargets(definitions)) > 0 {
		s.counts(b, 4, 0)
		s.worstFirst(b, 14, 9)
		s.firing(b, 10, 9)
		s.timeline(b, gridWidth, 8)
	}
	for i, definition := range definitions {
		split := by(d.Collectors[i], definition)
		leading, others := r.ranked(definition)
		if len(leading) > 0 {
			b.head(l.of(definition.Title), false)
		}
		for _, k := range leading {
			r.figures(b, k, definition, split, l)
			r.againstPlan(b, k, definition, l)
		}
		if len(others) == 0 {
			continue
		}
		b.head(l.of(definition.Title)+l.say(": fler uppgifter", ": more figures"), true)
		for _, k := range others {
			if r.supporting[k.Name] {
				b.add(r.trend(k, definition, split, l), 12, 8)
				continue
			}
			b.wrap()
			r.figures(b, k, definition, split, l)
		}
	}
	b.head(l.say("Datakvalitet", "Data quality"), false)
	r.quality(b, definitions, l)
}

// ranked are a collector's KPIs: those that a reader comes for, which are held
// against a plan, or all where none is; and those to look up, the last of which
// are there to be compared with.
func (r *region) ranked(d *collectors.Definition) (leading, others []kpi.KPI) {
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

// figures are a KPI now, its trend and where it comes from.
func (r *region) figures(b *board, k kpi.KPI, d *collectors.Definition, split []string, l language) {
	shown := r.shown(k)
	now := newStat(l.of(k.Title), l.described(k)).
		Unit(l.of(shown.unit)).Decimals(shown.decimals).
		TextMode(common.BigValueTextModeValueAndName).Orientation(common.VizOrientationHorizontal).
		ColorScheme(fixedColor(ink)).NoValue(withheld(k, l))
	if k.Histogram != nil {
		now.WithTarget(rightNow("A", shown.scale(figure(k, d, nil, 0.5)), l.say("Hälften högst", "Half at most"))).
			WithTarget(rightNow("B", shown.scale(figure(k, d, nil, 0.9)), l.say("Nio av tio högst", "Nine in ten at most")))
	} else {
		now.WithTarget(rightNow("A", shown.scale(figure(k, d, nil, 0)), l.say("I urvalet", "In what is chosen")))
	}
	now.WithTarget(rightNow("T", dataTime(d.Collector), l.say("Uppgift från", "Data from"))).
		WithOverride(byQuery("T"), []dashboard.DynamicConfigValue{property("unit", "time:YYYY-MM-DD HH:mm")})
	b.add(now, 5, 8)
	if len(d.Labels) == 0 {
		b.add(r.trend(k, d, nil, l), 19, 8)
		return
	}
	b.add(r.trend(k, d, split, l), 10, 8)
	b.add(r.breakdown(k, d, l), 9, 8)
}

// trend is the KPI over time, split by labels.
func (r *region) trend(k kpi.KPI, d *collectors.Definition, split []string, l language) builder {
	shown := r.shown(k)
	legend := l.say("Alla", "All")
	if len(split) > 0 {
		legend = placeholders(split)
	}
	title := l.of(k.Title)
	if k.Histogram != nil {
		title += l.say(", nio av tio högst", ", nine in ten at most")
	}
	panel := newLines(title, l.described(k)).
		WithTarget(overTime("A", shown.scale(figure(k, d, split, 0.9)), legend)).
		Unit(l.of(shown.unit)).Decimals(shown.decimals).NoValue(withheld(k, l))
	if !k.AllowNegative {
		panel.Min(0)
	}
	return panel
}

// breakdown is the KPI at all its labels, with its trend.
func (r *region) breakdown(k kpi.KPI, d *collectors.Definition, l language) builder {
	shown := r.shown(k)
	title := l.of(k.Title)
	var c columns
	for _, label := range d.Labels {
		c.add(label, r.label(label, l))
	}
	c.add("Trend #A", title)
	return newTable(title+l.say(", fördelat", ", broken down"), l.described(k)).
		WithTarget(overTime("A", shown.scale(figure(k, d, d.Labels, 0.9)), "")).
		Unit(l.of(shown.unit)).Decimals(shown.decimals).NoValue(withheld(k, l)).
		WithTransformation(transformation("timeSeriesTable", map[string]any{"A": map[string]any{"stat": "lastNotNull", "timeField": "Time"}})).
		WithTransformation(c.transformation()).
		OverrideByName(title, []dashboard.DynamicConfigValue{
			property("custom.cellOptions", map[string]any{"type": "sparkline", "lineWidth": 2, "fillOpacity": 10, "lineInterpolation": "stepAfter"}),
			property("custom.minWidth", 180), fixed(blue),
		})
}

// withheld is what stands where a KPI has no figure.
func withheld(k kpi.KPI, l language) string {
	if k.MinCount > 0 {
		return l.say("Inga uppgifter i urvalet. Små grupper redovisas inte.", "No figures in what is chosen. Small groups are withheld.")
	}
	return l.say("Inga uppgifter i urvalet.", "No figures in what is chosen.")
}

// againstPlan is the KPI's figure against its plan at every cell that has
// targets.
func (r *region) againstPlan(b *board, k kpi.KPI, d *collectors.Definition, l language) {
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

// againstPlanAt is the figure of one cell over time, its plan a dashed line
// and its thresholds dotted ones, all of them from the plan's own metrics.
func (r *region) againstPlanAt(k kpi.KPI, d *collectors.Definition, c cell, l language) builder {
	shown := r.shown(k)
	place := c.name(d.Labels)
	if place == "" {
		place = l.say("hela regionen", "the whole region")
	}
	dotted := func(color string) []dashboard.DynamicConfigValue {
		return []dashboard.DynamicConfigValue{
			property("custom.lineStyle", map[string]any{"fill": "dot", "dash": []int{2, 6}}),
			property("custom.lineWidth", 1), property("custom.fillOpacity", 0), fixed(color),
		}
	}
	panel := newLines(l.of(k.Title)+" mot plan · "+place, l.described(k, c.cites...)).
		WithTarget(overTime("A", shown.scale(planned(plan.MetricActual, k, d, c)), l.say("Utfall", "Actual"))).
		WithTarget(overTime("B", shown.scale(planned(plan.MetricExpected, k, d, c)), l.say("Plan", "Plan"))).
		WithOverride(byQuery("A"), []dashboard.DynamicConfigValue{fixed(blue), property("custom.fillOpacity", 8)}).
		WithOverride(byQuery("B"), []dashboard.DynamicConfigValue{
			property("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 8}}), fixed(ink),
		}).
		Links([]cog.Builder[dashboard.DashboardLink]{panelLink(l.say("Åtgärdskort", "Runbook"), r.runbook(k.Name), true)}).
		Unit(l.of(shown.unit)).Decimals(shown.decimals).
		NoValue(l.say("Utanför urvalet, eller så gäller inget mål just nu.", "Outside of what is chosen, or no target holds right now."))
	if l == english {
		panel.Title(l.of(k.Title) + " against plan · " + place)
	}
	if c.warning {
		panel.WithTarget(overTime("C", shown.scale(planned(plan.MetricThreshold, k, d, c, equals(plan.LabelSeverity, plan.SeverityWarning))), l.say("Varning", "Warning"))).
			WithOverride(byQuery("C"), dotted(orange))
	}
	if c.critical {
		panel.WithTarget(overTime("D", shown.scale(planned(plan.MetricThreshold, k, d, c, equals(plan.LabelSeverity, plan.SeverityCritical))), l.say("Kritisk", "Critical"))).
			WithOverride(byQuery("D"), dotted(red))
	}
	if k.Accumulates != "" && c.stated {
		panel.WithTarget(overTime("E", shown.scale(planned(plan.MetricForecast, k, d, c)), l.say("Prognos för året", "Forecast for the year"))).
			WithTarget(overTime("F", shown.scale(planned(plan.MetricTarget, k, d, c)), l.say("Årets mål", "The year's target"))).
			WithOverride(byQuery("E"), dotted(blue)).
			WithOverride(byQuery("F"), dotted(ink))
	}
	if !k.AllowNegative {
		panel.Min(0)
	}
	return panel
}

// cellTable compares the cells of a KPI that has many.
func (r *region) cellTable(b *board, k kpi.KPI, d *collectors.Definition, l language) {
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
		return once(selector(name, append(append(matchers, equals(plan.LabelKPI, k.Name)), chosen(d.Labels)...)...))
	}
	without := func(vector string) string { return "sum without (unit) (" + vector + ")" }
	var c columns
	status := l.say("Status", "Status")
	c.add("Value #S", status)
	for _, label := range labels {
		c.add(label, r.label(label, l))
	}
	names := map[string]string{"A": l.say("Utfall", "Actual"), "B": l.say("Plan hittills", "Plan so far"), "F": l.say("Periodens mål", "Period's target"), "M": l.say("Avstånd", "Margin")}
	for _, ref := range []string{"A", "B", "F", "M"} {
		c.add("Value #"+ref, names[ref])
	}
	c.hide("Time", "target", "kpi", "owner")
	var cites []string
	for _, cell := range r.cells[k.Name] {
		for _, cite := range cell.cites {
			if !slices.Contains(cites, cite) && len(cites) < 3 {
				cites = append(cites, cite)
			}
		}
	}
	b.add(newTable(l.of(k.Title)+l.say(" mot plan", " against plan"), l.described(k, cites...)).
		WithTarget(rows("A", shown.scale(without(metric(plan.MetricActual))))).
		WithTarget(rows("B", shown.scale(without(metric(plan.MetricExpected))))).
		WithTarget(rows("F", shown.scale(without(metric(plan.MetricTarget))))).
		WithTarget(rows("M", metric(plan.MetricMargin))).
		WithTarget(rows("S", metric(plan.MetricStatus))).
		Unit(l.of(shown.unit)).Decimals(shown.decimals).
		NoValue(l.say("Utanför urvalet, eller så gäller inget mål just nu.", "Outside of what is chosen, or no target holds right now.")).
		WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation()).
		WithTransformation(sortedBy(names["M"], false)).
		OverrideByName(names["M"], marginProperties()).
		OverrideByName(status, []dashboard.DynamicConfigValue{
			property("mappings", statusMappings(l)), property("unit", "none"),
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
			property("custom.align", "left"), property("custom.width", 130),
		}).
		Links([]cog.Builder[dashboard.DashboardLink]{panelLink(l.say("Åtgärdskort", "Runbook"), r.runbook(k.Name), true)}), 14, 10)
	b.add(newLines(l.of(k.Title)+l.say(", avstånd till plan", ", margin to plan"), l.say(
		"Avståndet till vad planen säger den dagen, som andel av det; negativt är sämre än plan.",
		"The distance to what the plan says that day, as a share of it; negative is worse than plan.")).
		WithTarget(overTime("A", metric(plan.MetricMargin), placeholders(labels))).
		Unit("percentunit").Decimals(1).
		NoValue(l.say("Utanför urvalet, eller så gäller inget mål just nu.", "Outside of what is chosen, or no target holds right now.")), 10, 10)
}
