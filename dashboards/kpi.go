package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Variables of the dashboard of one KPI.
const (
	kpiVariable     = naming.LabelKPI
	targetVariable  = naming.LabelTarget
	measureVariable = "measure"
)

// kpi adds the panels about one KPI and one of its targets: how it stands, how it went, and
// how it is at all other places.
func (r *generator) kpi(b *board, l *language.Language) {
	s := statusPanels{generator: r, Language: l, definitions: r.region.Collectors, fixed: true, one: equals(naming.LabelKPI, "$"+kpiVariable)}
	one := s
	one.one += "," + equals(naming.LabelTarget, "$"+targetVariable)
	inMeasure := ", $" + measureVariable
	none := l.Say("Choose a KPI that has a target.")

	// Titles with a variable are Grafana's to fill in.
	value := func(title, description, expr string) {
		b.add(newStat("", description).Title(asWritten(title)+inMeasure).WithTarget(rightNow("A", expr, "")).
			Unit(localeUnit).Decimals(2).ColorScheme(fixedColor(ink)).NoValue(l.Say("Not known")), 3, 4)
	}
	b.add(newStat(l.Say("Status"), l.Say("How the KPI stands to the target.")).
		WithTarget(rightNow("A", "max("+one.metric(naming.PlanStatus)+")", "")).
		Unit("none").Mappings(statusMappings(l)).ColorScheme(byThreshold()).Thresholds(nothing()).
		ColorMode(common.BigValueColorModeBackgroundSolid).NoValue(none), 3, 4)
	value(l.Say("Actual"), l.Say("The figure that is compared with the target."), "max("+inOwnMeasure(one.metric(naming.PlanActual))+")")
	value(l.Say("Plan so far"), l.Say("What the plan wants by now."), "max("+inOwnMeasure(one.metric(naming.PlanExpected))+")")
	value(l.Say("Distance"), l.Say("The figure less the plan; of percentages in points."),
		unsigned("max("+inOwnMeasure("("+one.metric(naming.PlanActual)+" - "+one.metric(naming.PlanExpected)+")")+")"))
	value(l.Say("Forecast for the year"), l.Say("Where the figure ends the year, as past years went or at the plan's pace."), "max("+inOwnMeasure(one.metric(naming.PlanForecast))+")")
	value(l.Say("Period's target"), l.Say("What the plan wants at the end of the period or the year."), "max("+inOwnMeasure(one.metric(naming.PlanTarget))+")")
	b.add(newStat(l.Say("Off plan since"), l.Say("The day on which the target went off plan, as far back as Prometheus knows.")).
		WithTarget(rightNow("A", "max("+one.offSince()+")", "")).
		Unit(dayUnit).Mappings(sinceMappings(l)).ColorScheme(fixedColor(ink)).NoValue(l.Say("Not off plan")), 3, 4)
	b.add(newStat(l.Say("Signal"), l.Say("Whether the newest whole month or week was more than chance.")).
		WithTarget(rightNow("A", "max("+one.signals()+")", "")).
		Unit("none").Mappings(signalMappings(l)).ColorScheme(fixedColor(ink)).NoValue(l.Say("Not known")), 3, 4)

	chart := newLines("", l.Say("The figure, what the plan wants by then, and where warning and critical begin. Of a figure that does not grow over the year also what is usual.")).
		Title("$" + kpiVariable + inMeasure).Unit(localeUnit).
		NoValue(l.Say("Prometheus has no figures of the time shown, nothing is due yet, or no target holds for what is chosen."))
	draw(chart, figureLine, placed(inOwnMeasure(one.metric(naming.PlanActual)), one.labels(), l), "{{"+placeLabel+"}}")
	for _, line := range []line{expectedLine, warningLine, criticalLine} {
		draw(chart, line.ref, inOwnMeasure(one.metric(line.metric, line.matchers...)), l.Say(line.title))
	}
	labels := append([]string{naming.LabelKPI}, s.region.Labels()...)
	level := fmt.Sprintf(" and %s %s", on(naming.LabelKPI), selector(naming.KPIInfo, equals(naming.LabelAccumulates, "")))
	for _, line := range limitsOfUsual {
		draw(chart, line.ref, inOwnMeasure("("+s.metric(line.metric)+" and "+on(labels...)+" "+one.metric(naming.PlanStatus)+level+")"), l.Say(line.title))
	}
	b.add(chart, gridWidth, 11)
	s.targets(b, l.Say("Every place with a target"), 9)
	s.firing(b, 6)
}

// kpiVariables are the variables of the dashboard of one KPI.
func (r *generator) kpiVariables(l *language.Language) ([]dashboard.VariableModel, error) {
	title, measure := naming.LabelTitle(l.Code()), naming.LabelMeasure(l.Code())
	withTarget := by("max", naming.KPIInfo, naming.LabelKPI, title) + " and " + on(naming.LabelKPI) + " " + naming.PlanStatus
	targets := by("max", placed(selector(naming.PlanStatus, equals(naming.LabelKPI, "$"+kpiVariable)), r.targetLabels(r.region.Collectors), l), naming.LabelTarget, placeLabel)
	measures := by("max", selector(naming.KPIMeasure, equals(naming.LabelKPI, "$"+kpiVariable)), measure)
	var list []dashboard.VariableModel
	for _, v := range []struct {
		name, label, query, regex string
		hide                      dashboard.VariableHide
	}{
		{kpiVariable, l.Say("KPI"), withTarget, named(naming.LabelKPI, title), dashboard.VariableHideDontHide},
		{targetVariable, l.Say("Where"), targets, named(naming.LabelTarget, placeLabel), dashboard.VariableHideDontHide},
		{measureVariable, l.Say("Unit"), measures, named(measure, measure), dashboard.VariableHideHideVariable},
	} {
		query := "query_result(" + v.query + ")"
		variable, err := dashboard.NewQueryVariableBuilder(v.name).Label(v.label).Hide(v.hide).
			Query(dashboard.StringOrMap{Map: map[string]any{"qryType": 3, "query": query, "refId": v.name}}).
			Definition(query).Regex(v.regex).
			Datasource(source()).
			Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc).
			Multi(false).IncludeAll(false).AllowCustomValue(false).
			Build()
		if err != nil {
			return nil, err
		}
		list = append(list, variable)
	}
	return list, nil
}

// named is the pattern by which Grafana takes a choice out of a series: what it is by one
// label, and what it is called by another.
func named(value, text string) string {
	if value == text {
		return fmt.Sprintf(`/%s="([^"]*)"/`, value)
	}
	return fmt.Sprintf(`/(?=.*\b%s="(?<value>[^"]*)")(?=.*\b%s="(?<text>[^"]*)")/`, value, text)
}
