package report

import (
	"math"

	"planwatch/internal/language"
	"planwatch/internal/unit"
	"planwatch/plan"
)

// Measure returns one measure for all figures of the row, so that they can be
// compared: the KPI's own, or one that suits the largest figure.
func (r Row) Measure() unit.Measure {
	largest := 0.0
	for _, figure := range []*float64{r.Actual, r.Expected, r.Full, r.Forecast} {
		if figure != nil {
			largest = max(largest, math.Abs(*figure))
		}
	}
	if r.KPI.Measure == "" {
		return r.tellingApart(r.KPI.Base.Suited(largest))
	}
	m := r.KPI.ReadIn()
	if m.In(largest) >= 1000 {
		// The KPI's own measure does not depend on size: thousands need no
		// decimals.
		m.Decimals = 0
	}
	return r.tellingApart(m)
}

// tellingApart returns the measure with so many decimals more, three at most, that the
// figure and what is expected are not written alike where one is off the other.
func (r Row) tellingApart(m unit.Measure) unit.Measure {
	if r.Actual == nil || r.Expected == nil || *r.Actual == *r.Expected || m.Counts() {
		return m
	}
	alike := func(decimals int) bool {
		scale := math.Pow10(decimals)
		return math.Round(m.In(*r.Actual)*scale) == math.Round(m.In(*r.Expected)*scale)
	}
	for decimals := m.Decimals; decimals <= m.Decimals+3; decimals++ {
		if !alike(decimals) {
			m.Decimals = decimals
			break
		}
	}
	return m
}

// Figure formats one of the row's figures with its measure; nil is a dash.
func (r Row) Figure(l *language.Language, value *float64) string {
	if value == nil {
		return language.Dash
	}
	return r.Measure().Figure(l, *value)
}

// Number is Figure without the name of the measure, but with a percent sign.
func (r Row) Number(l *language.Language, value *float64) string {
	if value == nil {
		return language.Dash
	}
	return r.Measure().Number(l, *value)
}

// bare is Number without a percent sign, for a column next to one of Figures.
func (r Row) bare(l *language.Language, value *float64) string {
	if value == nil {
		return language.Dash
	}
	return bare(r.Measure(), l, *value)
}

func bare(m unit.Measure, l *language.Language, value float64) string {
	if m.Percent {
		return l.Number(m.In(value), m.Decimals)
	}
	return m.Number(l, value)
}

// MarginFigure formats how far the figure is from what is expected by now, with a sign:
// in percent of that, or where that says nothing, of a share, of nothing expected or of a
// ceiling, of which that much is left, in the measure that the distance between two of the
// row's figures is told in. Positive is better.
func (r Row) MarginFigure(l *language.Language) string {
	if distance := r.distance(); distance != nil {
		return r.ChangeFigure(l, distance)
	}
	return r.marginPercent(l)
}

// MarginNumber is MarginFigure without the name of the measure.
func (r Row) MarginNumber(l *language.Language) string {
	if distance := r.distance(); distance != nil {
		return r.ChangeNumber(l, distance)
	}
	return r.marginPercent(l)
}

func (r Row) marginPercent(l *language.Language) string {
	if r.Margin == nil {
		return language.Dash
	}
	text := l.Percent(*r.Margin, 1)
	if *r.Margin >= 0.0005 {
		return "+" + text
	}
	return text
}

// distance is the margin of figures whose distance is not told as a share; nil of others.
func (r Row) distance() *float64 {
	ceiling := r.Target != nil && r.Target.Phasing.AtOnce
	if !ceiling && r.Expected != nil && *r.Expected != 0 && !r.KPI.Base.IsShare() {
		return nil
	}
	return r.margin()
}

// margin is how much better the figure is than what is expected, in the KPI's unit; nil
// where one of the two is not known, or not judged.
func (r Row) margin() *float64 {
	if r.Margin == nil || r.Actual == nil || r.Expected == nil {
		return nil
	}
	distance := plan.Change(*r.Actual, *r.Expected)
	if distance < 0 != (*r.Margin < 0) {
		distance = plan.Change(*r.Expected, *r.Actual)
	}
	return &distance
}

// ChangeNumber is ChangeFigure without the name of the measure, for a column next to
// one of Figures; nil is a dash.
func (r Row) ChangeNumber(l *language.Language, change *float64) string {
	if change == nil {
		return language.Dash
	}
	m := r.differenceMeasure()
	text := bare(m, l, *change)
	if *change > 0 && text != bare(m, l, 0) {
		return "+" + text
	}
	return text
}

// ChangeFigure formats a change with its sign, in the measure that the distance between
// two of the row's figures is told in; nil is "".
func (r Row) ChangeFigure(l *language.Language, change *float64) string {
	if change == nil {
		return ""
	}
	m := r.differenceMeasure()
	text := m.Figure(l, *change)
	if *change > 0 && text != m.Figure(l, 0) {
		return "+" + text
	}
	return text
}

// ChangeMeasure names the measure that changes are told in, where it is another than that
// of the row's figures: percentage points; "" where it is not.
func (r Row) ChangeMeasure(l *language.Language) string {
	if r.Measure().Difference == "" {
		return ""
	}
	return r.differenceMeasure().Suffix(l)
}

// differenceMeasure is as exact as the row's own: percentage points of a share.
func (r Row) differenceMeasure() unit.Measure {
	m := r.Measure()
	if m.Difference == "" {
		return m
	}
	// Loading has checked that the unit has the measure.
	difference, _ := r.KPI.Base.Measure(m.Difference)
	if difference.Per() == m.Per() {
		difference.Decimals = m.Decimals
	}
	return difference
}
