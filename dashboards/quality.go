package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// quality adds panels about the age of the collectors' figures, their runs and
// what is withheld.
func (r *generator) quality(b *board, definitions []*collectors.Definition, l *language.Language) {
	names := collectorNames(definitions)
	metric := func(name string) string { return ofCollectors(name, names) }
	withheld := by("sum", by("max", selector(naming.SuppressedCells, oneOf(naming.LabelCollector, names)), naming.LabelCollector, naming.LabelKPI), naming.LabelCollector)
	queries := []struct{ ref, expr, title, unit string }{
		{"R", metric(naming.CollectorSuccess), l.Say("Last run"), ""},
		{"A", "time() - " + metric(naming.CollectorOldestData), l.Say("Age of the figure"), "dtdhms"},
		{"M", metric(naming.CollectorMaxAge), l.Say("Shown for at most"), "dtdhms"},
		{"L", "time() - " + metric(naming.CollectorLastRun), l.Say("Ran ago"), "dtdhms"},
		{"N", metric(naming.CollectorNextRun) + " - time()", l.Say("Runs in"), "dtdhms"},
		{"S", metric(naming.CollectorSeries), l.Say("Figures"), "none"},
		{"W", metric(naming.CollectorWithdrawn), l.Say("Too old"), "none"},
		{"U", withheld + " or 0 * " + metric(naming.CollectorMaxAge), l.Say("Small groups withheld"), "none"},
	}
	var c columns
	collector := l.Say("Collector")
	c.add(naming.LabelCollector, collector)
	c.hide(fieldTime)
	titles := make([]mapping, len(definitions))
	for i, d := range definitions {
		titles[i] = mapping{value: d.Collector, text: l.Of(d.Title)}
	}
	panel := newTable(l.Say("Age and collection of the figures"), l.Say("How old the figures are, how their collection goes, and how many small groups are withheld.")).
		Decimals(0).NoValue(unreachable(l))
	for _, q := range queries {
		c.add(valueOf(q.ref), q.title)
		panel.WithTarget(rows(q.ref, q.expr))
	}
	panel.WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation())
	ofText(panel)
	panel.OverrideByName(collector, []dashboard.DynamicConfigValue{
		property("mappings", mappings(titles...)), property("custom.minWidth", 200),
	})
	for _, q := range queries {
		if q.unit == "" {
			panel.OverrideByName(q.title, []dashboard.DynamicConfigValue{
				property("mappings", wellMappings(l.Say("Succeeded"), l.Say("Failed (runs)"))),
				property("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}),
			})
			continue
		}
		panel.OverrideByName(q.title, []dashboard.DynamicConfigValue{property("unit", q.unit), property("custom.width", 130)})
	}
	b.add(panel, gridWidth, uint32(min(4+len(definitions), 14)))
}
