package config

import (
	"net/url"
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

// RunbookURL returns the address of an alert's runbook in the language: that of
// planwatch's own page, or the region's. There, languages other than the first have
// a directory of their own.
func (r *Region) RunbookURL(alert string, l *language.Language) string {
	if !r.HasRunbookAddress() {
		alert = url.PathEscape(alert)
	}
	return r.RunbookAt(alert, l)
}

// RunbookAt is RunbookURL for an alert whose name is written as it stands in an address, such
// as by a variable of a dashboard.
func (r *Region) RunbookAt(alert string, l *language.Language) string {
	suffix := r.Languages.Suffix(l)
	if !r.HasRunbookAddress() {
		address := r.Web.Link(RunbookPath + alert)
		if suffix != "" {
			address += "?" + LanguageQuery + "=" + url.QueryEscape(suffix)
		}
		return address
	}
	if suffix != "" {
		alert = suffix + "/" + alert
	}
	return r.OnCall.Links.RunbookOf(alert)
}

// HasRunbookAddress reports whether the region has runbooks at an address of its own, rather
// than on planwatch's pages.
func (r *Region) HasRunbookAddress() bool { return r.OnCall != nil && r.OnCall.Links.Runbook != "" }

// Parts of the addresses of planwatch's pages.
const (
	// RunbookPath is followed by an alert's name.
	RunbookPath = "/runbook/"
	// LanguageQuery names the parameter that chooses a page's language.
	LanguageQuery = "lang"
)

// Link returns the address at which people reach a page of planwatch. The path
// begins with a slash, and is encoded.
func (w Web) Link(path string) string { return strings.TrimRight(w.ExternalURL, "/") + path }
