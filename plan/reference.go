package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
)

// Shift is how far a figure of the past lies before the present one.
type Shift string

// The shifts.
const (
	// YearEarlier is the same date and time of day a year before; on 29 February,
	// 28 February.
	YearEarlier Shift = "year_earlier"
	// WeeksEarlier is 364 days before, on the same day of the week.
	WeeksEarlier Shift = "52_weeks_earlier"
)

// Shifts are all shifts.
var Shifts = []Shift{YearEarlier, WeeksEarlier}

// Reference names a moment of the past that a KPI is compared with itself at: one
// of At, On and Year is set. It can be compared, and be a map's key.
type Reference struct {
	At Shift
	On Date
	// Year has the moment in it of the same date and time of day.
	Year int
}

// Moment is the moment that the reference names, seen from at, by the local clock.
func (r Reference) Moment(at time.Time, location *time.Location) time.Time {
	if !r.On.IsZero() {
		return r.On.Ends(location).Add(-time.Second)
	}
	if r.At == WeeksEarlier {
		return at.In(location).AddDate(0, 0, -364)
	}
	years := 1
	if r.Year != 0 {
		years = at.In(location).Year() - r.Year
	}
	return clock.Earlier(at, 12*years, location)
}

// String is the reference as the plan writes it: year_earlier, 2024-11-26 or 2024.
func (r Reference) String() string {
	switch {
	case !r.On.IsZero():
		return r.On.String()
	case r.Year != 0:
		return strconv.Itoa(r.Year)
	}
	return string(r.At)
}

// MarshalText writes what UnmarshalText reads.
func (r Reference) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what String writes.
func (r *Reference) UnmarshalText(text []byte) error {
	if shift := Shift(text); slices.Contains(Shifts, shift) {
		*r = Reference{At: shift}
		return nil
	}
	if year, err := strconv.Atoi(string(text)); err == nil {
		*r = Reference{Year: year}
		return nil
	}
	on, err := ParseDate(string(text))
	if err != nil {
		return fmt.Errorf("%q is neither year_earlier, 52_weeks_earlier, a date nor a year", text)
	}
	*r = Reference{On: on}
	return nil
}

// Past is what KPIs gave at the moments that references name.
type Past map[Reference]Samples

// Reference is the moment of the past at which the target's own KPI gives its
// value; ok is false for a target that has its value from elsewhere.
func (t Target) Reference() (r Reference, ok bool) {
	if t.ValueFrom == nil || t.ValueFrom.KPI != "" {
		return Reference{}, false
	}
	return Reference{At: t.ValueFrom.At, On: t.ValueFrom.On, Year: t.ValueFrom.Year}, true
}

