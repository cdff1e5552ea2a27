package plan

import (
	"math"
	"strconv"
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
)

// Status is the result of comparing a figure with its plan.
type Status int

// The statuses.
const (
	Unknown  Status = -1
	OnPlan   Status = 0
	Warning  Status = 1
	Critical Status = 2
)

func (s Status) String() string {
	switch s {
	case OnPlan:
		return "on plan"
	case Warning:
		return naming.SeverityWarning
	case Critical:
		return naming.SeverityCritical
	}
	return "unknown"
}

// Reason is why a status is Unknown.
type Reason string

// The reasons.
const (
	// NoFigure: the KPI has no sample at the target's labels, or the divisor of a ratio is zero.
	NoFigure Reason = "no_figure"
	// OtherYear: the KPI accumulates, and its figures are of another year than the target.
	OtherYear Reason = "other_year"
	// NoReference: there is no figure of what value_from names.
	NoReference Reason = "no_reference"
	// NotBegun: the period has not begun.
	NotBegun Reason = "not_yet_begun"
	// NothingDue: the first milestone is not due yet.
	NothingDue Reason = "nothing_due"
	// Withheld: the figure is made of cells that are about too few people.
	Withheld Reason = "withheld"
	// Expired: the period has passed, and no later target has taken over.
	Expired Reason = "expired"
)

// Assessment is one target compared with the samples. A figure that is not
// known, or does not apply, is nil. All figures are in the KPI's unit and
// rounded to twelve significant digits.
type Assessment struct {
	Target Target
	KPI    kpi.KPI
	// Labels are those of the target, without the labels that must be absent.
	Labels kpi.Labels
	// Actual is the KPI over the samples that the target selects.
	Actual *float64
	// Expected is the value due by now.
	Expected *float64
	// Full is the value at the period's end, and of a figure that accumulates at the end of
	// its year within the period; nil where that is not known, as of a level that is held
	// against the year before.
	Full *float64
	// Forecast is the value at the period's end, as Foresee sets it, and Outlook what
	// is known of it: both are nil where NoForecast says why, or where the figure can
	// have none.
	Forecast   *float64
	Outlook    *forecast.Forecast
	NoForecast forecast.Reason
	// Margin is the distance from Expected to Actual as a share of Expected,
	// positive where the actual is the better. Where Expected is 0 it is 1, 0
	// or -1, as the actual is better, equal or worse.
	Margin *float64
	// Warning and Critical are where those severities begin.
	Warning, Critical *float64
	// Status is Warning or Critical for an Actual that is at or beyond that
	// threshold, and worse than Expected.
	Status Status
	// Reason is empty unless Status is Unknown.
	Reason Reason
	// DataTime is the oldest as_of among the samples used; zero without a figure.
	DataTime time.Time
	// CoveredUntil is the moment from which the cell has no target; zero where
	// a target has no end.
	CoveredUntil time.Time
}

// Assess compares samples with targets at a moment. It gives one assessment for
// each cell that has targets, in their order: of the target whose period it is;
// if there is none, of the last that has expired; otherwise of the first that
// is to come. past is what the KPIs gave at the moments that targets refer to.
//
// Figures are rounded to twelve significant digits, as they are published, and
// then compared. Rounding errors of floating point therefore change no status,
// and a rule in Prometheus that compares the published figures gives the same
// result.
func Assess(targets []Target, c kpi.Catalogue, samples []kpi.Sample, past Past, at time.Time, location *time.Location) []Assessment {
	byKPI := NewSamples(samples)
	order := []string{}
	cells := map[string][]Target{}
	for _, t := range targets {
		cell := t.cell()
		if _, known := cells[cell]; !known {
			order = append(order, cell)
		}
		cells[cell] = append(cells[cell], t)
	}
	assessments := make([]Assessment, 0, len(order))
	for _, cell := range order {
		t := targetAt(cells[cell], at, location)
		entry, ok := c.Get(t.KPI)
		if !ok {
			continue
		}
		a := assess(t, entry.KPI, c, byKPI, past, at, location)
		a.CoveredUntil = coveredUntil(t, cells[cell], location)
		assessments = append(assessments, a)
	}
	return assessments
}

