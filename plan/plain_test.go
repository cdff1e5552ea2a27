package plan

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
)

// PlainAssess is Assess as it reads: every target looks at every sample, and nothing is
// prepared or kept. What is prepared is held against it.
func PlainAssess(targets []Target, c kpi.Catalogue, samples []kpi.Sample, past map[Reference][]kpi.Sample, at time.Time, location *time.Location) []Assessment {
	order := []string{}
	cells := map[string][]Target{}
	for _, t := range targets {
		cell := t.cell()
		if _, known := cells[cell]; !known {
			order = append(order, cell)
		}
		cells[cell] = append(cells[cell], t)
	}
	var assessments []Assessment
	for _, cell := range order {
		t := plainTargetAt(cells[cell], at, location)
		entry, ok := c.Get(t.KPI)
		if !ok {
			continue
		}
		p := plain{c: c, now: plainSamples(samples), past: past, location: location}
		a := p.assess(t, entry.KPI, at)
		a.CoveredUntil = plainCoveredUntil(t, cells[cell], location)
		assessments = append(assessments, a)
	}
	plainRank(assessments, c)
	return assessments
}

func plainTargetAt(targets []Target, at time.Time, location *time.Location) Target {
	var past, next *Target
	for i := range targets {
		t := &targets[i]
		switch {
		case t.expired(at, location):
			if past == nil || past.From.Before(t.From) {
				past = t
			}
		case !t.begun(at, location):
			if next == nil || t.From.Before(next.From) {
				next = t
			}
		default:
			return *t
		}
	}
	if past != nil {
		return *past
	}
	return *next
}

func plainCoveredUntil(t Target, targets []Target, location *time.Location) time.Time {
	for {
		if t.To.IsZero() {
			return time.Time{}
		}
		successor := -1
		for i, other := range targets {
			if other.From.number() == t.To.number()+1 {
				successor = i
			}
		}
		if successor < 0 {
			return t.To.Ends(location)
		}
		t = targets[successor]
	}
}

func plainRank(assessments []Assessment, c kpi.Catalogue) {
	order := make([]*Assessment, len(assessments))
	for i := range assessments {
		order[i] = &assessments[i]
	}
	attention := func(a *Assessment) Attention {
		entry, _ := c.Get(a.KPI.Name)
		return a.attention(entry.Base.Money)
	}
	slices.SortStableFunc(order, func(a, b *Assessment) int {
		return cmp.Or(attention(a).Compare(attention(b)), cmp.Compare(a.KPI.Name, b.KPI.Name), a.Labels.Compare(b.Labels))
	})
	for i, a := range order {
		a.Rank = i + 1
	}
}

// plain is what a target is compared with.
type plain struct {
	c        kpi.Catalogue
	now      map[string][]kpi.Sample
	past     map[Reference][]kpi.Sample
	location *time.Location
}

// plainSamples are the samples that are no histograms, by KPI.
func plainSamples(samples []kpi.Sample) map[string][]kpi.Sample {
	byKPI := map[string][]kpi.Sample{}
	for _, s := range samples {
		if s.Histogram == nil {
			byKPI[s.KPI] = append(byKPI[s.KPI], s)
		}
	}
	return byKPI
}

func (p plain) isOfPeriod(t Target, s kpi.Sample) bool {
	if s.AsOf.Before(t.From.Begins(p.location)) {
		return false
	}
	part, ok := p.c.Get(s.KPI)
	return !ok || part.Accumulates == "" || t.To.IsZero() || s.AsOf.In(p.location).Year() <= t.To.Year
}

