package dashboards

import (
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// annotations mark, in charts over time, when alerts fired.
func (r *generator) annotations(d layout.Dashboard, l *language.Language) []dashboard.AnnotationQuery {
	var matchers []string
	switch d.Kind {
	case layout.Domain:
		matchers = []string{oneOf(naming.LabelDomain, collectorNames(r.collectorsOf(d)))}
	case layout.KPI:
		matchers = []string{equals(naming.LabelKPI, "$"+kpiVariable)}
	default:
		return nil
	}
	matchers = append(matchers, equals(naming.LabelAlertState, naming.StateFiring), equals(naming.LabelSeverity, naming.SeverityCritical))
	expr := by("max", selector(naming.Alerts, matchers...), naming.LabelAlertName, naming.LabelTarget)
	source := source()
	return []dashboard.AnnotationQuery{{
		Name: l.Say("Critical alerts"), Datasource: &source, Enable: true, IconColor: red,
		Expr: &expr,
	}}
}
