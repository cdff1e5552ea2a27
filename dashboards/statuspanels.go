package dashboards

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/plan"
)

// statusPanels are the panels about how KPIs compare with the plan: of some
// collectors or, on an overview, of all.
type statusPanels struct {
	*generator
	*language.Language
	definitions []*collectors.Definition
	// everywhere is true if these are all definitions of the region.
	everywhere bool
	// fixed is true if the dashboard has no variables.
	fixed bool
}

// chosen returns the matchers of the dashboard's variables.
func (s statusPanels) chosen() []string {
	if s.fixed {
		return nil
	}
	return s.generator.chosen(s.chooses(s.definitions))
}

// metric returns a selector of one of the plan's metrics for the shown KPIs, or
// for more.
func (s statusPanels) metric(name string, matchers ...string) string {
	if !s.everywhere {
		matchers = append(matchers, oneOf(naming.LabelKPI, s.withTargets(s.definitions)))
	}
	return once(selector(name, append(matchers, s.chosen()...)...))
}

// alerts returns a selector of the firing alerts about what is shown.
func (s statusPanels) alerts() string {
	matchers := []string{equals(naming.LabelAlertState, naming.StateFiring)}
	if !s.everywhere {
		matchers = append(matchers, oneOf(naming.LabelDomain, collectorNames(s.definitions)))
	}
	return selector(naming.Alerts, append(matchers, s.chosen()...)...)
}

func collectorNames(definitions []*collectors.Definition) []string {
	names := make([]string, len(definitions))
	for i, d := range definitions {
		names[i] = d.Collector
	}
	return names
}

// counts adds panels with the number of targets of each status, the number of
// firing alerts and the age of the oldest figure.
func (s statusPanels) counts(b *board, height uint32, size float64) {
	for _, state := range states {
		panel := newStat(s.Say(state.several), s.Say("How many targets have this status right now.")).
			WithTarget(rightNow("A", fmt.Sprintf("count(%s == %s) or vector(0)", s.metric(naming.PlanStatus), state.value), "")).
			Unit("none").Decimals(0).ColorScheme(fixedColor(state.color)).
			ColorMode(common.BigValueColorModeBackgroundSolid)
		if size > 0 {
			panel.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size))
		}
		b.add(panel, 3, height)
	}
	firing := newStat(s.Say("Alerts"), s.Say("How many alerts Prometheus has firing.")).
		WithTarget(rightNow("A", fmt.Sprintf("count(%s != 0) or vector(0)", once(alarms(s.alerts()))), "")).
		Unit("none").Decimals(0).ColorScheme(fixedColor(ink))
	oldest := newStat(s.Say("Oldest figure"), s.Say("Age of the oldest figure shown. Each source has its own pace.")).
		WithTarget(rightNow("A", "time() - min("+selector(naming.CollectorOldestData, oneOf(naming.LabelCollector, collectorNames(s.definitions)))+")", "")).
		Unit("dtdhms").Decimals(0).ColorScheme(fixedColor(ink)).NoValue(s.noFigures())
	if size > 0 {
		firing.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size))
		oldest.Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(size / 2))
	}
	b.add(firing, 3, height)
	b.add(oldest, 3, height)
}

// alarms excludes the watchdog, which always fires.
func alarms(vector string) string {
	return vector + ` unless ` + selector(naming.Alerts, equals(naming.LabelSeverity, naming.SeverityNone))
}

func (s statusPanels) noFigures() string {
	return s.Say("No figures yet: no run has succeeded since the start.")
}

