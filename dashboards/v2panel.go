package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	v2 "github.com/grafana/grafana-foundation-sdk/go/dashboardv2beta1"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// v2Panel is a panel of schema v1 in schema v2.
func v2Panel(p dashboard.Panel) (*v2.PanelKind, error) {
	panel := v2.NewPanelKind()
	panel.Spec.Title = *p.Title
	if p.Description != nil {
		panel.Spec.Description = *p.Description
	}
	var err error
	if len(p.Links) > 0 {
		if panel.Spec.Links, err = as[[]v2.DataLink](p.Links); err != nil {
			return nil, err
		}
	}
	viz := &panel.Spec.VizConfig
	viz.Group, viz.Spec.Options = p.Type, p.Options
	if viz.Spec.FieldConfig, err = v2Fields(*p.FieldConfig); err != nil {
		return nil, err
	}
	data := &panel.Spec.Data.Spec
	for _, target := range p.Targets {
		query, ok := target.(prometheus.Dataquery)
		if !ok {
			return nil, fmt.Errorf("a query of type %T, which is not Prometheus'", target)
		}
		kind := v2.NewPanelQueryKind()
		kind.Spec.RefId = *query.RefId
		// The kinds around the query have these.
		query.RefId, query.Datasource = nil, nil
		kind.Spec.Query = v2Query(query)
		data.Queries = append(data.Queries, *kind)
	}
	for _, t := range p.Transformations {
		kind := v2.NewTransformationKind()
		kind.Kind = t.Id
		if kind.Spec, err = as[v2.DataTransformerConfig](t); err != nil {
			return nil, err
		}
		data.Transformations = append(data.Transformations, *kind)
	}
	// In v1 the options of queries are the panel's.
	data.QueryOptions, err = as[v2.QueryOptionsSpec](p)
	return panel, err
}

// v2Fields is how the fields of a panel are shown.
func v2Fields(fields dashboard.FieldConfigSource) (v2.FieldConfigSource, error) {
	made, err := as[v2.FieldConfigSource](fields)
	if err != nil {
		return made, err
	}
	if made.Overrides == nil {
		made.Overrides = []v2.Dashboardv2beta1FieldConfigSourceOverrides{}
	}
	if made.Defaults.Thresholds == nil {
		return made, nil
	}
	// The base, where every value begins, has no figure in v1, and has to have one
	// here. It is below the step that follows.
	steps := made.Defaults.Thresholds.Steps
	for i := range steps {
		if fields.Defaults.Thresholds.Steps[i].Value == nil && i+1 < len(steps) {
			steps[i].Value = min(0, steps[i+1].Value-1)
		}
	}
	return made, nil
}
