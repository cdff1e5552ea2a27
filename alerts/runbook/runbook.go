// Package runbook writes what to do about each alert: what the region's
// definitions say, and what people have written by hand.
package runbook

import (
	"path"
	"slices"

	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/genfiles"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Directory holds the runbooks in the region's first language, and a directory
// for each of its other languages.
const Directory = "runbooks"

// Books are the runbooks of a region. Each is written when it is asked for.
type Books struct {
	region *config.Region
	alerts []alert
	// written are the hand-written parts, by language.
	written map[string]handwritten
}

// New makes the runbooks of the alerts in the files. Errors give the file and line
// of a hand-written part.
func New(region *config.Region, files []rules.File) (*Books, error) {
	alerts := alertsIn(region, files)
	written, err := loadHandwritten(region, alerts)
	if err != nil {
		return nil, err
	}
	return &Books{region, alerts, written}, nil
}

// Entry is a runbook in the list of all.
type Entry struct {
	// Alert is its name, and Title what it is about in words.
	Alert, Title string
}

// List returns the runbooks, in the order of the rules.
func (b *Books) List(l *language.Language) []Entry {
	entries := make([]Entry, len(b.alerts))
	for i, a := range b.alerts {
		entries[i] = Entry{a.name, b.writer(a, l).title()}
	}
	return entries
}

// Markdown returns the runbook of an alert, and false if there is no such alert.
func (b *Books) Markdown(name string, l *language.Language) (markdown []byte, ok bool) {
	a, ok := b.alert(name)
	if !ok {
		return nil, false
	}
	return b.writer(a, l).write(), true
}

// Title returns what an alert's runbook is about, or "" if there is no such alert.
func (b *Books) Title(name string, l *language.Language) string {
	a, ok := b.alert(name)
	if !ok {
		return ""
	}
	return b.writer(a, l).title()
}

func (b *Books) alert(name string) (alert, bool) {
	i := slices.IndexFunc(b.alerts, func(a alert) bool { return a.name == name })
	if i < 0 {
		return alert{}, false
	}
	return b.alerts[i], true
}

func (b *Books) writer(a alert, l *language.Language) writer {
	return writer{region: b.region, language: l, alert: a, handwritten: b.written[l.Code()]}
}

// Generate makes the runbook of each alert in the files, in each of the
// region's languages: runbooks/ALERT.md or runbooks/CODE/ALERT.md. Errors give
// the file and line of a hand-written part.
func Generate(region *config.Region, files []rules.File) ([]genfiles.File, error) {
	books, err := New(region, files)
	if err != nil {
		return nil, err
	}
	var made []genfiles.File
	for _, l := range region.Languages.All() {
		for _, a := range books.alerts {
			made = append(made, genfiles.File{Path: path.Join(Directory, region.Languages.Suffix(l), a.name+".md"), Data: books.writer(a, l).write()})
		}
	}
	return made, nil
}

// alert is what a runbook is about.
type alert struct {
	name string
	// rules of that name: one for each severity and time to wait.
	rules []rulefmt.Rule
	// kpi is nil for alerts about planwatch, its data or the plan.
	kpi *rules.PlannedKPI
}

// isForecast reports whether the alert is about the KPI's forecast.
func (a alert) isForecast() bool {
	return a.kpi != nil && a.name == naming.ForecastMissesPlan(a.kpi.Name)
}

// hasSeverity reports whether the alert can be of the severity.
func (a alert) hasSeverity(severity string) bool {
	return slices.ContainsFunc(a.rules, func(r rulefmt.Rule) bool { return r.Labels[naming.LabelSeverity] == severity })
}

// alertsIn returns the alerts that the files have rules for, in order.
func alertsIn(region *config.Region, files []rules.File) []alert {
	about := map[string]*rules.PlannedKPI{}
	for _, d := range region.Collectors {
		for _, planned := range rules.PlannedKPIs(region, d) {
			about[naming.OffPlan(planned.Name)], about[naming.ForecastMissesPlan(planned.Name)] = &planned, &planned
		}
	}
	var alerts []alert
	places := map[string]int{}
	for _, file := range files {
		for _, rule := range file.Rules() {
			i, known := places[rule.Alert]
			if !known {
				i = len(alerts)
				places[rule.Alert] = i
				alerts = append(alerts, alert{name: rule.Alert, kpi: about[rule.Alert]})
			}
			alerts[i].rules = append(alerts[i].rules, rule)
		}
	}
	return alerts
}
