// Package rules makes Prometheus' alert rules from a region's definitions: one
// file about planwatch itself, and one for each collector whose KPIs have
// targets.
package rules

import (
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/config"
	"planwatch/internal/naming"
)

const (
	// Evaluation is the time between evaluations of rules. Above five minutes,
	// Prometheus would treat a series as stale between two evaluations.
	Evaluation = time.Minute
	// KeepFiring keeps an alert firing over a restart of planwatch or a gap in
	// scraping.
	KeepFiring = 10 * time.Minute
	// ForecastFor keeps the figures of one night from raising a forecast alert.
	ForecastFor = 24 * time.Hour
)

// File is the rules about one domain: a collector, or planwatch itself.
type File struct {
	// Domain is the value of the alerts' domain label, and the file's name.
	Domain string
	rulefmt.RuleGroups
}

// Rules returns the file's rules, in order.
func (f File) Rules() []rulefmt.Rule {
	var rules []rulefmt.Rule
	for _, group := range f.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

// Files returns the region's rule files: the one about planwatch first, then
// those of the collectors in order of name. The region must have an on-call
// file.
func Files(region *config.Region) []File {
	m := maker{region}
	files := []File{m.file(naming.DomainPlanwatch, m.own())}
	for _, d := range region.Collectors {
		var rules []rulefmt.Rule
		for _, planned := range PlannedKPIs(region, d) {
			rules = append(rules, m.about(planned)...)
		}
		if len(rules) > 0 {
			files = append(files, m.file(d.Collector, rules))
		}
	}
	return files
}

func (m maker) file(domain string, rules []rulefmt.Rule) File {
	if m.region.Beside {
		for i, rule := range rules {
			rules[i] = beside(rule, m.region.Name)
		}
	}
	group := rulefmt.RuleGroup{Name: domain, Interval: model.Duration(Evaluation), Rules: rules}
	return File{domain, rulefmt.RuleGroups{Groups: []rulefmt.RuleGroup{group}}}
}

// maker makes the rules of a region.
type maker struct{ region *config.Region }

// links returns the annotations with addresses. The dashboard is that of the
// domain.
func (m maker) links(alert, domain string) map[string]string {
	first := m.region.Languages.First()
	links := map[string]string{naming.AnnotationRunbook: literal(m.region.RunbookURL(alert, first))}
	if address := m.region.DashboardURL(domain, first); address != "" {
		links[naming.AnnotationDashboard] = literal(address)
	}
	return links
}
