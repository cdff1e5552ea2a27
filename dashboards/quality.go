package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
)

// quality is how old the collectors' figures are, how their runs go and what
// is withheld.
func (r *region) quality(b *board, definitions []*collectors.Definition, l language) {
	mine := oneOf("collector", collectorNames(definitions))
	metric := func(name string) string {
		return "max by (collector) (" + selector("planwatch_collector_"+name, mine) + ")"
	}
	queries := []struct{ ref, expr, sv, en, unit string }{
		{"R", metric("success"), "Senaste körning", "Last run", ""},
		{"A", "time() - " + metric("oldest_data_timestamp_seconds"), "Uppgiftens ålder", "Age of the figure", "dtdhms"},
		{"M", metric("max_age_seconds"), "Visas i högst", "Shown for at most", "dtdhms"},
		{"L", "time() - " + metric("last_run_timestamp_seconds"), "Kördes för", "Ran ago", "dtdhms"},
		{"N", metric("next_run_timestamp_seconds") + " - time()", "Körs om", "Runs in", "dtdhms"},
		{"S", metric("series"), "Uppgifter", "Figures", "none"},
		{"W", metric("withdrawn_series"), "För gamla", "Too old", "none"},
		{"U", fmt.Sprintf("sum by (collector) (max by (collector, kpi) (%s)) or 0 * %s", selector("planwatch_suppressed_cells", mine), metric("max_age_seconds")), "Små grupper undanhållna", "Small groups withheld", "none"},
	}
	var c columns
	c.add("collector", l.say("Insamling", "Collector"))
	c.hide("Time")
	titles := make([]mapping, len(definitions))
	for i, d := range definitions {
		titles[i] = mapping{value: d.Collector, text: l.of(d.Title)}
	}
	panel := newTable(l.say("Uppgifternas ålder och insamling", "Age and collection of the figures"), l.say(
		"Hur gamla uppgifterna är, hur insamlingen går, och hur många små grupper som inte redovisas.",
		"How old the figures are, how their collection goes, and how many small groups are withheld.")).
		Unit("none").Decimals(0).NoValue(l.say("Prometheus når inte planwatch.", "Prometheus does not reach planwatch."))
	for _, q := range queries {
		c.add("Value #"+q.ref, l.say(q.sv, q.en))
		panel.WithTarget(rows(q.ref, q.expr))
	}
	panel.WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(c.transformation()).
		OverrideByName(l.say("Insamling", "Collector"), []dashboard.DynamicConfigValue{
			property("mappings", mappings(titles...)), property("custom.width", 280),
		})
	for _, q := range queries {
		if q.unit == "" {
			panel.OverrideByName(l.say(q.sv, q.en), []dashboard.DynamicConfigValue{
				property("mappings", wellMappings(l.say("Lyckades", "Succeeded"), l.say("Misslyckades", "Failed"))),
				property("custom.cellOptions", map[string]any{"type": "color-text"}),
			})
			continue
		}
		panel.OverrideByName(l.say(q.sv, q.en), []dashboard.DynamicConfigValue{property("unit", q.unit)})
	}
	b.add(panel, gridWidth, uint32(min(4+len(definitions), 14)))
}
