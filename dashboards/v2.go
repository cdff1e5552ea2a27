package dashboards

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	v2 "github.com/grafana/grafana-foundation-sdk/go/dashboardv2beta1"
	"github.com/grafana/grafana-foundation-sdk/go/resource"

	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
)

// v2ID is what the dashboard of schema v2 has for an id. No dashboard of
// dashboards.yaml can have it, as an id there begins with a letter or a digit.
const v2ID = "-v2"

// v2APIVersion is the version of Grafana's API that the file is for.
const v2APIVersion = "dashboard.grafana.app/v2beta1"

// V2Directory returns the directory of a region's dashboards of Grafana's schema
// v2, one file a language, relative to the repository's root. Grafana's
// provisioning reads the directories of the languages, which this is none of.
func V2Directory(region *config.Region) string {
	return path.Join("dashboards", region.Name, "v2")
}

// page is one of the region's dashboards, as it is made in schema v1.
type page struct {
	layout.Dashboard
	made dashboard.Dashboard
}

// inV2 reports whether the dashboard of schema v2 has a tab for those of the
// kind. A wall is for a screen of its own, and planwatch itself is not the
// region's.
func inV2(kind layout.Kind) bool {
	return kind == layout.Overview || kind == layout.Domain || kind == layout.KPI
}

// v2 makes one dashboard of schema v2 of the pages that are made already, with a
// tab for each.
func (r *generator) v2(pages []page, l *language.Language) (resource.Manifest, error) {
	made := v2.NewDashboard()
	made.Title = asWritten(r.region.Title)
	made.CursorSync = v2.DashboardCursorSyncCrosshair
	made.Editable = new(false)
	made.Tags = []string{tag, tag + "-v2"}
	made.TimeSettings = v2Times(pages[0].made)
	tabs := v2.NewTabsLayoutKind()
	var id uint32
	for _, p := range pages {
		t := v2Tab{made: made, id: id}
		tab, err := t.of(p.made)
		if err != nil {
			return resource.Manifest{}, fmt.Errorf("%s: %w", p.ID, err)
		}
		tabs.Spec.Tabs = append(tabs.Spec.Tabs, tab)
		made.Annotations = append(made.Annotations, v2Annotations(p.made, r.annotations(p.Dashboard, l), t.ids)...)
		id = t.id
	}
	made.Layout.TabsLayoutKind = tabs
	var err error
	if made.Links, err = as[[]v2.DashboardLink](r.links(layout.Dashboard{ID: v2ID}, l)); err != nil {
		return resource.Manifest{}, fmt.Errorf("links: %w", err)
	}
	if made.Variables, err = r.v2Variables(pages, l); err != nil {
		return resource.Manifest{}, fmt.Errorf("variables: %w", err)
	}
	manifest := resource.NewManifest()
	manifest.ApiVersion, manifest.Kind = v2APIVersion, "Dashboard"
	manifest.Metadata.Name = r.region.Dashboards.UID(layout.Dashboard{ID: v2ID}, l)
	manifest.Spec = made
	return *manifest, nil
}

// v2Times are the times of a dashboard of schema v1.
func v2Times(made dashboard.Dashboard) v2.TimeSettingsSpec {
	times := v2.NewTimeSettingsSpec()
	times.Timezone, times.AutoRefresh = made.Timezone, *made.Refresh
	times.From, times.To = made.Time.From, made.Time.To
	times.WeekStart = new(v2.TimeSettingsSpecWeekStart(*made.WeekStart))
	return *times
}

// v2Annotations are the annotations of a page, in the panels of its tab alone.
// Their switches are in the menu, as each tab has some.
func v2Annotations(made dashboard.Dashboard, list []annotation, ids []uint32) []v2.AnnotationQueryKind {
	var all []v2.AnnotationQueryKind
	for _, a := range list {
		kind := v2.NewAnnotationQueryKind()
		kind.Spec.Name = a.Name + ", " + *made.Title
		kind.Spec.Enable, kind.Spec.IconColor = a.Enable, a.IconColor
		kind.Spec.Placement = new("inControlsMenu")
		kind.Spec.Filter = &v2.AnnotationPanelFilter{Ids: ids}
		query := map[string]any{"refId": "Anno"}
		if a.Expr != nil {
			query["expr"] = *a.Expr
		}
		kind.Spec.Query = v2Query(query)
		// What the data source reads of the annotation itself, Grafana's own conversion puts here.
		kind.Spec.LegacyOptions = map[string]any{"titleFormat": a.TitleFormat}
		if a.UseValueForTime {
			kind.Spec.LegacyOptions["useValueForTime"] = true
		}
		all = append(all, *kind)
	}
	return all
}

// v2Query is a query of the data source that is chosen.
func v2Query(spec any) v2.DataQueryKind {
	query := v2.NewDataQueryKind()
	query.Group = *source().Type
	query.Datasource = &v2.Dashboardv2beta1DataQueryKindDatasource{Name: source().Uid}
	query.Spec = spec
	return *query
}

// as gives a value of one schema in the other's type, where their JSON is the
// same.
func as[T any](value any) (T, error) {
	var other T
	data, err := json.Marshal(value)
	if err != nil {
		return other, err
	}
	err = json.Unmarshal(data, &other)
	return other, err
}
