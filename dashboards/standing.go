package dashboards

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// standing are the panels about how things stand to the plan, for the KPIs of
// some collectors or, on an overview, of all.
type standing struct {
	*region
	language
	definitions []*collectors.Definition
	// everywhere is set where the definitions are all there are.
	everywhere bool
	// fixed is set where there are no variables to choose by.
	fixed bool
}

// chosen are the matchers of the dashboard's variables.
func (s standing) chosen() []string {
	if s.fixed {
		return nil
	}
	return chosen(chooses(s.definitions))
}

// metric is one of the plan's metrics for the KPIs in view, or for more.
func (s standing) metric(name string, matchers ...string) string {
	if !s.everywhere {
		matchers = append(matchers, oneOf(plan.LabelKPI, s.withTargets(s.definitions)))
	}
	return once(selector(name, append(matchers, s.chosen()...)...))
}

// alerts are the firing alerts about what is in view.
func (s standing) alerts() string {
	matchers := []string{`alertstate="firing"`}
	if !s.everywhere {
		matchers = append(matchers, oneOf("domain", collectorNames(s.definitions)))
	}
	return selector("ALERTS", append(matchers, s.chosen()...)...)
}

func collectorNames(definitions []*collectors.Definition) []string {
	names := make([]string, len(definitions))
	for i, d := range definitions {
		names[i] = d.Collector
	}
	return names
}

// counts are how many targets have each status, how many alerts fire and how
// old the oldest figure is, side by side.
func (s standing) counts(b *board, height uint32, size float64) {
	for _, state := range states {
		panel := newStat(state.plural(s.language), s.say("Antal mål med denna status just nu.", "How many targets have this status right now.")).
			WithTarget(rightNow("A", fmt.Sprintf("count(%s == %s) or vector(0)", s.metric(plan.MetricStatus), state.value), "")).
			Unit("none").Decimals(0).ColorScheme(fixedColor(state.color)).
			ColorMode(common.BigValueColorModeBackgroundSolid)
		if size > 0 {
			panel.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size))
		}
		b.add(panel, 4, height)
	}
	firing := newStat(s.say("Larm", "Alerts"), s.say("Antal larm som Prometheus har utlöst.", "How many alerts Prometheus has firing.")).
		WithTarget(rightNow("A", fmt.Sprintf(`count(max without (%s) (%s) != 0) or vector(0)`, scrape, alarms(s.alerts())), "")).
		Unit("none").Decimals(0).ColorScheme(fixedColor(ink))
	oldest := newStat(s.say("Äldsta uppgift", "Oldest figure"), s.say("Åldern på den äldsta uppgift som visas. Varje källa har sin egen takt.", "Age of the oldest figure shown. Each source has its own pace.")).
		WithTarget(rightNow("A", "time() - min("+selector("planwatch_collector_oldest_data_timestamp_seconds", oneOf("collector", collectorNames(s.definitions)))+")", "")).
		Unit("dtdhms").Decimals(0).ColorScheme(fixedColor(ink)).NoValue(s.noFigures())
	if size > 0 {
		firing.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size))
		oldest.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size / 2))
	}
	b.add(firing, 4, height)
	b.add(oldest, 4, height)
}

// alarms leaves out the heartbeat, which always fires.
func alarms(vector string) string { return vector + ` unless ` + selector("ALERTS", `severity="none"`) }

func (s standing) noFigures() string {
	return s.say("Inga uppgifter ännu: insamlingen har inte lyckats sedan start.", "No figures yet: no run has succeeded since the start.")
}

// worstFirst is every target in view, the one furthest behind its plan first.
func (s standing) worstFirst(b *board, width, height uint32) {
	labels := s.targetLabels(s.definitions)
	title := "title_" + string(s.language)
	margins := titled(s.metric(plan.MetricMargin), title, "collector")
	var c columns
	status, name, margin, where := s.say("Status", "Status"), s.say("Nyckeltal", "KPI"), s.say("Avstånd", "Margin"), s.say("Var", "Where")
	c.add("Value #B", status)
	c.add(title, name)
	c.add("Value #A", margin)
	c.hide("Time", "target", "kpi", "owner", "collector")
	panel := newTable(s.say("Längst från plan", "Furthest from plan"), s.say(
		"Avståndet till vad planen säger i dag, som andel av det; negativt är sämre än plan. Sämst först.",
		"The distance to what the plan says today, as a share of it; negative is worse than plan. Worst first."))
	if s.everywhere {
		c.add("where", where)
		c.hide(labels...)
		margins = s.leading(joined(margins, "where", labels), s.language)
	} else {
		for _, label := range labels {
			c.add(label, s.label(label, s.language))
		}
	}
	panel.WithTarget(rows("A", "sort("+margins+")")).
		WithTarget(rows("B", s.metric(plan.MetricStatus))).
		Unit("none").NoValue(s.outside()).
		WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation()).
		WithTransformation(sortedBy(margin, false)).
		OverrideByName(status, []dashboard.DynamicConfigValue{
			property("mappings", statusMappings(s.language)),
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
			property("custom.align", "left"), property("custom.width", 130),
		}).
		OverrideByName(margin, marginProperties())
	if s.everywhere {
		panel.OverrideByName(name, []dashboard.DynamicConfigValue{
			property("custom.width", 300), cellLink(s.say("Visa området", "Show the domain"), s.destinationURL()),
		})
		panel.OverrideByName(destination, unseen())
		for _, label := range s.shared() {
			panel.OverrideByName(carried(label), unseen())
		}
	} else {
		panel.OverrideByName(name, []dashboard.DynamicConfigValue{property("custom.width", 300)})
	}
	b.add(panel, width, height)
}

