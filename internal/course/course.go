// Package course tells how figures went: what they were at past moments, beside
// what the plan said then.
package course

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// Cell names a figure: a KPI at the labels of a target, or over all labels.
type Cell struct{ kpi, where string }

// CellOf is the cell of a KPI where the labels have those values.
func CellOf(kpiName string, where map[string]string) Cell {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(where)) {
		fmt.Fprintf(&b, "%q=%q,", name, where[name])
	}
	return Cell{kpiName, b.String()}
}

// Course is how one figure went.
type Course struct {
	// Points are of the past months and weeks, the oldest first.
	Points []Point
	// MonthEarlier and YearEarlier are of the same date a month and a year before, or
	// of that month's last day.
	// Without a figure then they are nil.
	MonthEarlier, YearEarlier *Point
	// Chart tells whether the newest period is more than chance; nil where the newest
	// figures are of long ago, or there are none.
	Chart *Chart

	// accumulates is set where the figure, or a part of the ratio, adds up over a
	// span, and anew where that begins again with the year, by location's clocks.
	accumulates, anew bool
	location          *time.Location
}

// Point is a figure at a past moment, in the KPI's unit.
type Point struct {
	// At is the moment that was asked about, AsOf the one that the figure is about.
	At, AsOf time.Time
	// Value is nil where there was no figure, or it is withheld.
	Value *float64
	// Withheld is set where there is no value since it is about too few people.
	Withheld bool
	// Expected is what was due then by the plan; nil without a target.
	Expected *float64
	// Warning and Critical are where those severities began then.
	Warning, Critical *float64

	// of and to are the parts whose quotient Value is, of a ratio.
	of, to float64
}

// Reader gives the figures of past moments: history.Store what is kept, and
// history.Replay what the warehouse says.
type Reader interface {
	Figures(ctx context.Context, key history.Key, moments []time.Time) (map[time.Time][]history.Figure, error)
}

// Book is the courses of a region's figures, seen from one moment. It does not
// change.
type Book struct {
	// At is that moment.
	At      time.Time
	courses map[Cell]Course
	metrics []plan.Metric
}

// Of is the course of a cell. A nil Book has none.
func (b *Book) Of(cell Cell) Course {
	if b == nil {
		return Course{}
	}
	return b.courses[cell]
}

// chartedMonths is how many months a chart goes back: two years show a season
// twice, and what is older says little of how things are done now.
const chartedMonths = 24

// New makes the Book of a region as of a moment. It reads the weeks of the past
// year where weeks is set.
func New(ctx context.Context, region *config.Region, reader Reader, at time.Time, weeks bool) (*Book, error) {
	book := &Book{At: at, courses: map[Cell]Course{}}
	for _, d := range region.Collectors {
		r := reading{region: region, definition: d, at: at, weeks: weeks}
		if err := r.read(ctx, reader, book); err != nil {
			return nil, err
		}
	}
	return book, nil
}

// reading makes the courses of one collector's figures.
type reading struct {
	region     *config.Region
	definition *collectors.Definition
	at         time.Time
	weeks      bool
}

// cell is a figure to follow: a KPI at the labels of targets, which are in order
// of period, or none.
type cell struct {
	entry   kpi.Entry
	where   map[string]string
	targets []plan.Target
	// part is set where the cell is followed for the forecast of another alone.
	part bool
}

func (r reading) cells() []cell {
	var cells []cell
	places := map[Cell]int{}
	for _, k := range r.definition.KPIs {
		entry, ok := r.region.KPIs.Get(k.Name)
		if !ok {
			continue
		}
		targets := r.region.Targets(k.Name)
		if len(targets) == 0 {
			cells = append(cells, cell{entry: entry})
		}
		for _, t := range targets {
			name := CellOf(k.Name, t.Where)
			if _, met := places[name]; !met {
				places[name] = len(cells)
				cells = append(cells, cell{entry: entry, where: t.Where})
			}
			cells[places[name]].targets = append(cells[places[name]].targets, t)
		}
	}
	return append(cells, r.parts(cells)...)
}

// parts are the cells from which those of others are forecast, and which are not among
// them.
func (r reading) parts(cells []cell) []cell {
	met := map[Cell]bool{}
	for _, c := range cells {
		met[CellOf(c.entry.Name, c.where)] = true
	}
	var parts []cell
	for _, c := range cells {
		from := c.entry.ForecastFrom
		if from == nil {
			continue
		}
		for _, name := range []string{from.Of, from.Less} {
			entry, ok := r.region.KPIs.Get(name)
			if key := CellOf(name, c.where); ok && !met[key] {
				met[key] = true
				parts = append(parts, cell{entry: entry, where: c.where, part: true})
			}
		}
	}
	return parts
}

// moments are those that the courses are made of, the oldest first, and the two
// that figures are compared with; zero where the history has none so early.
func (r reading) moments() (all []time.Time, monthEarlier, yearEarlier time.Time) {
	d := r.definition
	months := chartedMonths + 1
	if slices.ContainsFunc(d.KPIs, func(k kpi.KPI) bool { return k.Accumulates != "" }) {
		months = max(months, 12*r.region.History.Years) // for forecasts
	}
	all = d.Moments(collectors.EachMonth, r.earlier(months), r.at)
	if r.weeks || d.History().Chart == collectors.EachWeek {
		all = append(all, d.Moments(collectors.EachWeek, r.earlier(r.region.History.Months), r.at)...)
	}
	slices.SortFunc(all, time.Time.Compare)
	all = slices.CompactFunc(all, time.Time.Equal)
	monthEarlier, _ = history.Latest(d, r.earlier(1))
	yearEarlier, _ = history.Latest(d, r.earlier(12))
	return all, monthEarlier, yearEarlier
}

