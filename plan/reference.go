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
func (t *Target) Reference() (r Reference, ok bool) {
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
func (t *Target) periodEnd(accumulates bool, at time.Time, location *time.Location) (end Date, ok bool) {
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
func (t *Target) endReferences(c kpi.Catalogue, at time.Time, location *time.Location) []Reference {
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
func (past Past) figure(ref Reference, at *place, f *figure, to through, location *time.Location) (a Aggregate, ok bool) {
	then, ok := past[ref]
	if !ok {
		return Aggregate{}, false
	}
	of := to.reckon(then.values[f.of.name], &f.of, location)
	if f.kpi.Ratio == nil {
		return of.aggregate(at, f.kpi)
	}
	other := to.reckon(then.values[f.to.name], &f.to, location)
	return of.ratio(at, f.kpi, &other)
}

// near is how far from a period's end a figure may be to count as that of the end: weeks
// end on another day, but a month that is missing is not made up.
const near = 7 * 24 * time.Hour

// full is the value to reach at the end of the period of a moment: the figure of the most
// places, and of those the nearest to the end; nil where that is not near.
func (r *run) full(t *prepared, at time.Time) *float64 {
	references := r.endReferences(t, at)
	if len(references) == 0 {
		return nil
	}
	end := references[0].On
	ends := end.Ends(r.location)
	var best Aggregate
	distance := time.Duration(math.MaxInt64)
	for _, ref := range references {
		a, ok := r.past.figure(ref, t.place, t.figure, throughDay(end.Begins(r.location), end.Year), r.location)
		d := a.AsOf.Sub(ends).Abs()
		if ok && (a.samples > best.samples || a.samples == best.samples && d <= distance) {
			best, distance = a, d
		}
	}
	if best.samples == 0 || best.Withheld || t.figure.accumulates && distance > near {
		return nil
	}
	return published(best.Value)
}

// ending is what the references of a period's end depend on.
type ending struct {
	reference   Reference
	accumulates bool
	end         Date
}

// endReferences are those of the target, which many targets have in common.
func (r *run) endReferences(t *prepared, at time.Time) []Reference {
	ref, ok := t.Reference()
	if !ok {
		return nil
	}
	of := ending{reference: ref, accumulates: t.figure.accumulates}
	of.end, _ = t.periodEnd(true, at, r.location)
	known, met := r.endings[of]
	if !met {
		known = t.endReferences(r.catalogue, at, r.location)
		r.endings[of] = known
	}
	return known
}

// through gives, for labels, the year whose figures count, and the day through which they
// are reckoned: of another year, or zero where nothing tells it.
type through struct {
	// day and year are for all figures, where year is set.
	day  time.Time
	year int
	// The days are otherwise those of the present figures of the period, seen from the
	// reference: of the one at the same labels, and where there is none, of the newest.
	// Without any, at tells the year.
	reference Reference
	now       Samples
	period    *targetPeriod
	at        time.Time
}

func throughPresent(ref Reference, now Samples, of *targetPeriod, at time.Time) through {
	return through{reference: ref, now: now, period: of, at: at}
}

// throughDay is one day for all figures, and the year that counts.
func throughDay(day time.Time, year int) through { return through{day: day, year: year} }

// yearOf is the year that counts for a present figure of that day.
func (t *through) yearOf(day time.Time, location *time.Location) int {
	switch {
	case !t.reference.On.IsZero():
		return t.reference.On.Year
	case t.reference.Year != 0:
		return t.reference.Year
	}
	return day.In(location).Year() - 1
}

// reckon selects figures of the past: those that accumulate over the year are brought
// evenly to other days.
func (t through) reckon(then *figures, of *part, location *time.Location) selection {
	s := selection{figures: then, part: of}
	if then == nil || of.kpi == nil || of.kpi.Accumulates != kpi.Year {
		return s
	}
	s.reckoned = &reckoned{through: t, kpi: of.kpi, then: then.samples, location: location}
	if t.year != 0 {
		return s
	}
	present := t.now.values[of.name]
	if present == nil {
		return s
	}
	s.reckoned.present, s.reckoned.accumulates = present, of.accumulates
	s.reckoned.pairs = then.pairedWith(present)
	return s
}

// reckoned are figures of the past, brought to other days.
type reckoned struct {
	through     through
	kpi         *kpi.KPI
	accumulates bool
	then        []kpi.Sample
	present     *figures
	pairs       *pairing
	location    *time.Location
}

// value is that of the figure at i; ok is false for one of another year than the one that
// counts.
func (r *reckoned) value(i int) (value float64, ok bool) {
	s := &r.then[i]
	asOf := s.AsOf.In(r.location)
	day, year := r.day(i)
	if asOf.Year() != year {
		return 0, false
	}
	if day.IsZero() {
		return s.Value, true
	}
	return s.Value * likeTime(r.kpi, asOf, day.In(r.location)), true
}

func (r *reckoned) day(i int) (day time.Time, year int) {
	t := &r.through
	if t.year != 0 {
		return t.day, t.year
	}
	if r.present != nil {
		samples := r.present.samples
		if at := r.pairs.find(i, func(j int) bool { return t.period.has(&samples[j], r.accumulates) }); at >= 0 {
			return samples[at].AsOf, t.yearOf(samples[at].AsOf, r.location)
		}
		if newest := t.period.newest(r.present, r.accumulates); !newest.IsZero() {
			return newest, t.yearOf(newest, r.location)
		}
	}
	return time.Time{}, t.yearOf(t.at, r.location)
}
