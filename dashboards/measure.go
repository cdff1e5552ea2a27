package dashboards

import (
	"fmt"
	"strconv"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
)

// localeUnit is Grafana's unit for a number as the reader's language writes it: with
// decimal comma and digits in groups of three, where it has them. Grafana's own units and
// suffixes always have a decimal point.
const localeUnit = "locale"

// shown returns the measure that the KPI's figures are shown in.
func (r *generator) shown(k kpi.KPI) unit.Measure {
	entry, _ := r.region.KPIs.Get(k.Name)
	return entry.ReadIn()
}

// ownUnit reports whether Grafana scales and writes figures of the measure by itself.
func ownUnit(m unit.Measure) bool { return m.Grafana != "" && !m.Percent }

// scaled returns the expression in the measure, unless Grafana itself scales
// the unit.
func scaled(m unit.Measure, expr string) string {
	if ownUnit(m) || m.Per() == 1 {
		return expr
	}
	return "(" + expr + ") / " + strconv.FormatFloat(m.Per(), 'f', -1, 64)
}

// measured is the common interface of the SDK's panel builders for figures.
type measured[B any] interface {
	Unit(unit string) B
	Decimals(decimals float64) B
}

// inMeasure makes a panel show its figures in the measure.
func inMeasure[B measured[B]](panel B, m unit.Measure) B {
	return panel.Unit(grafanaUnit(m)).Decimals(float64(m.Decimals))
}

// grafanaUnit returns the unit that Grafana shows figures of the measure in.
func grafanaUnit(m unit.Measure) string {
	if ownUnit(m) {
		return m.Grafana
	}
	return localeUnit
}

// heading is a title with the measure that the figures below it are in. Things that are
// counted need none, as the title says what they are.
func heading(title string, m unit.Measure, l *language.Language) string {
	if ownUnit(m) || m.Counts() || m.Heading(l) == "" {
		return title
	}
	return title + ", " + m.Heading(l)
}

// axisLabel is what an axis of figures in the measure is called.
func axisLabel(m unit.Measure, l *language.Language) string {
	if ownUnit(m) {
		return ""
	}
	return m.Heading(l)
}

// inOwnMeasure returns the series of KPIs, each in what people read that KPI in. The
// labels named are those of naming.KPIMeasure that are added.
func inOwnMeasure(vector string, labels ...string) string {
	measure := by("max", naming.KPIMeasure, append([]string{naming.LabelKPI}, labels...)...)
	return fmt.Sprintf("%s / %s group_left (%s) %s", vector, on(naming.LabelKPI), join(labels), measure)
}
