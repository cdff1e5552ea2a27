package dashboards

import (
	"fmt"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/common"
)

// A screen of 1920 by 1080 pixels without Grafana's controls has wallHeight
// grid rows, each 30 pixels with 8 between.
const wallHeight = 27

// wall adds the overview for a screen on the wall: few, large panels.
func (r *generator) wall(b *board, l *language.Language) {
	s := statusPanels{generator: r, Language: l, definitions: r.region.Collectors, everywhere: true, fixed: true}
	s.counts(b, 6, 96)
	b.wrap()
	tiles := 0
	for _, d := range r.region.Dashboards.Dashboards {
		if d.Kind == layout.Domain && len(r.withTargets(r.collectorsOf(d))) > 0 {
			tiles++
		}
	}
	const across, bottom = 3, 8
	down := max((tiles+across-1)/across, 1)
	s.domains(b, gridWidth/across, uint32((wallHeight-6-bottom)/down), 34)
	b.wrap()
	title := naming.LabelTitle(l.Code())
	labels := r.targetLabels(r.region.Collectors)
	vector := fmt.Sprintf("bottomk(6, %s and %s %s %s)", selector(naming.PlanMargin), on(naming.LabelTarget), selector(naming.PlanStatus), offPlan)
	vector = joined(titled(once(vector), title), "name", append([]string{title}, labels...))
	var c columns
	c.add("name", "name")
	c.add(fieldValue, fieldValue)
	c.hide(append([]string{fieldTime, title, naming.LabelTarget, naming.LabelKPI, naming.LabelOwner, naming.LabelCollector}, labels...)...)
	b.add(newStat(l.Say("Furthest from plan"), l.Say("The six targets that are furthest behind: the distance to what the plan says today, as a share of it.")).
		WithTarget(rows("A", vector)).
		Unit("percentunit").Decimals(1).ColorScheme(fixedColor(ink)).
		TextMode(common.BigValueTextModeValueAndName).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(22).ValueSize(48)).
		NoValue(l.Say("✓ All on plan")).
		WithTransformation(c.transformation()).
		WithTransformation(transformation("rowsToFields", map[string]any{"mappings": []map[string]any{
			{"fieldName": "name", "handlerKey": "field.name"}, {"fieldName": fieldValue, "handlerKey": "field.value"},
		}})), gridWidth, bottom)
}