// worstFirst adds a table of the shown targets, the furthest behind plan first.
func (s statusPanels) worstFirst(b *board, width, height uint32) {
	labels := s.targetLabels(s.definitions)
	title := naming.LabelTitle(s.Code())
	margins := titled(s.metric(naming.PlanMargin), title, naming.LabelCollector)
	var c columns
	status, name, margin, where := s.Say("Status"), s.Say("KPI"), s.Say("Margin"), s.Say("Where")
	c.add(valueOf("B"), status)
	c.add(title, name)
	c.add(valueOf("A"), margin)
	c.hide(fieldTime, naming.LabelTarget, naming.LabelKPI, naming.LabelOwner, naming.LabelCollector)
	panel := newTable(s.Say("Furthest from plan"), s.Say("The distance to what the plan says today, as a share of it; negative is worse than plan. Worst first."))
	if s.everywhere {
		c.add("where", where)
		c.hide(labels...)
		margins = s.withLink(joined(margins, "where", labels), s.Language)
	} else {
		for _, label := range labels {
			c.add(label, s.label(label, s.Language))
		}
	}
	panel.WithTarget(rows("A", "sort("+margins+")")).
		WithTarget(rows("B", s.metric(naming.PlanStatus))).
		Unit("none").NoValue(s.outside()).
		WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation()).
		WithTransformation(sortedBy(margin, false)).
		OverrideByName(status, []dashboard.DynamicConfigValue{
			property("mappings", statusMappings(s.Language)),
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
			property("custom.align", "left"), property("custom.width", 130),
		}).
		OverrideByName(margin, marginProperties())
	if s.everywhere {
		panel.OverrideByName(name, []dashboard.DynamicConfigValue{
			property("custom.width", 300), cellLink(s.Say("Show the domain"), s.destinationURL()),
		})
		panel.OverrideByName(destination, unseen())
		for _, label := range s.shared() {
			panel.OverrideByName(linkLabel(label), unseen())
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

// outside returns the text that is shown if no target is left.
func (s statusPanels) outside() string {
	if len(s.chosen()) == 0 {
		return s.Say("No target holds right now.")
	}
	return s.Say("No target in what is chosen: choose all.")
}

// firing adds a table of the firing alerts.
func (s statusPanels) firing(b *board, width, height uint32) {
	severity, name := s.Say("Severity"), s.Say("Alert")
	var c columns
	c.add(naming.LabelSeverity, severity)
	c.add(naming.LabelAlertName, name)
	for _, label := range s.targetLabels(s.definitions) {
		c.add(label, s.label(label, s.Language))
	}
	c.hide(fieldTime, fieldValue, naming.LabelName, naming.LabelAlertState, naming.LabelInstance, naming.LabelJob, naming.LabelTarget, naming.LabelKPI,
		naming.LabelOwner, naming.LabelUnit, naming.LabelDomain, naming.LabelSource, naming.LabelFor, naming.LabelCollector)
	b.add(newTable(s.Say("Alerts right now"), s.Say("Alerts that Prometheus has firing. An alert's name leads to its runbook.")).
		WithTarget(rows("A", alarms(s.alerts()))).
		Unit("none").NoValue(s.Say("✓ No alerts.")).
		WithTransformation(c.transformation()).
		OverrideByName(severity, []dashboard.DynamicConfigValue{
			property("mappings", severityMappings(s.Language)),
			property("custom.cellOptions", map[string]any{"type": "color-text"}), property("custom.width", 110),
		}).
		OverrideByName(name, []dashboard.DynamicConfigValue{
			property("custom.width", 260),
			property("links", []map[string]any{{"title": s.Say("Runbook"), "url": s.region.Dashboards.RunbookOf(path.Join(s.region.Languages.Suffix(s.Language), "${__value.text}")), "targetBlank": true}}),
		}), width, height)
}

// timeline adds a timeline of status.
func (s statusPanels) timeline(b *board, width, height uint32) {
	title := naming.LabelTitle(s.Code())
	labels := s.targetLabels(s.definitions)
	legend := placeholders(append([]string{title}, labels...))
	vector := titled(s.metric(naming.PlanStatus), title)
	if s.everywhere {
		// Only targets that were off plan in the span: all would not fit.
		worst := by("max", fmt.Sprintf("max_over_time(%s[$__range] @ end())", selector(naming.PlanStatus, s.chosen()...)), naming.LabelTarget)
		vector = fmt.Sprintf("%s and %s (%s %s)", vector, on(naming.LabelTarget), worst, offPlan)
	}
	b.add(newTimeline(s.Say("Status over time"), s.Say("When did it go wrong, and for how long?")).
		WithTarget(overTime("A", vector, legend)).
		Unit("none").Mappings(statusMappings(s.Language)).NoValue(s.Say("✓ No target has been off plan in this span.")),
		width, height)
}

// targeted returns the description of a panel that holds a KPI against its targets: what
// they are based on, and their sources.
func targeted(k kpi.KPI, l *language.Language, bases []plan.Basis, cites []string) string {
	var words []string
	for _, basis := range bases {
		if word := basis.Words(l); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return described(k, l, cites...) + "\n\n" + l.Say("Based on: %s", strings.Join(words, ", "))
}

// described returns the description of a KPI's panel: its definition and
// sources.
func described(k kpi.KPI, l *language.Language, cites ...string) string {
	parts := []string{language.OneLine(l.Of(k.Definition))}
	if len(cites) == 0 && k.Cite != "" {
		cites = []string{k.Cite}
	}
	for _, cite := range cites {
		parts = append(parts, l.Say("Source: %s", language.OneLine(cite)))
	}
	if k.Standard != "" {
		parts = append(parts, l.Say("Standard: %s", language.OneLine(k.Standard)))
	}
	return strings.Join(parts, "\n\n")
}