// References are those of the targets whose period it is, or begins within a day,
// for KPIs for which is gives true, with those of their periods' ends; each once, in
// order of text. A nightly run thus knows what a target is held against that begins
// before the next.
func References(targets []Target, c kpi.Catalogue, at time.Time, location *time.Location, is func(kpiName string) bool) []Reference {
	var all []Reference
	for _, t := range targets {
		r, ok := t.Reference()
		if !ok || !is(t.KPI) || !t.begun(at.AddDate(0, 0, 1), location) || t.expired(at, location) {
			continue
		}
		all = append(append(all, r), t.endReferences(c, at, location)...)
	}
	all = slices.DeleteFunc(all, func(r Reference) bool { return r.Moment(at, location).After(at) })
	slices.SortFunc(all, func(a, b Reference) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(all)
}

// periodEnd is the last day of the period that a figure of the moment is of: the
// target's, and within it the year of a figure that accumulates. ok is false for a
// target that holds until further notice.
func (t Target) periodEnd(accumulates bool, at time.Time, location *time.Location) (end Date, ok bool) {
	if accumulates {
		if year := (Date{at.In(location).Year(), time.December, 31}); t.To.IsZero() || year.Before(t.To) {
			return year, true
		}
	}
	return t.To, !t.To.IsZero()
}

// wholeAfter are the days after a period's end on which the figure of the period may
// be whole: at once, after the night's load, when what is about people has been released
// without all its rows, and once the last month is booked.
var wholeAfter = []int{0, 1, 4, 31}

// endReferences are the moments whose figure may be the value to reach at the period's
// end. They may be yet to come. There are none of a level, but for a day's: what a ward
// had last Christmas is no goal for the next.
func (t Target) endReferences(c kpi.Catalogue, at time.Time, location *time.Location) []Reference {
	r, ok := t.Reference()
	entry, known := c.Get(t.KPI)
	switch {
	case !ok || !known:
		return nil
	case !r.On.IsZero():
		return []Reference{r}
	case !accumulates(c, entry.KPI):
		return nil
	}
	end, _ := t.periodEnd(true, at, location)
	var all []Reference
	for _, days := range wholeAfter {
		all = append(all, Reference{On: dateOf(r.Moment(end.Begins(location), location).AddDate(0, 0, days))})
	}
	return all
}

// figure is the KPI at a reference. Of a figure that accumulates, those of the year
// in question count, each reckoned evenly to the day that through gives: bookings may
// be later, or a week end on another day, than they did then. ok is false where there
// is nothing to compare with.
func (past Past) figure(r Reference, t Target, k kpi.KPI, c kpi.Catalogue, to through, location *time.Location) (a Aggregate, ok bool) {
	then, ok := past[r]
	if !ok {
		return Aggregate{}, false
	}
	names := []string{k.Name}
	if k.Ratio != nil {
		names = []string{k.Ratio.Of, k.Ratio.To}
	}
	values := map[string][]kpi.Sample{}
	for _, name := range names {
		values[name] = then.values[name]
		if part, _ := c.Get(name); part.Accumulates == kpi.Year {
			values[name] = reckoned(part.KPI, then.values[name], to(name), location)
		}
	}
	return Samples{values: values}.aggregate(t, k, anySample)
}

// near is how far from a period's end a figure may be to count as that of the end: weeks
// end on another day, but a month that is missing is not made up.
const near = 7 * 24 * time.Hour

// full is the value to reach at the end of the period of a moment: the figure of the most
// places, and of those the nearest to the end; nil where that is not near.
func (past Past) full(t Target, k kpi.KPI, c kpi.Catalogue, at time.Time, location *time.Location) *float64 {
	references := t.endReferences(c, at, location)
	var best Aggregate
	distance := time.Duration(math.MaxInt64)
	for _, r := range references {
		a, ok := past.figure(r, t, k, c, throughDay(references[0].On.Begins(location), references[0].On.Year), location)
		d := a.AsOf.Sub(references[0].On.Ends(location)).Abs()
		if ok && (a.samples > best.samples || a.samples == best.samples && d <= distance) {
			best, distance = a, d
		}
	}
	if best.samples == 0 || best.Withheld || accumulates(c, k) && distance > near {
		return nil
	}
	return published(best.Value)
}

// through gives, for a KPI and then for labels, the year whose figures count, and the day
// through which they are reckoned: of another year, or zero where nothing tells it.
type through func(kpiName string) func(labels kpi.Labels) (day time.Time, year int)

// throughPresent are the days of the present figures, seen from a reference: of the one
// at the same labels, and where there is none, of the newest. Without any, at tells the
// year.
func throughPresent(r Reference, now Samples, at time.Time, location *time.Location) through {
	yearOf := func(day time.Time) int {
		switch {
		case !r.On.IsZero():
			return r.On.Year
		case r.Year != 0:
			return r.Year
		}
		return day.In(location).Year() - 1
	}
	return func(kpiName string) func(kpi.Labels) (time.Time, int) {
		days := map[string]time.Time{}
		var newest time.Time
		for _, s := range now.values[kpiName] {
			days[s.Labels.Key()] = s.AsOf
			if s.AsOf.After(newest) {
				newest = s.AsOf
			}
		}
		return func(labels kpi.Labels) (time.Time, int) {
			if day, present := days[labels.Key()]; present {
				return day, yearOf(day)
			}
			if newest.IsZero() {
				return time.Time{}, yearOf(at)
			}
			return newest, yearOf(newest)
		}
	}
}

// throughDay is one day for all figures, and the year that counts.
func throughDay(day time.Time, year int) through {
	return func(string) func(kpi.Labels) (time.Time, int) {
		return func(kpi.Labels) (time.Time, int) { return day, year }
	}
}

// reckoned brings figures that accumulate over the year evenly to other days.
func reckoned(k kpi.KPI, then []kpi.Sample, through func(kpi.Labels) (day time.Time, year int), location *time.Location) []kpi.Sample {
	var all []kpi.Sample
	for _, s := range then {
		asOf := s.AsOf.In(location)
		day, year := through(s.Labels)
		if asOf.Year() != year {
			continue
		}
		if !day.IsZero() {
			s.Value *= likeTime(k, asOf, day.In(location))
		}
		all = append(all, s)
	}
	return all
}
