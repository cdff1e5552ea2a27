package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/plan"
)

const (
	// mostHistory is how many KPIs a domain's dashboard shows the history of, unless a row
	// is opened: three lines of three.
	mostHistory   = 9
	historyHeight = 7
	// mostCites is how many sources a description names.
	mostCites = 6
	// yearSoFar is how far back a panel looks whatever the dashboard does, if its figure
	// grows over the year.
	yearSoFar = "now/y"
)

// accrues reports whether the KPI, or what it is the ratio of, grows over the year.
func (r *generator) accrues(k kpi.KPI) bool {
	if k.Ratio == nil {
		return k.Accumulates != ""
	}
	of, _ := r.region.KPIs.Get(k.Ratio.Of)
	to, _ := r.region.KPIs.Get(k.Ratio.To)
	return of.Accumulates != "" || to.Accumulates != ""
}

// planSeries makes selectors of the plan's metrics, once for all instances.
type planSeries func(metric string, matchers ...string) string

// planOf are the series of one KPI's targets.
func (r *generator) planOf(k kpi.KPI, d *collectors.Definition) planSeries {
	return func(metric string, matchers ...string) string {
		matchers = append([]string{equals(naming.LabelKPI, k.Name)}, matchers...)
		return selector(metric, append(matchers, r.where(d.Labels)...)...)
	}
}

// first keeps the series of the one target that is first to be looked at when the shown
// time ends. So a target of an earlier year leaves no trace.
func (of planSeries) first(vector string) string {
	return fmt.Sprintf("%s and %s bottomk(1, %s)", vector, on(naming.LabelTarget), by("max", of(naming.PlanRank)+" @ end()", naming.LabelTarget))
}

// line is one of a panel's lines beside the figure.
type line struct {
	ref, metric string
	matchers    []string
	// title is the key of its message.
	title string
}

// Lines of the plan, and the limits of a process chart.
var (
	expectedLine  = line{"B", naming.PlanExpected, nil, "Plan"}
	warningLine   = line{"C", naming.PlanThreshold, []string{equals(naming.LabelSeverity, naming.SeverityWarning)}, "Warning"}
	criticalLine  = line{"D", naming.PlanThreshold, []string{equals(naming.LabelSeverity, naming.SeverityCritical)}, "Critical"}
	usualLine     = line{"E", naming.KPISignalMean, nil, "Usual"}
	usualLeast    = line{"F", naming.KPISignalLower, nil, "Usual at least"}
	usualMost     = line{"G", naming.KPISignalUpper, nil, "Usual at most"}
	limitsOfUsual = []line{usualLine, usualLeast, usualMost}
)

// figureLine is the name of the query of the figure itself.
const figureLine = "A"

// style is how the line of a query looks.
func style(ref string) []dashboard.DynamicConfigValue {
	look := func(color string, width int, dash ...int) []dashboard.DynamicConfigValue {
		properties := []dashboard.DynamicConfigValue{fixed(color), property("custom.lineWidth", width)}
		if len(dash) > 0 {
			fill := "dash"
			if dash[0] < dash[1] {
				fill = "dot"
			}
			properties = append(properties, property("custom.lineStyle", map[string]any{"fill": fill, "dash": dash}))
		}
		return properties
	}
	switch ref {
	case expectedLine.ref:
		return look(ink, 2, 10, 8)
	case warningLine.ref:
		return look(orange, 2, 2, 6)
	case criticalLine.ref:
		return look(red, 2, 2, 6)
	case usualLine.ref:
		return look(grey, 1)
	case usualLeast.ref, usualMost.ref:
		return look(grey, 1, 4, 4)
	}
	return look(teal, 2)
}

// draw adds a line to a panel.
func draw(panel *timeseries.PanelBuilder, ref, expr, legend string) {
	panel.WithTarget(overTime(ref, expr, legend)).WithOverride(byQuery(ref), style(ref))
}

// againstPlan returns a panel of the KPI over time where it is first to be looked at now:
// the figure, its plan as a dashed line and its thresholds as dotted ones, all from the
// plan's metrics. Of a KPI with targets at many places, all stand in the table, and each
// on the dashboard of one KPI.
func (r *generator) againstPlan(k kpi.KPI, d *collectors.Definition, title string, l *language.Language) builder {
	shown, of := r.shown(k), r.planOf(k, d)
	panel := newLines(title, r.targeted(k, l)).Unit(grafanaUnit(shown)).AxisLabel(axisLabel(shown, l)).
		Links([]cog.Builder[dashboard.DashboardLink]{
			panelLink(l.Say("Show the KPI"), r.kpiAddress(l, k.Name, "")+"&"+timeRange, false),
			panelLink(l.Say("Runbook"), r.runbook(k.Name, l), true),
		}).
		NoValue(l.Say("Prometheus has no figures of the time shown, nothing is due yet, or no target holds for what is chosen."))
	if r.accrues(k) {
		panel.TimeFrom(yearSoFar)
	}
	if k.Accumulates != "" && !k.AllowNegative {
		panel.Min(0)
	}
	figure := once(of(naming.PlanActual))
	if r.accrues(k) {
		// Before the target's period, that is what an earlier year came to. A target of
		// which nothing is due until late is shown as it is.
		figure += fmt.Sprintf(" and %s (%s or %s == %s)", on(naming.LabelTarget), ofEach(naming.LabelTarget, of(naming.PlanExpected)),
			ofEach(naming.LabelTarget, of(naming.PlanStatus)+" @ end()"), tooEarly)
	}
	draw(panel, figureLine, placed(scaled(shown, of.first(figure)), r.targetLabels([]*collectors.Definition{d}), l), "{{"+placeLabel+"}}")
	for _, line := range r.linesOf(k) {
		draw(panel, line.ref, scaled(shown, of.first(once(of(line.metric, line.matchers...)))), l.Say(line.title))
	}
	if !r.accrues(k) {
		// What is usual, in the figure's own size.
		labels := append([]string{naming.LabelKPI}, d.Labels...)
		at := fmt.Sprintf(" and %s (%s)", on(labels...), of.first(once(of(naming.PlanStatus))))
		for _, line := range limitsOfUsual {
			draw(panel, line.ref, scaled(shown, once(of(line.metric))+at), l.Say(line.title))
		}
	}
	return panel
}

// linesOf are the lines of the plan that the KPI's targets have.
func (r *generator) linesOf(k kpi.KPI) []line {
	lines := []line{expectedLine}
	var warning, critical bool
	for _, c := range r.cells[k.Name] {
		warning, critical = warning || c.warning, critical || c.critical
	}
	if warning {
		lines = append(lines, warningLine)
	}
	if critical {
		lines = append(lines, criticalLine)
	}
	return lines
}

// targeted returns the description of a panel that holds a KPI against its targets: what
// they are based on, and their sources.
func (r *generator) targeted(k kpi.KPI, l *language.Language) string {
	var bases []plan.Basis
	var cites, words []string
	for _, c := range r.cells[k.Name] {
		bases = append(bases, c.bases...)
		for _, cite := range c.cites {
			if len(cites) < mostCites {
				cites = with(cites, cite)
			}
		}
	}
	for _, basis := range bases {
		words = with(words, basis.Words(l))
	}
	text := described(k, l, cites...) + "\n\n" + l.Say("Based on: %s", join(words))
	if len(r.cells[k.Name]) > 1 {
		text += "\n\n" + l.Say("Shown where it is first to be looked at; the table has every place.")
	}
	return text
}