// earlier is the same date so many months before.
func (r reading) earlier(months int) time.Time {
	return clock.Earlier(r.at, months, r.region.Location)
}

func (r reading) read(ctx context.Context, reader Reader, book *Book) error {
	cells := r.cells()
	moments, monthEarlier, yearEarlier := r.moments()
	key := history.Key{Collector: r.definition.Collector, Fingerprint: r.region.Fingerprint(r.definition)}
	wanted := append(slices.Clone(moments), monthEarlier, yearEarlier)
	for _, at := range moments {
		for _, then := range r.references(at) {
			wanted = append(wanted, then)
		}
	}
	kept, err := reader.Figures(ctx, key, wanted)
	if err != nil {
		return err
	}
	courses := make([]Course, len(cells))
	for _, at := range moments {
		for i, p := range r.points(cells, kept, at) {
			if p != nil {
				courses[i].Points = append(courses[i].Points, *p)
			}
		}
	}
	for i, p := range r.points(cells, kept, monthEarlier) {
		courses[i].MonthEarlier = p
	}
	for i, p := range r.points(cells, kept, yearEarlier) {
		courses[i].YearEarlier = p
	}
	for i, c := range cells {
		courses[i].accumulates, courses[i].anew = r.accumulates(c.entry.KPI)
		courses[i].location = r.region.Location
		book.courses[CellOf(c.entry.Name, c.where)] = courses[i]
		if c.part {
			continue
		}
		if courses[i].Chart, err = r.chart(c, courses[i].Points); err != nil {
			return err
		}
		book.metrics = append(book.metrics, metricsOf(c, courses[i].Chart)...)
		book.courses[CellOf(c.entry.Name, c.where)] = courses[i]
	}
	return nil
}

// shares reports whether the KPI is a ratio of two that both accumulate over the year.
func (r reading) shares(k kpi.KPI) bool {
	if k.Ratio == nil {
		return false
	}
	of, _ := r.region.KPIs.Get(k.Ratio.Of)
	to, _ := r.region.KPIs.Get(k.Ratio.To)
	return of.Accumulates == kpi.Year && to.Accumulates == kpi.Year
}

// accumulates reports whether the KPI, or a part of a ratio, adds up over a span, and
// whether it does so over the year.
func (r reading) accumulates(k kpi.KPI) (adds, anew bool) {
	anew = r.region.KPIs.BeginsAnew(k)
	if k.Ratio == nil {
		return k.Span() != "", anew
	}
	of, _ := r.region.KPIs.Get(k.Ratio.Of)
	to, _ := r.region.KPIs.Get(k.Ratio.To)
	return of.Span() != "" || to.Span() != "", anew
}

// references are the moments of the history that targets refer to at a moment.
func (r reading) references(at time.Time) map[plan.Reference]time.Time {
	ours := func(kpiName string) bool {
		return slices.ContainsFunc(r.definition.KPIs, func(k kpi.KPI) bool { return k.Name == kpiName })
	}
	moments := map[plan.Reference]time.Time{}
	for _, ref := range plan.References(r.region.Plan.Targets, r.region.KPIs, at, r.region.Location, ours) {
		if then, ok := history.Latest(r.definition, ref.Moment(at, r.region.Location)); ok {
			moments[ref] = then
		}
	}
	return moments
}

// points are the cells' at a moment, nil for a cell that has no sample then.
func (r reading) points(cells []cell, kept map[time.Time][]history.Figure, at time.Time) []*Point {
	points := make([]*Point, len(cells))
	samples := samplesOf(kept[at.UTC()])
	if len(samples) == 0 {
		return points
	}
	past := plan.Past{}
	for ref, then := range r.references(at) {
		if earlier := samplesOf(kept[then.UTC()]); len(earlier) > 0 {
			past[ref] = plan.NewSamples(earlier)
		}
	}
	byKPI := plan.NewSamples(samples)
	for i, c := range cells {
		figure, ok := byKPI.Aggregate(c.entry.KPI, c.where)
		switch {
		case figure.Withheld:
			points[i] = &Point{At: at, AsOf: at, Withheld: true}
		case ok:
			points[i] = &Point{At: at, AsOf: figure.AsOf, Value: &figure.Value}
			points[i].of, points[i].to, _ = byKPI.Parts(c.entry.KPI, c.where)
		default:
			continue
		}
		if len(c.targets) > 0 {
			assessed := plan.Assess(c.targets, r.region.KPIs, samples, past, at, r.region.Location)
			points[i].Expected, points[i].Warning, points[i].Critical = assessed[0].Expected, assessed[0].Warning, assessed[0].Critical
		}
	}
	return points
}

func samplesOf(figures []history.Figure) []kpi.Sample {
	samples := make([]kpi.Sample, len(figures))
	for i, f := range figures {
		samples[i] = f.Sample
	}
	return samples
}
