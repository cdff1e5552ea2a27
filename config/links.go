package config

import (
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
