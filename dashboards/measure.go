package dashboards

import (
	"strconv"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/unit"
)

// shown returns the measure that the KPI's figures are shown in.
func (r *generator) shown(k kpi.KPI) unit.Measure {
	entry, _ := r.region.KPIs.Get(k.Name)
	return entry.ReadIn()
}

// scaled returns the expression in the measure, unless Grafana itself scales
// the unit.
func scaled(m unit.Measure, expr string) string {
	if m.Grafana != "" || m.Percent || m.Per() == 1 {
		return expr
	}
	return "(" + expr + ") / " + strconv.FormatFloat(m.Per(), 'f', -1, 64)
}

// measured is the common interface of the SDK's panel builders for figures.
type measured[B any] interface {
	Unit(unit string) B
	Decimals(decimals float64) B
}

// inMeasure makes a panel show its figures in the measure. For counts, Grafana
// chooses the number of decimals.
func inMeasure[B measured[B]](panel B, m unit.Measure, l *language.Language) B {
	panel = panel.Unit(grafanaUnit(m, l))
	if m.Counts() {
		return panel
	}
	return panel.Decimals(float64(m.Decimals))
}

// grafanaUnit returns the unit that Grafana shows figures of the measure in.
func grafanaUnit(m unit.Measure, l *language.Language) string {
	switch {
	case m.Grafana != "":
		return m.Grafana
	case m.Percent:
		return "percentunit"
	default:
		return "suffix: " + m.Suffix(l)
	}
}
