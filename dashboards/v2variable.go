package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	v2 "github.com/grafana/grafana-foundation-sdk/go/dashboardv2beta1"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
)

// v2Variables are the variables of all pages together. They are the whole
// dashboard's: the schema that the SDK has knows none of a tab alone. So a
// dimension has the values of all collectors, as it has in an overview.
func (r *generator) v2Variables(pages []page, l *language.Language) ([]v2.VariableKind, error) {
	list, err := r.variables(layout.Dashboard{Kind: layout.Overview}, l)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(pages, func(p page) bool { return p.Kind == layout.KPI }) {
		more, err := r.kpiVariables(l)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	var all []v2.VariableKind
	for _, variable := range list {
		var kind v2.VariableKind
		if variable.Type == dashboard.VariableTypeDatasource {
			kind.DatasourceVariableKind, err = v2Source(variable)
		} else {
			kind.QueryVariableKind, err = v2Choice(variable)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, kind)
	}
	return all, nil
}

// v2Source is the variable of the data source.
func v2Source(variable dashboard.VariableModel) (*v2.DatasourceVariableKind, error) {
	kind := v2.NewDatasourceVariableKind()
	current, err := as[v2.VariableOption](variable.Current)
	if err != nil {
		return nil, err
	}
	kind.Spec.Name, kind.Spec.Label = variable.Name, variable.Label
	kind.Spec.PluginId = *variable.Query.String
	kind.Spec.Refresh = v2.VariableRefreshOnDashboardLoad
	kind.Spec.Current = current
	return kind, nil
}

// v2Choice is a variable whose values a query finds.
func v2Choice(variable dashboard.VariableModel) (*v2.QueryVariableKind, error) {
	kind := v2.NewQueryVariableKind()
	if variable.Current != nil {
		current, err := as[v2.VariableOption](variable.Current)
		if err != nil {
			return nil, err
		}
		kind.Spec.Current = current
	}
	kind.Spec.Name, kind.Spec.Label, kind.Spec.Definition = variable.Name, variable.Label, variable.Definition
	kind.Spec.Query = v2Query(variable.Query.Map)
	kind.Spec.Refresh, kind.Spec.Sort = v2.VariableRefreshOnTimeRangeChanged, v2.VariableSortAlphabeticalAsc
	if variable.Hide != nil && *variable.Hide == dashboard.VariableHideHideVariable {
		kind.Spec.Hide = v2.VariableHideHideVariable
	}
	if variable.Regex != nil {
		kind.Spec.Regex = *variable.Regex
	}
	kind.Spec.Multi, kind.Spec.IncludeAll, kind.Spec.AllValue = *variable.Multi, *variable.IncludeAll, variable.AllValue
	kind.Spec.AllowCustomValue = *variable.AllowCustomValue
	return kind, nil
}
