package dashboards

import (
	"fmt"
	"path"
	"strings"

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

// timeRange keeps the dashboard's time range in a link.
const timeRange = "${__url_time_range}"

// destination is the label that holds the uid of the dashboard a row links to.
const destination = "dashboard"

// linkLabel returns the label that holds a row's value of a label as a URL
// parameter.
func linkLabel(label string) string { return "link_" + label }

// withLink adds the labels of a link to the dashboard of each series'
// collector.
func (r *generator) withLink(vector string, l *language.Language) string {
	for _, d := range r.region.Dashboards.Dashboards {
		if d.Kind != layout.Domain {
			continue
		}
		names := make([]string, len(d.Collectors))
		for i, part := range d.Collectors {
			names[i] = part.Collector
		}
		vector = labelled(vector, destination, r.region.Dashboards.UID(d, l), naming.LabelCollector, strings.Join(names, "|"))
	}
	for _, label := range r.shared() {
		vector = labelled(vector, linkLabel(label), "&var-"+label+"=$1", label, "(.+)")
	}
	return vector
}

// shared returns the dimensions that links from an overview keep.
func (r *generator) shared() []string {
	return r.region.Dimensions.Among(r.targetLabels(r.region.Collectors))
}

// destinationURL returns the link of a row that has the labels of withLink.
func (r *generator) destinationURL() string {
	var url strings.Builder
	fmt.Fprintf(&url, "/d/${__data.fields.%s}?%s", destination, timeRange)
	for _, label := range r.shared() {
		fmt.Fprintf(&url, "${__data.fields.%s}", linkLabel(label))
	}
	return url.String()
}

// runbook returns the address of the runbook of a KPI's alert in the language.
func (r *generator) runbook(kpiName string, l *language.Language) string {
	return r.region.Dashboards.RunbookOf(path.Join(r.region.Languages.Suffix(l), naming.OffPlan(kpiName)))
}
