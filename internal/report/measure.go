package report

import (
	"math"

	"planwatch/internal/kpi"
)

// Measure is what figures of one row are told in: all in the same, so that
// they can be compared at a glance.
type Measure struct {
	// factor is how many of the KPI's unit make one.
	factor float64
	// decimals that are shown.
	decimals int
	// counted is set for things, whose whole numbers need no decimals.
	counted bool
	// name stands behind the figure; empty for things that are counted, which
	// the KPI's title names.
	name    kpi.Text
	percent bool
}

func international(name string) kpi.Text { return kpi.Text{SV: name, EN: name} }

// step is a measure and the size, in the KPI's unit, from which it is used.
type step struct {
	from     float64
	factor   float64
	decimals int
	name     kpi.Text
}

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
	kWh    = 3.6e6
)

var hours = kpi.Text{SV: "tim", EN: "h"}

// steps are the measures of a unit, the largest first.
var steps = map[kpi.Unit][]step{
	"sek": {
		{1e6, 1e6, 1, kpi.Text{SV: "mnkr", EN: "SEK m"}},
		{1e4, 1e3, 0, kpi.Text{SV: "tkr", EN: "SEK k"}},
		{0, 1, 0, kpi.Text{SV: "kr", EN: "SEK"}},
	},
	"seconds": {
		{2 * day, day, 1, kpi.Text{SV: "dagar", EN: "days"}},
		{2 * hour, hour, 1, hours},
		{2 * minute, minute, 0, international("min")},
		{0, 1, 0, international("s")},
	},
	"seconds_per_bed": {{0, hour, 1, hours}},
	"joules": {
		{1e3 * kWh, 1e3 * kWh, 0, international("MWh")},
		{kWh, kWh, 0, international("kWh")},
		{0, 1, 0, international("J")},
	},
	"grams": {
		{1e6, 1e6, 1, kpi.Text{SV: "ton", EN: "t"}},
		{1e3, 1e3, 1, international("kg")},
		{0, 1, 0, international("g")},
	},
	"metres": {
		{1e3, 1e3, 0, international("km")},
		{0, 1, 0, international("m")},
	},
}

// worked are the measures of time that adds up, such as overtime: people
// tell it in hours, not in days.
var worked = []step{{2 * hour, hour, 0, hours}, {0, minute, 0, international("min")}}

// MeasureOf is the measure that suits all the figures, of which any may be nil.
func MeasureOf(k kpi.KPI, figures ...*float64) Measure {
	largest := 0.0
	for _, figure := range figures {
		if figure != nil {
			largest = max(largest, math.Abs(*figure))
		}
	}
	if k.Unit == "ratio" {
		m := Measure{factor: 0.01, decimals: 1, name: international("%"), percent: true}
		if largest < 0.02 {
			m.decimals = 2
		}
		return m
	}
	choice := steps[k.Unit]
	if k.Unit == "seconds" && k.Aggregate == kpi.Sum {
		choice = worked
	}
	for _, s := range choice {
		if largest >= s.from {
			return Measure{factor: s.factor, decimals: s.decimals, name: s.name}
		}
	}
	if largest >= 1000 {
		return Measure{factor: 1}
	}
	return Measure{factor: 1, decimals: 1, counted: true}
}

// Measure is what the row's figures are told in.
func (r Row) Measure() Measure { return MeasureOf(r.KPI, r.Actual, r.Expected, r.Full, r.Forecast) }