func (p plain) assess(t Target, k kpi.KPI, at time.Time) Assessment {
	a := Assessment{Target: &t, KPI: &k, Labels: t.Labels(), Status: Unknown}
	a.seriesLabels = newSeriesLabels(&t, &k, a.Labels)
	all := func(kpi.Sample) bool { return true }
	fit := all
	if t.begun(at, p.location) {
		fit = func(s kpi.Sample) bool { return p.isOfPeriod(t, s) }
	}
	actual, ok := plainAggregate(p.now, t, k, fit)
	if ok {
		a.DataTime = actual.AsOf
	}
	if ok && !actual.Withheld {
		a.Actual = plainPublished(actual.Value)
	}
	if t.Value != nil {
		a.Full = plainPublished(t.inBaseUnit(*t.Value))
	}
	switch {
	case t.expired(at, p.location):
		a.Reason = Expired
		return a
	case !t.begun(at, p.location):
		a.Status, a.Reason = TooEarly, NotBegun
		return a
	}
	due := at
	if ok && (t.DueBy == AsOf || actual.Held) {
		due = actual.AsOf
	}
	a.Reason = p.expect(&a, due, fit)
	if !ok && (t.ValueFrom != nil || t.DueBy == AsOf && t.accrues(accumulates(p.c, k))) {
		a.Expected = nil
	}
	early := a.tooEarly(due, accumulates(p.c, k), p.location)
	if !ok && early != NothingDue {
		a.Reason = NoFigure
		if _, other := plainAggregate(p.now, t, k, all); other {
			a.Reason = OtherPeriod
		}
	}
	if ok && actual.Withheld {
		a.Reason = Withheld
	}
	if a.Expected != nil && early == "" {
		a.thresholds()
	}
	switch {
	case !ok && early == NothingDue:
		a.Status = TooEarly
		return a
	case a.Actual == nil:
		return a
	case early != "":
		a.Status, a.Reason = TooEarly, early
	case a.Expected != nil:
		a.compare()
	}
	if k.ForecastFrom != nil {
		a.parts = map[string]forecast.Point{}
		for _, name := range []string{k.ForecastFrom.Of, k.ForecastFrom.Less} {
			part, _ := p.c.Get(name)
			if figure, ok := plainAggregate(p.now, t, part.KPI, fit); ok && !figure.Withheld {
				a.parts[name] = forecast.Point{At: figure.AsOf, Value: figure.Value}
			}
		}
	}
	a.Foresee(nil, p.location)
	return a
}

func (p plain) expect(a *Assessment, due time.Time, fit func(kpi.Sample) bool) Reason {
	if a.Target.Between != nil {
		if a.Actual != nil {
			a.Expected = plainPublished(a.Target.nearest(*a.Actual))
			a.Full = a.Expected
		}
		return ""
	}
	if a.Target.Value != nil {
		expected, ok := a.Target.Expected(a.KPI, due, p.location)
		if steps := a.Target.Phasing.Shape == Steps; !ok || steps && expected == 0 && a.Target.Value.Sign() != 0 {
			return NothingDue
		}
		a.Expected = plainPublished(expected)
		return ""
	}
	var reference Aggregate
	var ok bool
	if r, ofPast := a.Target.Reference(); ofPast {
		reference, ok = p.figure(r, *a.Target, *a.KPI, p.throughPresent(r, fit, due))
		of := due
		if !a.DataTime.IsZero() {
			of = a.DataTime
		}
		a.Full = p.full(*a.Target, *a.KPI, of)
	} else {
		other, _ := p.c.Get(a.Target.ValueFrom.KPI)
		reference, ok = plainAggregate(p.now, *a.Target, other.KPI, func(kpi.Sample) bool { return true })
	}
	if !ok {
		return NoReference
	}
	if reference.Withheld {
		return ReferenceWithheld
	}
	a.Expected = plainPublished(reference.Value)
	return ""
}

// plainThrough is, for a KPI's labels, the day through which a figure of the past is
// reckoned, and the year that counts.
type plainThrough func(kpiName string, labels kpi.Labels) (day time.Time, year int)

func (p plain) throughPresent(r Reference, fit func(kpi.Sample) bool, at time.Time) plainThrough {
	yearOf := func(day time.Time) int {
		switch {
		case !r.On.IsZero():
			return r.On.Year
		case r.Year != 0:
			return r.Year
		}
		return day.In(p.location).Year() - 1
	}
	return func(kpiName string, labels kpi.Labels) (time.Time, int) {
		var newest, same time.Time
		for _, s := range p.now[kpiName] {
			if !fit(s) {
				continue
			}
			if s.Labels.Key() == labels.Key() {
				same = s.AsOf
			}
			if s.AsOf.After(newest) {
				newest = s.AsOf
			}
		}
		switch {
		case !same.IsZero():
			return same, yearOf(same)
		case newest.IsZero():
			return time.Time{}, yearOf(at)
		}
		return newest, yearOf(newest)
	}
}

