package dashboards

import (
	"path"

	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// tag marks planwatch's dashboards; with "-sv" or "-en" those of a language.
const tag = naming.Planwatch

// links returns the links from a dashboard to the others, with the chosen
// variables, and to itself in the region's next language.
func (r *generator) links(d layout.Dashboard, l *language.Language) []dashboard.DashboardLink {
	links := []dashboard.DashboardLink{{
		Title: l.Say("Dashboards"), Type: dashboard.DashboardLinkTypeDashboards,
		Icon: "external link", Tags: []string{tag + "-" + l.Code()},
		AsDropdown: true, IncludeVars: true, KeepTime: true,
	}}
	next := r.region.Languages.Next(l)
	if next == l {
		return links
	}
	return append(links, dashboard.DashboardLink{
		Title: next.Say("In this language"), Type: dashboard.DashboardLinkTypeLink,
		Icon: "external link", Url: new("/d/" + r.region.Dashboards.UID(d, next)), Tags: []string{},
		IncludeVars: true, KeepTime: true,
	})
}

// panelLink is a link in a panel's corner.
func panelLink(title, url string, newTab bool) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Url(url).TargetBlank(newTab)
}

// cellLink is a link in a table's cell.
func cellLink(title, url string) dashboard.DynamicConfigValue {
	return property("links", []map[string]any{{"title": title, "url": url}})
}

// field is the text of a row's field, in a link.
func field(name string) string { return "${__data.fields." + name + "}" }

// timeRange keeps the dashboard's time range in a link.
const timeRange = "${__url_time_range}"

// kpiAddress returns the address of all about the KPI of a name, or of a region without
// such a dashboard, of its overview.
func (r *generator) kpiAddress(l *language.Language, name, target string) string {
	page, ok := r.region.Dashboards.First(layout.KPI)
	if !ok {
		return r.firstPage(layout.Overview, l)
	}
	address := "/d/" + r.region.Dashboards.UID(page, l) + "?var-" + kpiVariable + "=" + name
	if target != "" {
		address += "&var-" + targetVariable + "=" + target
	}
	return address
}

// firstPage returns the address of the first dashboard of the kind, or of the region's first.
func (r *generator) firstPage(kind layout.Kind, l *language.Language) string {
	page, ok := r.region.Dashboards.First(kind)
	if !ok {
		page = r.region.Dashboards.Dashboards[0]
	}
	return "/d/" + r.region.Dashboards.UID(page, l) + "?"
}

// runbook returns the address of the runbook of a KPI's alert in the language.
func (r *generator) runbook(kpiName string, l *language.Language) string {
	return runbookAt(r.region, naming.OffPlan(kpiName), l)
}

// runbookAt returns the address of an alert's runbook in the language. The name may be a variable.
func runbookAt(region *config.Region, alert string, l *language.Language) string {
	if region.Dashboards.Runbook == "" {
		return region.RunbookAt(alert, l)
	}
	return region.Dashboards.RunbookOf(path.Join(region.Languages.Suffix(l), alert))
}