// marginProperties show a margin as a gauge around the plan.
func marginProperties() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		property("unit", "percentunit"), property("decimals", 1),
		property("min", -0.3), property("max", 0.3),
		property("custom.cellOptions", map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}),
		property("custom.width", 190), fixed(blue),
	}
}

func (s standing) outside() string {
	return s.say("Inget mål i urvalet: välj alla divisioner, sjukhus och avdelningar.", "No target in what is chosen: choose all divisions, hospitals and wards.")
}

// firing is the alerts that Prometheus has raised.
func (s standing) firing(b *board, width, height uint32) {
	severity, name := s.say("Nivå", "Severity"), s.say("Larm", "Alert")
	var c columns
	c.add("severity", severity)
	c.add("alertname", name)
	for _, label := range s.targetLabels(s.definitions) {
		c.add(label, s.label(label, s.language))
	}
	c.hide("Time", "Value", "__name__", "alertstate", "instance", "job", "target", "kpi", "owner", "unit", "domain", "source", "for", "collector")
	b.add(newTable(s.say("Larm just nu", "Alerts right now"), s.say(
		"Larm som Prometheus har utlöst. Larmets namn leder till dess åtgärdskort.",
		"Alerts that Prometheus has firing. An alert's name leads to its runbook.")).
		WithTarget(rows("A", alarms(s.alerts()))).
		Unit("none").NoValue(s.say("✓ Inga larm.", "✓ No alerts.")).
		WithTransformation(c.transformation()).
		OverrideByName(severity, []dashboard.DynamicConfigValue{
			property("mappings", severityMappings(s.language)),
			property("custom.cellOptions", map[string]any{"type": "color-text"}), property("custom.width", 110),
		}).
		OverrideByName(name, []dashboard.DynamicConfigValue{
			property("custom.width", 260),
			property("links", []map[string]any{{"title": s.say("Åtgärdskort", "Runbook"), "url": strings.ReplaceAll(s.set.Runbook, alertMark, "${__value.text}"), "targetBlank": true}}),
		}), width, height)
}

// timeline is when things went wrong, and for how long.
func (s standing) timeline(b *board, width, height uint32) {
	title := "title_" + string(s.language)
	labels := s.targetLabels(s.definitions)
	legend := placeholders(append([]string{title}, labels...))
	vector := titled(s.metric(plan.MetricStatus), title)
	if s.everywhere {
		// Those that were ever off plan in the span; all would not fit.
		vector = fmt.Sprintf("%s and on (target) (max by (target) (max_over_time(%s[$__range] @ end())) > 0)", vector, selector(plan.MetricStatus, s.chosen()...))
	}
	b.add(newTimeline(s.say("Status över tid", "Status over time"), s.say("När gick det snett, och hur länge?", "When did it go wrong, and for how long?")).
		WithTarget(overTime("A", vector, legend)).
		Unit("none").Mappings(statusMappings(s.language)).NoValue(s.say("✓ Inget mål har avvikit i vald period.", "✓ No target has been off plan in this span.")),
		width, height)
}

// described is the description of a KPI's panel: what it is, and by whose word.
func (l language) described(k kpi.KPI, cites ...string) string {
	parts := []string{oneLine(l.of(k.Definition))}
	if len(cites) == 0 && k.Cite != "" {
		cites = []string{k.Cite}
	}
	for _, cite := range cites {
		parts = append(parts, l.say("Källa: ", "Source: ")+oneLine(cite))
	}
	if k.Standard != "" {
		parts = append(parts, "Standard: "+oneLine(k.Standard))
	}
	return strings.Join(parts, "\n\n")
}
