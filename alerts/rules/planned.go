package rules

import (
	"cmp"
	"slices"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
	"planwatch/plan"
)

// PlannedKPI is a KPI that has targets.
type PlannedKPI struct {
	kpi.Entry
	// Definition is the collector that gives the KPI.
	Definition *collectors.Definition
	// Targets of the KPI, in the plan's order.
	Targets []plan.Target
}

// PlannedKPIs returns the collector's KPIs that have targets, in order of
// definition.
func PlannedKPIs(region *config.Region, d *collectors.Definition) []PlannedKPI {
	var all []PlannedKPI
	for _, k := range d.KPIs {
		entry, _ := region.KPIs.Get(k.Name)
		if targets := region.Targets(k.Name); len(targets) > 0 {
			all = append(all, PlannedKPI{entry, d, targets})
		}
	}
	return all
}

// Measure returns the measure that messages use for the KPI.
func (p PlannedKPI) Measure() unit.Measure { return plan.ReadIn(p.Entry, p.Targets) }

// labels returns the labels that the targets select by, in the collector's
// order.
func (p PlannedKPI) labels() []string {
	var labels []string
	for _, label := range p.Labels {
		if slices.ContainsFunc(p.Targets, func(t plan.Target) bool { return t.Where[label] != "" }) {
			labels = append(labels, label)
		}
	}
	return labels
}

// coversAll reports whether a target selects by no label.
func (p PlannedKPI) coversAll() bool {
	return slices.ContainsFunc(p.Targets, func(t plan.Target) bool { return len(t.Labels()) == 0 })
}

// TwoSided reports whether the KPI's targets can be missed both ways. Loading has
// checked that all can, or none.
func (p PlannedKPI) TwoSided() bool { return p.Targets[0].Kind(p.KPI).TwoSided() }

// ForecastSeverities are those of the rules about the KPI's forecast: a warning, and
// critical of money alone. What is missing at the year's end has to be found or saved
// before; a forecast of anything else breaks nothing yet.
func (p PlannedKPI) ForecastSeverities() []string {
	if p.Accumulates == "" || p.Forecast == kpi.NoForecast || p.TwoSided() {
		return nil
	}
	var severities []string
	for _, severity := range Severities {
		reaches := func(t plan.Target) bool { return IsStated(t) && Reaches(t, severity) }
		if (severity == naming.SeverityWarning || p.Base.Money) && slices.ContainsFunc(p.Targets, reaches) {
			severities = append(severities, severity)
		}
	}
	return severities
}

// IsStated reports whether the target states its value, so that a forecast can
// be compared with it. A ceiling has no forecast.
func IsStated(t plan.Target) bool { return t.Value != nil && !t.Phasing.AtOnce }

// WaitGroup is the targets of a KPI whose alerts have the same wait.
type WaitGroup struct {
	For     time.Duration
	Targets []plan.Target
	// Only is true if the KPI has no other group.
	Only bool
}

// WaitGroups returns the KPI's targets grouped by the wait of their alerts, the
// shortest first.
func (p PlannedKPI) WaitGroups() []WaitGroup {
	var groups []WaitGroup
	for _, t := range p.Targets {
		i := slices.IndexFunc(groups, func(g WaitGroup) bool { return g.For == time.Duration(t.For) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, WaitGroup{For: time.Duration(t.For)})
		}
		groups[i].Targets = append(groups[i].Targets, t)
	}
	slices.SortFunc(groups, func(a, b WaitGroup) int { return cmp.Compare(a.For, b.For) })
	for i := range groups {
		groups[i].Only = len(groups) == 1
	}
	return groups
}

// Reaches reports whether a target of the group can have alerts of that severity.
func (g WaitGroup) Reaches(severity string) bool {
	return slices.ContainsFunc(g.Targets, func(t plan.Target) bool { return Reaches(t, severity) })
}

// ids returns the ids of the targets.
func (g WaitGroup) ids() []string {
	ids := make([]string, len(g.Targets))
	for i, t := range g.Targets {
		ids[i] = t.ID
	}
	return ids
}

// Severities are in the order of the rules of one alert: a warning's can ask whether the
// critical alert fires.
var Severities = []string{naming.SeverityCritical, naming.SeverityWarning}

// Reaches reports whether the target has alerts of that severity: it has the
// threshold, or it has no threshold and the severity is warning.
func Reaches(t plan.Target, severity string) bool {
	if severity == naming.SeverityCritical {
		return t.Critical.Set()
	}
	return t.Warning.Set() || !t.Critical.Set()
}