// targetAt is the one of a cell's targets that applies at a moment.
func targetAt(targets []Target, at time.Time, location *time.Location) Target {
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

func (t Target) begun(at time.Time, location *time.Location) bool {
	return !at.Before(t.From.Begins(location))
}

func (t Target) expired(at time.Time, location *time.Location) bool {
	return !t.To.IsZero() && !at.Before(t.To.Ends(location))
}

// coveredUntil is the end of the last of the targets that follow one another
// without a day between, beginning with t.
func coveredUntil(t Target, targets []Target, location *time.Location) time.Time {
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

func assess(t Target, k kpi.KPI, c kpi.Catalogue, byKPI Samples, past Past, at time.Time, location *time.Location) Assessment {
	a := Assessment{Target: t, KPI: k, Labels: t.Labels(), Status: Unknown}
	// A figure of before the period is shown, and not judged.
	fit := anySample
	if t.begun(at, location) {
		fit = func(s kpi.Sample) bool { return t.inTargetYear(c, s, location) }
	}
	actual, ok := byKPI.aggregate(t, k, fit)
	if ok {
		a.DataTime = actual.AsOf
	}
	if ok && !actual.Withheld {
		a.Actual = published(actual.Value)
	}
	if t.Value != nil {
		a.Full = published(t.inBaseUnit(*t.Value))
	}
	switch {
	case t.expired(at, location):
		a.Reason = Expired
		return a
	case !t.begun(at, location):
		a.Reason = NotBegun
		return a
	}
	due := at
	if ok && (t.DueBy == AsOf || actual.Held) {
		due = actual.AsOf
	}
	a.Reason = a.expect(due, c, byKPI.fitting(fit), past, location)
	if a.Expected != nil {
		a.thresholds()
	}
	if !ok {
		a.Reason = NoFigure
		if _, other := byKPI.aggregate(t, k, anySample); other {
			a.Reason = OtherYear
		}
		return a
	}
	if actual.Withheld {
		a.Reason = Withheld
		return a
	}
	if a.Expected != nil {
		a.compare()
	}
	a.Foresee(nil, location)
	return a
}

// inTargetYear reports whether a figure that accumulates is of the target's years: on
// 1 January those of the year before may still be the latest. A ratio is of its parts.
func (t Target) inTargetYear(c kpi.Catalogue, s kpi.Sample, location *time.Location) bool {
	if part, ok := c.Get(s.KPI); !ok || part.Accumulates == "" {
		return true
	}
	year := s.AsOf.In(location).Year()
	return year >= t.From.Year && (t.To.IsZero() || year <= t.To.Year)
}

// expect sets the value that is due at a moment, or returns why there is none.
func (a *Assessment) expect(due time.Time, c kpi.Catalogue, byKPI Samples, past Past, location *time.Location) Reason {
	if a.Target.Value != nil {
		expected, ok := a.Target.Expected(a.KPI, due, location)
		if !ok {
			return NothingDue
		}
		a.Expected = published(expected)
		return ""
	}
	var reference Aggregate
	var ok bool
	if r, ofPast := a.Target.Reference(); ofPast {
		reference, ok = past.figure(r, a.Target, a.KPI, c, throughPresent(r, byKPI, due, location), location)
		of := due
		if !a.DataTime.IsZero() {
			of = a.DataTime
		}
		a.Full = past.full(a.Target, a.KPI, c, of, location)
	} else {
		other, _ := c.Get(a.Target.ValueFrom.KPI)
		reference, ok = byKPI.aggregate(a.Target, other.KPI, anySample)
	}
	if !ok {
		return NoReference
	}
	if reference.Withheld {
		return Withheld
	}
	a.Expected = published(reference.Value)
	return ""
}

// thresholds sets where the severities begin. Without thresholds, a target
// warns of every actual that is worse than expected.
func (a *Assessment) thresholds() {
	if !a.Target.Warning.Set() && !a.Target.Critical.Set() {
		a.Warning = a.Expected
		return
	}
	a.Warning, a.Critical = a.thresholdValue(a.Target.Warning), a.thresholdValue(a.Target.Critical)
}

func (a *Assessment) thresholdValue(t Threshold) *float64 {
	switch {
	case t.At != nil:
		return published(a.Target.inBaseUnit(*t.At))
	case t.Share == nil:
		return nil
	}
	width := math.Abs(*a.Expected) * t.Share.Float()
	if a.KPI.Better == kpi.Higher {
		width = -width
	}
	return published(*a.Expected + width)
}

// compare sets the margin and the status of a figure that has an expected value.
func (a *Assessment) compare() {
	better := *a.Actual - *a.Expected
	if a.KPI.Better == kpi.Lower {
		better = -better
	}
	margin := better / math.Abs(*a.Expected)
	if *a.Expected == 0 {
		margin = sign(better)
	}
	a.Margin = published(margin)
	a.Status, a.Reason = OnPlan, ""
	switch {
	case better >= 0:
	case a.reaches(a.Critical):
		a.Status = Critical
	case a.reaches(a.Warning):
		a.Status = Warning
	}
}

// reaches reports whether the actual is at or beyond a threshold.
func (a *Assessment) reaches(threshold *float64) bool {
	switch {
	case threshold == nil:
		return false
	case a.KPI.Better == kpi.Higher:
		return *a.Actual <= *threshold
	}
	return *a.Actual >= *threshold
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// digits is how many significant ones a figure is published with.
const digits = 12

// published rounds to twelve significant digits. That is precise enough for
// hundredths of a krona in billions, and removes the rounding errors of floats.
func published(v float64) *float64 {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64); err == nil {
		v = rounded
	}
	if v == 0 {
		v = 0 // not minus zero
	}
	return &v
}
