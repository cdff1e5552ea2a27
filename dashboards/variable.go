package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// sourceVariable is the variable of the data source. Grafana's linter requires
// this name.
const sourceVariable = "datasource"

// all is the value of a label's variable if everything is chosen. It also
// matches series without the label.
const all = ".*"

// variables returns the variables of a dashboard: the data source and the
// dimensions of its figures.
func (r *generator) variables(d layout.Dashboard, l *language.Language) ([]dashboard.VariableModel, error) {
	datasource := dashboard.NewDatasourceVariableBuilder(sourceVariable).
		Label(l.Say("Data source")).Type("prometheus").
		Current(option("Prometheus", "prometheus"))
	if d.Kind == layout.Wall {
		datasource.Hide(dashboard.VariableHideHideVariable)
	}
	first, err := datasource.Build()
	if err != nil {
		return nil, err
	}
	list := []dashboard.VariableModel{first}
	switch d.Kind {
	case layout.Wall, layout.Self:
		return list, nil
	case layout.KPI:
		more, err := r.kpiVariables(l)
		return append(list, more...), err
	}
	definitions := r.collectorsOf(d)
	var before []string
	for _, label := range r.chooses(definitions) {
		metrics := carriers(definitions, label)
		// The variables before this one limit its values.
		query := "label_values(" + selector("", append([]string{oneOf(naming.LabelName, metrics), differs(label, "")}, r.chosen(before)...)...) + ", " + label + ")"
		variable, err := dashboard.NewQueryVariableBuilder(label).
			Label(r.label(label, l)).
			Query(dashboard.StringOrMap{Map: map[string]any{"qryType": 1, "query": query, "refId": label}}).
			Definition(query).
			Datasource(source()).
			Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
			Sort(dashboard.VariableSortAlphabeticalAsc).
			Multi(true).IncludeAll(true).AllValue(all).AllowCustomValue(false).
			Current(option("All", "$__all")).
			Build()
		if err != nil {
			return nil, err
		}
		list = append(list, variable)
		before = append(before, label)
	}
	return list, nil
}

// chooses returns the labels that a dashboard of the definitions has variables
// for.
func (r *generator) chooses(definitions []*collectors.Definition) []string {
	return slices.DeleteFunc(slices.Clone(r.region.Dimensions.Dimensions), func(label string) bool { return len(carriers(definitions, label)) == 0 })
}

func option(text, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Selected: new(true),
		Text:     dashboard.StringOrArrayOfString{String: &text},
		Value:    dashboard.StringOrArrayOfString{String: &value},
	}
}

// carriers returns metrics that together have all values of the label: those of
// one KPI of each collector if it has all values, since a collector's KPIs have
// the same labels.
func carriers(definitions []*collectors.Definition, label string) []string {
	var metrics []string
	for _, d := range definitions {
		if slices.Contains(d.Labels, label) {
			metrics = append(metrics, metricsOf(d)...)
		}
	}
	return metrics
}

// metricsOf returns metrics that together have all label values of a collector.
func metricsOf(d *collectors.Definition) []string {
	// A KPI whose cells are never withheld has all values.
	complete := func(k kpi.KPI) bool { return !k.Guarded && k.Histogram == nil && k.Ratio == nil }
	if i := slices.IndexFunc(d.KPIs, complete); i >= 0 {
		return []string{d.KPIs[i].Metric()}
	}
	var metrics, counts []string
	for _, k := range d.KPIs {
		if k.Guarded && !k.CountsPeople() {
			continue // withheld wherever a count is
		}
		if k.Histogram == nil {
			metrics = append(metrics, k.Metric())
		} else {
			counts = append(counts, k.Metric()+naming.SuffixCount)
		}
	}
	if len(metrics) == 0 {
		return counts
	}
	return metrics
}
