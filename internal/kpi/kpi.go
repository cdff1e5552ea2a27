// Package kpi holds the small types that the rest of planwatch passes along:
// what a KPI is, and the samples that a collector's run gives of it.
package kpi

import (
	"planwatch/internal/calendar"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// Direction is the way in which a KPI improves.
type Direction string

// The directions. A KPI that is better as planned is neither to exceed its plan nor to
// fall short of it, as a frame that is to be what was decided.
const (
	Higher    Direction = "higher"
	Lower     Direction = "lower"
	AsPlanned Direction = "as_planned"
)

// Aggregation is how a KPI adds up over labels that are left out.
type Aggregation string

// The aggregations. A ratio's own is always sum of parts over sum of parts.
const (
	Sum  Aggregation = "sum"
	Max  Aggregation = "max"
	Min  Aggregation = "min"
	Mean Aggregation = "mean"
)

// Period is the span over which an accumulating KPI adds up before it
// begins again.
type Period string

// Year is 1 January to 31 December in the configuration's time zone.
const Year Period = "year"

// Forecast is whether a KPI that accumulates has a forecast.
type Forecast string

// NoForecast is for a KPI that has none.
const NoForecast Forecast = "none"

// Days are those on which a figure grows.
type Days string

// The days: all, or Monday to Friday but for public holidays.
const (
	AllDays     Days = ""
	WorkingDays Days = "working_days"
)

// Funnel is what chance makes of a ratio, by which a funnel plot has its limits.
type Funnel string

// The kinds of funnel plots. A proportion's numerator is a part of its denominator; a
// rate's is events, and its denominator what they can happen in.
const (
	NoFunnel         Funnel = ""
	FunnelProportion Funnel = "proportion"
	FunnelRate       Funnel = "rate"
)

// KPI is one entry under kpis in a collector's file.
type KPI struct {
	// Name of the KPI; exposed to Prometheus as kpi_<name>. Lower-case words joined by underscores, unit last.
	Name string `yaml:"name" jsonschema:"required,pattern=^[a-z][a-z0-9]*(_[a-z0-9]+)*$"`
	// What the KPI is called where people read it.
	Title language.Text `yaml:"title" jsonschema:"required"`
	// What is counted, in a sentence or two, and what is not.
	Definition language.Text `yaml:"definition" jsonschema:"required"`
	// The term or standard that the definition follows.
	Standard string `yaml:"standard,omitempty"`
	// The sentence of the sources that asks for this figure: an id in citations.yaml, or the citation itself.
	Cite string `yaml:"cite,omitempty"`
	// The query's column that holds the value. One of column, ratio and histogram is given.
	Column string `yaml:"column,omitempty"`
	// The two KPIs of the same collector whose quotient this is.
	Ratio *Ratio `yaml:"ratio,omitempty"`
	// How rows become a histogram.
	Histogram *Buckets `yaml:"histogram,omitempty"`
	// none for a figure that accumulates and of which past years and the pace so far tell nothing, such as events that stand in a calendar. It has no forecast.
	Forecast Forecast `yaml:"forecast,omitempty" jsonschema:"enum=none"`
	// The two KPIs of the same collector whose difference this is, such as a result: its forecast is theirs, since what is left of two large sums tells little by itself of where it ends.
	ForecastFrom *Difference `yaml:"forecast_from,omitempty"`
	// The unit of the value, one of units.yaml. A base unit: seconds, not hours; ratio from 0 to 1, not percent; a currency, not thousands of it.
	Unit string `yaml:"unit" jsonschema:"required"`
	// The measure that people read the figures in, where it is another than the unit's usual one: hours rather than days.
	Measure string `yaml:"measure,omitempty"`
	// What chance makes of a ratio of two counts, where several regions are compared by a funnel plot: proportion, where what is divided is a part of what it is divided by; rate, where it is events that each happen by themselves, per day, visit or inhabitant. Without the key it is proportion where part_of says so, and else the KPI has no funnel plot.
	Funnel Funnel `yaml:"funnel,omitempty" jsonschema:"enum=proportion,enum=rate"`
	// Which way is better. as_planned is for what is to equal its plan, neither more nor less.
	Better Direction `yaml:"better" jsonschema:"required,enum=higher,enum=lower,enum=as_planned"`
	// How the KPI adds up over labels. A ratio has none: it adds up as sum over sum.
	Aggregate Aggregation `yaml:"aggregate,omitempty" jsonschema:"enum=sum,enum=max,enum=min,enum=mean"`
	// Labels over which figures of different values do not add up: stages of waiting, or divisions of which each has a range of its own. There is no figure over them, and a target names one value. A ratio has those of its parts too.
	SeparateBy []string `yaml:"separate_by,omitempty"`
	// The period over which the figure accumulates, for year-to-date figures.
	Accumulates Period `yaml:"accumulates,omitempty" jsonschema:"enum=year"`
	// The days on which a figure that accumulates grows, where not on all: working_days. What is due, and what was reached at the same date in another year, are reckoned by them. Public holidays are those of oncall.yaml.
	AccruesOn Days `yaml:"accrues_on,omitempty" jsonschema:"enum=working_days"`
	// The day that the count began, for a figure that accumulates over years.
	CountedSince string `yaml:"counted_since,omitempty" jsonschema:"pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
	// Whether values below zero are right. Without it they fail the run.
	AllowNegative bool `yaml:"allow_negative,omitempty"`
	// A figure about fewer people than this is withheld, and with it what would give it away. Without the key it is 5 for a KPI in a unit that counts persons and for a histogram, and 0 for others: they withhold nothing of their own.
	MinCount *int `yaml:"min_count,omitempty" jsonschema:"minimum=0"`
	// Why a count of people needs no min_count, in a sentence of 20 characters or more, for a data protection officer to read. With it min_count is 0.
	MinCountWaiver string `yaml:"min_count_waiver,omitempty" jsonschema:"minLength=20"`
	// Name of the group of people that the KPI is about. Without it that is the one group of the collector. none says that it is not about people.
	People string `yaml:"people,omitempty"`
	// The KPI of the same collector that counts all of the people of whom this one counts some. What is left must not be few either.
	PartOf string `yaml:"part_of,omitempty"`

	// Smallest is the smallest number of people that is shown, from MinCount; 0
	// for a KPI that counts no people.
	Smallest int `yaml:"-"`
	// Calendar has the public holidays of AccruesOn.
	Calendar calendar.Calendar `yaml:"-"`
	// Guarded is set where figures of the KPI may be withheld: it counts people, or
	// is about people whom another KPI counts.
	Guarded bool `yaml:"-"`
}

// Span is what the figure accumulates over: Year, the day of CountedSince, or ""
// if it does not accumulate.
func (k KPI) Span() string {
	if k.CountedSince != "" {
		return k.CountedSince
	}
	return string(k.Accumulates)
}

// Ratio is the quotient of two KPIs at the same labels.
type Ratio struct {
	// The KPI that is divided.
	Of string `yaml:"of" jsonschema:"required"`
	// The KPI that it is divided by.
	To string `yaml:"to" jsonschema:"required"`
}

// Difference is one KPI less another at the same labels.
type Difference struct {
	// The KPI from which the other is taken.
	Of string `yaml:"of" jsonschema:"required"`
	// The KPI that is taken from it.
	Less string `yaml:"less" jsonschema:"required"`
}

// Buckets says how rows become a histogram.
type Buckets struct {
	// The column that is observed.
	Value string `yaml:"value" jsonschema:"required"`
	// The column that says how many times; without it each row is one observation.
	Count string `yaml:"count,omitempty"`
	// Upper bounds, rising, in the KPI's unit. An infinite one is added.
	Bounds []float64 `yaml:"buckets" jsonschema:"required"`
}

// NotAboutPeople is the value of people for a KPI that tells nothing of people
// though others of its collector do.
const NotAboutPeople = "none"

// CountsPeople reports whether the KPI's figures are counts of people, which are
// withheld where they are few.
func (k KPI) CountsPeople() bool { return k.Smallest > 0 }

// Metric is the KPI's name in Prometheus.
func (k KPI) Metric() string { return naming.KPI(k.Name) }
