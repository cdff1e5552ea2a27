package config

import (
	"strings"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// DashboardURL returns the address of the dashboard that shows a domain in the
// language: the collector's, the one about planwatch, or the overview. It is ""
// if the region has none.
func (r *Region) DashboardURL(domain string, l *language.Language) string {
	if r.Dashboards == nil || r.OnCall == nil {
		return ""
	}
	d, ok := r.Dashboards.Showing(domain)
	if !ok && domain == naming.DomainPlanwatch {
		d, ok = r.Dashboards.First(layout.Self)
	}
	if !ok {
		d, ok = r.Dashboards.First(layout.Overview)
	}
	if !ok {
		return ""
	}
	return r.OnCall.Links.DashboardOf(r.Dashboards.UID(d, l))
}

// RunbookURL returns the address of an alert's runbook in the language.
// Languages other than the first have a directory of their own.
func (r *Region) RunbookURL(alert string, l *language.Language) string {
	if suffix := r.Languages.Suffix(l); suffix != "" {
		alert = suffix + "/" + alert
	}
	return r.OnCall.Links.RunbookOf(alert)
}

// Link returns the address at which people reach a page of planwatch. The path
// begins with a slash, and is encoded.
func (w Web) Link(path string) string { return strings.TrimRight(w.ExternalURL, "/") + path }
