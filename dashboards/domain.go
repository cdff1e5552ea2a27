package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// domain adds the panels of a domain: how it is now, how it stands to the plan, how it went,
// and in rows to open, every figure.
func (r *generator) domain(b *board, d layout.Dashboard, l *language.Language) {
	definitions := r.collectorsOf(d)
	s := statusPanels{generator: r, Language: l, definitions: definitions}
	targeted := len(r.withTargets(definitions)) > 0
	if targeted {
		s.counts(b)
		b.wrap()
	}
	first := r.first(d)
	r.now(b, first, d.Places, l)
	if targeted {
		s.targets(b, l.Say("Against plan"), 11)
		s.firing(b, 6)
	}
	inHistory := r.inHistory(first, definitions)
	if len(inHistory) > 0 {
		b.head(l.Say("History"), false)
		across := min(len(inHistory), 3)
		for _, k := range inHistory {
			b.add(r.againstPlan(k.KPI, k.definition, l.Of(k.Title), l), uint32(gridWidth/across), historyHeight)
		}
	}
	for i, definition := range definitions {
		b.head(l.Of(definition.Title), true)
		for _, k := range definition.KPIs {
			shown := slices.ContainsFunc(inHistory, func(of leading) bool { return of.Name == k.Name })
			r.detail(b, k, definition, splitBy(d.Collectors[i], definition), shown, l)
		}
	}
	b.head(l.Say("Data quality"), true)
	r.quality(b, definitions, l)
}

// inHistory are the KPIs whose history is shown without a row being opened: those that the
// dashboard opens with, and then others, that have targets.
func (r *generator) inHistory(first []leading, definitions []*collectors.Definition) []leading {
	all := slices.Clone(first)
	for _, d := range definitions {
		for _, k := range d.KPIs {
			flat := k.Better == kpi.AsPlanned && k.Accumulates == "" // a frame, which is to be what the plan says
			if !flat && !slices.ContainsFunc(all, func(of leading) bool { return of.Name == k.Name }) {
				all = append(all, leading{KPI: k, definition: d})
			}
		}
	}
	all = slices.DeleteFunc(all, func(of leading) bool { return len(r.cells[of.Name]) == 0 })
	return all[:min(len(all), mostHistory)]
}

// detail adds panels of a KPI over time and at all its labels, and of one with targets
// against its plan unless that is shown already.
func (r *generator) detail(b *board, k kpi.KPI, d *collectors.Definition, split []string, shown bool, l *language.Language) {
	panels := []builder{r.trend(k, d, split, l)}
	if len(d.Labels) > 0 && !r.supporting[k.Name] {
		panels = append(panels, r.breakdown(k, d, l))
	}
	if len(r.cells[k.Name]) > 0 && !shown {
		panels = append(panels, r.againstPlan(k, d, l.Say("Plan: %s", l.Of(k.Title)), l))
	}
	b.wrap()
	for _, panel := range panels {
		b.add(panel, uint32(gridWidth/len(panels)), 8)
	}
}

// trend returns a panel of the KPI over time, split by labels.
func (r *generator) trend(k kpi.KPI, d *collectors.Definition, split []string, l *language.Language) builder {
	split = slices.Clone(split)
	for _, label := range k.SeparateBy {
		split = with(split, label)
	}
	shown := r.shown(k)
	panel := newParts(titleOf(k, l), described(k, l)).Unit(grafanaUnit(shown)).AxisLabel(axisLabel(shown, l)).
		WithTarget(overTime("A", placed(scaled(shown, r.figure(k, d, split, nineInTen)), split, l), placeholder(placeLabel))).
		NoValue(withheld(k, l))
	if r.accrues(k) {
		panel.TimeFrom(yearSoFar)
	}
	if k.Accumulates != "" && !k.AllowNegative {
		panel.Min(0)
	}
	return panel
}

// breakdown returns a table of the KPI at all its labels, the worst first.
func (r *generator) breakdown(k kpi.KPI, d *collectors.Definition, l *language.Language) builder {
	shown := r.shown(k)
	figure := heading(l.Say("Actual"), shown, l)
	var c columns
	for _, label := range d.Labels {
		c.add(label, r.label(label, l))
	}
	c.add(fieldValue, figure)
	c.hide(fieldTime)
	panel := newTable(l.Say("Where: %s", l.Of(k.Title)), described(k, l)).
		WithTarget(rows("A", scaled(shown, r.figure(k, d, d.Labels, nineInTen)))).
		NoValue(withheld(k, l)).
		WithTransformation(sortedBy(fieldValue, k.Better != kpi.Higher)).
		WithTransformation(c.transformation())
	ofText(panel)
	panel.OverrideByFieldType("string", []dashboard.DynamicConfigValue{property("custom.minWidth", 70)}) // so that the figure is seen
	return panel.OverrideByName(figure, []dashboard.DynamicConfigValue{
		property("unit", grafanaUnit(shown)), property("decimals", shown.Decimals), property("custom.align", "right"), property("custom.width", 140),
	})
}

// withheld returns the text that is shown if a KPI has no figure.
func withheld(k kpi.KPI, l *language.Language) string {
	if k.Guarded {
		return l.Say("No figures in what is chosen. Small groups are withheld.")
	}
	return l.Say("No figures in what is chosen.")
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

// with returns the list with the value in it.
func with(list []string, value string) []string {
	if slices.Contains(list, value) {
		return list
	}
	return append(list, value)
}

// timeline adds a timeline of the status of the targets that are first to be looked at. Each
// line needs half a grid row, or their names lie over one another.
func (s statusPanels) timeline(b *board) {
	const lines = 10
	first := by("max", s.selector(naming.PlanRank)+" @ end()", naming.LabelTarget)
	off := by("max", s.selector(naming.PlanStatus)+" @ end()", naming.LabelTarget)
	vector := fmt.Sprintf("%s and %s bottomk(%d, %s and %s (%s %s))", titled(s.metric(naming.PlanStatus), s.title()), on(naming.LabelTarget),
		lines, first, on(naming.LabelTarget), off, offPlan)
	b.add(newTimeline(s.Say("Status over time"), s.Say("Since when are the targets off plan that are first to be looked at?")).
		WithTarget(overTime("A", placed(vector, s.labels(), s.Language), placeholders([]string{s.title(), placeLabel}))).
		Unit("none").Mappings(statusMappings(s.Language)).NoValue(s.Say("No target is off plan, or Prometheus knows nothing of the time shown.")),
		gridWidth, lines/2+3)
}
