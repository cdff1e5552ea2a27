package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"

	"planwatch/plan"
)

// A wall's screen of 1920 by 1080 points holds wallHeight of Grafana's lines,
// of 30 points with 8 between, without any of its own controls.
const wallHeight = 27

// wall is the overview for a screen that people pass: few, large signs.
func (r *region) wall(b *board, l language) {
	s := standing{region: r, language: l, definitions: r.cfg.Collectors, everywhere: true, fixed: true}
	s.counts(b, 6, 96)
	b.wrap()
	tiles := 0
	for _, d := range r.set.Dashboards {
		if d.Kind == Domain && len(r.withTargets(r.collectorsOf(d))) > 0 {
			tiles++
		}
	}
	const across, bottom = 3, 8
	down := max((tiles+across-1)/across, 1)
	s.domains(b, gridWidth/across, uint32((wallHeight-6-bottom)/down), 34)
	b.wrap()
	title := "title_" + string(l)
	labels := r.targetLabels(r.cfg.Collectors)
	vector := fmt.Sprintf("bottomk(6, %s and on (target) %s > 0)", selector(plan.MetricMargin), selector(plan.MetricStatus))
	vector = joined(titled(once(vector), title), "name", append([]string{title}, labels...))
	var c columns
	c.add("name", "name")
	c.add("Value", "Value")
	c.hide(append([]string{"Time", title, "target", "kpi", "owner", "collector"}, labels...)...)
	b.add(newStat(l.say("Längst från plan", "Furthest from plan"), l.say(
		"De sex mål som ligger sämst till: avståndet till vad planen säger i dag, som andel av det.",
		"The six targets that are furthest behind: the distance to what the plan says today, as a share of it.")).
		WithTarget(rows("A", vector)).
		Unit("percentunit").Decimals(1).ColorScheme(fixedColor(ink)).
		TextMode(common.BigValueTextModeValueAndName).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(22).ValueSize(48)).
		NoValue(l.say("✓ Allt enligt plan", "✓ All on plan")).
		WithTransformation(c.transformation()).
		WithTransformation(transformation("rowsToFields", map[string]any{"mappings": []map[string]any{
			{"fieldName": "name", "handlerKey": "field.name"}, {"fieldName": "Value", "handlerKey": "field.value"},
		}})), gridWidth, bottom)
}
