package dashboards

import (
	"slices"

	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// annotation is a query of marks in charts over time, with what Grafana's data source
// Prometheus reads of it and the schema's type does not have. Grafana moves Expr into
// a target of its own making; these it reads where they stand.
type annotation struct {
	dashboard.AnnotationQuery
	// TitleFormat is what a mark says, with the series' labels as {{label}}. Without
	// it, it says only when it was.
	TitleFormat string `json:"titleFormat,omitempty"`
	// UseValueForTime puts the mark where the value says, in milliseconds since 1970,
	// and not where the sample stands.
	UseValueForTime bool `json:"useValueForTime,omitempty"`
}

// annotated is a dashboard with its annotations as Grafana reads them.
type annotated struct {
	dashboard.Dashboard
	Annotations annotationList `json:"annotations"`
}

type annotationList struct {
	List []annotation `json:"list,omitempty"`
}

// annotations mark, in charts over time, when alerts fired, and when something
// happened that changed how the figures come about.
func (r *generator) annotations(d layout.Dashboard, l *language.Language) []annotation {
	s := statusPanels{generator: r, Language: l, definitions: r.collectorsOf(d)}
	switch d.Kind {
	case layout.Domain:
	case layout.KPI:
		s.fixed, s.one = true, equals(naming.LabelKPI, "$"+kpiVariable)
	default:
		return nil
	}
	list := []annotation{s.whenCritical()}
	if slices.ContainsFunc(s.definitions, func(c *collectors.Definition) bool { return len(r.region.Events.Of(c.Collector)) > 0 }) {
		list = append(list, s.happened())
	}
	return list
}

// schemas are the annotations as the schema's type has them.
func schemas(list []annotation) []dashboard.AnnotationQuery {
	var all []dashboard.AnnotationQuery
	for _, a := range list {
		all = append(all, a.AnnotationQuery)
	}
	return all
}

func newAnnotation(name, color, expr string) annotation {
	source := source()
	return annotation{AnnotationQuery: dashboard.AnnotationQuery{Name: name, Datasource: &source, Enable: true, IconColor: color, Expr: &expr}}
}

// whenCritical marks when critical alerts fired: which KPI's, and where.
func (s statusPanels) whenCritical() annotation {
	s.fixed = true // whatever is chosen
	firing := once(s.alerts(naming.Alerts, equals(naming.LabelAlertState, naming.StateFiring), equals(naming.LabelSeverity, naming.SeverityCritical)))
	expr := by("max", placed(s.entitled(firing), s.labels(), s.Language), naming.LabelAlertName, naming.LabelTarget, s.title(), placeLabel)
	a := newAnnotation(s.Say("Critical alerts"), red, expr)
	a.TitleFormat = placeholders([]string{s.title(), placeLabel})
	return a
}

// happened marks the events. The value says when, so that an event of before the range
// is there too, for the panels that look back further than the others. What counts is
// what planwatch says at the range's end: of a day that has been put right, or a clock
// that has been set, one mark is left.
func (s statusPanels) happened() annotation {
	const atEnd = " @ end()"
	event := selector(naming.KPIEvent, oneOf(naming.LabelCollector, collectorNames(s.definitions))) + atEnd
	if s.one != "" {
		event = naming.KPIEvent + atEnd + " and " + on(naming.LabelCollector) + " " + selector(naming.KPIInfo, s.one) + atEnd
	}
	a := newAnnotation(s.Say("Events"), teal, by("max", event, naming.LabelDay, s.title())+" * 1000")
	a.TitleFormat, a.UseValueForTime = placeholders([]string{s.title()}), true
	return a
}
