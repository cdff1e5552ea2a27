// Package runbook writes what to do about each alert: what the region's
// definitions say, and what people have written by hand.
package runbook

import (
	"path"

	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/genfiles"
	"planwatch/internal/naming"
)

// Directory holds the runbooks in the region's first language, and a directory
// for each of its other languages.
const Directory = "runbooks"

// Generate makes the runbook of each alert in the files, in each of the
// region's languages: runbooks/ALERT.md or runbooks/CODE/ALERT.md. Errors give
// the file and line of a hand-written part.
func Generate(region *config.Region, files []rules.File) ([]genfiles.File, error) {
	alerts := alertsIn(region, files)
	written, err := loadHandwritten(region, alerts)
	if err != nil {
		return nil, err
	}
	var made []genfiles.File
	for _, l := range region.Languages.All() {
		for _, a := range alerts {
			w := writer{region: region, language: l, alert: a, handwritten: written[l.Code()]}
			made = append(made, genfiles.File{Path: path.Join(Directory, region.Languages.Suffix(l), a.name+".md"), Data: w.write()})
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
