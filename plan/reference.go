package plan

import (
	"fmt"
	"slices"
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
// of At and On is set. It can be compared, and be a map's key.
type Reference struct {
	At Shift
	On Date
}

// Moment is the moment that the reference names, seen from at, by the local clock.
func (r Reference) Moment(at time.Time, location *time.Location) time.Time {
	if !r.On.IsZero() {
		return r.On.Ends(location).Add(-time.Second)
	}
	if r.At == WeeksEarlier {
		return at.In(location).AddDate(0, 0, -364)
	}
	return clock.Earlier(at, 12, location)
}

// String is the reference as the plan writes it: year_earlier, or 2024-11-26.
func (r Reference) String() string {
	if !r.On.IsZero() {
		return r.On.String()
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
	on, err := ParseDate(string(text))
	if err != nil {
		return fmt.Errorf("%q is neither year_earlier, 52_weeks_earlier nor a date", text)
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
	return Reference{At: t.ValueFrom.At, On: t.ValueFrom.On}, true
}

// References are those of the targets whose period it is, or begins within a day,
// for KPIs for which is gives true; each once, in order of text. A nightly run thus
// knows what a target is held against that begins before the next.
func References(targets []Target, at time.Time, location *time.Location, is func(kpiName string) bool) []Reference {
	var all []Reference
	for _, t := range targets {
		r, ok := t.Reference()
		if ok && is(t.KPI) && t.begun(at.AddDate(0, 0, 1), location) && !t.expired(at, location) && !r.Moment(at, location).After(at) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Reference) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(all)
}

// figure is the KPI at a reference, as it is compared with the samples of now. Of a
// figure that accumulates, those of the year in question count, each reckoned
// evenly to the day through which the present figure at its labels is: bookings
// may be later, or a week end on another day, than they did then. ok is false
// where there is nothing to compare with.
func (past Past) figure(r Reference, t Target, k kpi.KPI, c kpi.Catalogue, now Samples, at time.Time, location *time.Location) (a Aggregate, ok bool) {
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
			values[name] = reckoned(then.values[name], now.values[name], r, at, location)
		}
	}
	return Samples{values: values}.aggregate(t, k, anySample)
}

// reckoned brings figures that accumulate over the year to the days of the present
// ones: those at the same labels, and where there are none, the newest. at is the
// moment of the comparison, which tells the year where nothing is present.
func reckoned(then, now []kpi.Sample, r Reference, at time.Time, location *time.Location) []kpi.Sample {
	through := map[string]time.Time{}
	var newest time.Time
	for _, s := range now {
		through[s.Labels.Key()] = s.AsOf
		if s.AsOf.After(newest) {
			newest = s.AsOf
		}
	}
	var all []kpi.Sample
	for _, s := range then {
		asOf := s.AsOf.In(location)
		day, present := through[s.Labels.Key()]
		if !present {
			day, present = newest, !newest.IsZero()
		}
		if !present {
			day = at
		}
		day = day.In(location)
		year := day.Year() - 1
		if !r.On.IsZero() {
			year = r.On.Year
		}
		if asOf.Year() != year {
			continue
		}
		if present {
			s.Value *= dayOfYear(day) / dayOfYear(asOf)
		}
		all = append(all, s)
	}
	return all
}

// dayOfYear counts days from 1 on 1 January to 365, in every year: 29 February is
// as 28 February, so that the same date has the same number.
func dayOfYear(at time.Time) float64 {
	month, day := at.Month(), at.Day()
	if month == time.February && day == 29 {
		day = 28
	}
	return float64(time.Date(2001, month, day, 0, 0, 0, 0, time.UTC).YearDay())
}
