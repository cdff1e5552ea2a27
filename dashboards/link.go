package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/alerts"
)

// tag marks planwatch's dashboards; with "-sv" or "-en" those of a language.
const tag = "planwatch"

// links lead from every dashboard to the others, with what is chosen, and to
// itself in the other language.
func links(d Definition, l language) []dashboard.DashboardLink {
	return []dashboard.DashboardLink{
		{
			Title: l.say("Instrumentpaneler", "Dashboards"), Type: dashboard.DashboardLinkTypeDashboards,
			Icon: "external link", Tags: []string{tag + "-" + string(l)},
			AsDropdown: true, IncludeVars: true, KeepTime: true,
		},
		{
			Title: l.say("In English", "På svenska"), Type: dashboard.DashboardLinkTypeLink,
			Icon: "external link", Url: new("/d/" + d.uid(l.other())), Tags: []string{},
			IncludeVars: true, KeepTime: true,
		},
	}
}

// panelLink leads from a panel's corner.
func panelLink(title, url string, newTab bool) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).Type(dashboard.DashboardLinkTypeLink).Url(url).TargetBlank(newTab)
}

// cellLink leads from a table's cell.
func cellLink(title, url string) dashboard.DynamicConfigValue {
	return property("links", []map[string]any{{"title": title, "url": url}})
}

// timeRange carries the dashboard's span along.
const timeRange = "${__url_time_range}"

// destination is the label that the uid of a row's dashboard is put in.
const destination = "dashboard"

// carried is the label that a row's value of a label is put in, as a part of
// a link.
func carried(label string) string { return "link_" + label }

// leading gives the vector's series, which have a collector, the uid of their
// domain's dashboard and the parts of a link to it.
func (r *region) leading(vector string, l language) string {
	for _, d := range r.set.Dashboards {
		if d.Kind != Domain {
			continue
		}
		names := make([]string, len(d.Collectors))
		for i, part := range d.Collectors {
			names[i] = part.Collector
		}
		vector = labelled(vector, destination, d.uid(l), "collector", strings.Join(names, "|"))
	}
	for _, label := range r.shared() {
		vector = labelled(vector, carried(label), "&var-"+label+"=$1", label, "(.+)")
	}
	return vector
}

// shared are the labels that an overview carries along.
func (r *region) shared() []string {
	labels := r.targetLabels(r.cfg.Collectors)
	return slices.DeleteFunc(slices.Clone(selectable), func(label string) bool { return !slices.Contains(labels, label) })
}

// destinationURL is the link of a row that leading has made ready.
func (r *region) destinationURL() string {
	var url strings.Builder
	fmt.Fprintf(&url, "/d/${__data.fields.%s}?%s", destination, timeRange)
	for _, label := range r.shared() {
		fmt.Fprintf(&url, "${__data.fields.%s}", carried(label))
	}
	return url.String()
}

// runbook is where the runbook of a KPI's alert is read.
func (r *region) runbook(kpiName string) string {
	return strings.ReplaceAll(r.set.Runbook, alertMark, alerts.OffPlan(kpiName))
}
