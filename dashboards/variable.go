package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/collectors"
	"planwatch/internal/kpi"
)

// sourceVariable is the variable that chooses the data source, by the name
// that Grafana's own linter looks for.
const sourceVariable = "datasource"

// all is what a label's variable stands for where everything is chosen: any
// value, and none.
const all = ".*"

// variables are the data source and, of division, hospital and ward, those
// that the dashboard's figures have.
func (r *region) variables(d Definition, l language) ([]dashboard.VariableModel, error) {
	datasource := dashboard.NewDatasourceVariableBuilder(sourceVariable).
		Label(l.say("Datakälla", "Data source")).Type("prometheus").
		Current(option("Prometheus", "prometheus"))
	if d.Kind == Wall {
		datasource.Hide(dashboard.VariableHideHideVariable)
	}
	first, err := datasource.Build()
	if err != nil {
		return nil, err
	}
	list := []dashboard.VariableModel{first}
	if d.Kind == Wall || d.Kind == Exporter {
		return list, nil
	}
	definitions := r.collectorsOf(d)
	var before []string
	for _, label := range chooses(definitions) {
		metrics := carriers(definitions, label)
		// What is chosen before narrows down what there is to choose.
		query := "label_values(" + selector("", append([]string{oneOf("__name__", metrics), label + `!=""`}, chosen(before)...)...) + ", " + label + ")"
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

// chooses are the labels that a dashboard of the definitions has variables for.
func chooses(definitions []*collectors.Definition) []string {
	return slices.DeleteFunc(slices.Clone(selectable), func(label string) bool { return len(carriers(definitions, label)) == 0 })
}

func option(text, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Selected: new(true),
		Text:     dashboard.StringOrArrayOfString{String: &text},
		Value:    dashboard.StringOrArrayOfString{String: &value},
	}
}

// carriers are metrics that have the label, as few as show all its values: all
// KPIs of a collector have the same labels.
func carriers(definitions []*collectors.Definition, label string) []string {
	var metrics []string
	for _, d := range definitions {
		if !slices.Contains(d.Labels, label) {
			continue
		}
		// One whose cells are never withheld knows them all.
		if open := slices.IndexFunc(d.KPIs, func(k kpi.KPI) bool { return k.MinCount == 0 && k.Histogram == nil && k.Ratio == nil }); open >= 0 {
			metrics = append(metrics, d.KPIs[open].Metric())
			continue
		}
		for _, k := range d.KPIs {
			if k.Histogram == nil {
				metrics = append(metrics, k.Metric())
			}
		}
	}
	return metrics
}