func (p plain) figure(r Reference, t Target, k kpi.KPI, to plainThrough) (a Aggregate, ok bool) {
	then, ok := p.past[r]
	if !ok {
		return Aggregate{}, false
	}
	reckoned := map[string][]kpi.Sample{}
	for name, samples := range plainSamples(then) {
		part, _ := p.c.Get(name)
		for _, s := range samples {
			if part.Accumulates == kpi.Year {
				asOf := s.AsOf.In(p.location)
				day, year := to(name, s.Labels)
				if asOf.Year() != year {
					continue
				}
				if !day.IsZero() {
					s.Value *= likeTime(&part.KPI, asOf, day.In(p.location))
				}
			}
			reckoned[name] = append(reckoned[name], s)
		}
	}
	return plainAggregate(reckoned, t, k, func(kpi.Sample) bool { return true })
}

func (p plain) full(t Target, k kpi.KPI, at time.Time) *float64 {
	references := t.endReferences(p.c, at, p.location)
	var best Aggregate
	distance := time.Duration(math.MaxInt64)
	for _, r := range references {
		a, ok := p.figure(r, t, k, func(string, kpi.Labels) (time.Time, int) {
			return references[0].On.Begins(p.location), references[0].On.Year
		})
		d := a.AsOf.Sub(references[0].On.Ends(p.location)).Abs()
		if ok && (a.samples > best.samples || a.samples == best.samples && d <= distance) {
			best, distance = a, d
		}
	}
	if best.samples == 0 || best.Withheld || accumulates(p.c, k) && distance > near {
		return nil
	}
	return plainPublished(best.Value)
}

func plainAggregate(samples map[string][]kpi.Sample, t Target, k kpi.KPI, fit func(kpi.Sample) bool) (a Aggregate, ok bool) {
	separate := map[string]bool{}
	name := k.Name
	if k.Ratio != nil {
		name = k.Ratio.Of
	}
	for _, s := range samples[name] {
		if t.selects(s.Labels) && fit(s) {
			place := ""
			for _, label := range k.SeparateBy {
				place += s.Labels.Get(label) + "\xff"
			}
			separate[place] = true
		}
	}
	if len(separate) > 1 {
		return Aggregate{}, false
	}
	if k.Ratio != nil {
		return plainRatio(samples, t, *k.Ratio, fit)
	}
	var values []float64
	for _, s := range samples[k.Name] {
		if t.selects(s.Labels) && fit(s) {
			values = append(values, s.Value)
			a.use(&s)
		}
	}
	if len(values) == 0 {
		return Aggregate{}, false
	}
	if a.Withheld {
		return a, true
	}
	switch k.Aggregate {
	case kpi.Max:
		a.Value = slices.Max(values)
	case kpi.Min:
		a.Value = slices.Min(values)
	case kpi.Mean:
		a.Value = sum(values) / float64(len(values))
	default:
		a.Value = sum(values)
	}
	return a, true
}

func plainRatio(samples map[string][]kpi.Sample, t Target, ratio kpi.Ratio, fit func(kpi.Sample) bool) (a Aggregate, ok bool) {
	below := map[string]kpi.Sample{}
	for _, s := range samples[ratio.To] {
		if t.selects(s.Labels) && fit(s) {
			below[s.Labels.Key()] = s
		}
	}
	var of, to []float64
	for _, s := range samples[ratio.Of] {
		counterpart, both := below[s.Labels.Key()]
		if !both || !fit(s) {
			continue
		}
		of, to = append(of, s.Value), append(to, counterpart.Value)
		a.use(&s)
		a.use(&counterpart)
	}
	if a.Withheld {
		return a, true
	}
	if sum(to) == 0 {
		return Aggregate{}, false
	}
	a.Value = sum(of) / sum(to)
	return a, true
}

func plainPublished(v float64) *float64 {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64); err == nil {
		v = rounded
	}
	if v == 0 {
		v = 0
	}
	return &v
}

// sum adds with Neumaier's compensation.
func sum(values []float64) float64 {
	var total, lost float64
	for _, v := range values {
		next := total + v
		if math.Abs(total) >= math.Abs(v) {
			lost += (total - next) + v
		} else {
			lost += (v - next) + total
		}
		total = next
	}
	return total + lost
}

// Published is a figure as it is published, and PlainPublished the same as it reads.
func Published(v float64) float64 { return *published(v) }

// PlainPublished writes the figure and reads it.
func PlainPublished(v float64) float64 { return *plainPublished(v) }
