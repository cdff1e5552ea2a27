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
	// TooEarly is before there is enough to judge, or before anything is due.
	TooEarly Status = -2
	Unknown  Status = -1
	OnPlan   Status = 0
	// WithinTolerance is worse than expected, and short of a warning.
	WithinTolerance Status = 1
	Warning         Status = 2
	Critical        Status = 3
)

func (s Status) String() string {
	switch s {
	case TooEarly:
		return "too early"
	case OnPlan:
		return "on plan"
	case WithinTolerance:
		return "within tolerance"
	case Warning:
		return naming.SeverityWarning
	case Critical:
		return naming.SeverityCritical
	}
	return "unknown"
}

// Reason is why a status is Unknown or TooEarly.
type Reason string

// The reasons.
const (
	// NoFigure: the KPI has no sample at the target's labels, or the divisor of a ratio is zero.
	NoFigure Reason = "no_figure"
	// OtherPeriod: the figures are of before the target's period, or of another year.
	OtherPeriod Reason = "other_period"
	// NoReference: there is no figure of what value_from names.
	NoReference Reason = "no_reference"
	// NotBegun: the period has not begun.
	NotBegun Reason = "not_yet_begun"
	// NothingDue: the first milestone, or the day that the target is to be done by, is yet to come.
	NothingDue Reason = "nothing_due"
	// TooLittle: less of the period has passed, or is due, than judge_from says.
	TooLittle Reason = "too_little"
	// Withheld: the figure is made of cells that are about too few people, or is not published yet.
	Withheld Reason = "withheld"
	// ReferenceWithheld: the figure to compare with is made of cells that are about too few people, or is not published yet.
	ReferenceWithheld Reason = "reference_withheld"
	// Expired: the period has passed, and no later target has taken over.
	Expired Reason = "expired"
)

// Assessment is one target compared with the samples. A figure that is not
// known, or does not apply, is nil. All figures are in the KPI's unit and
// rounded to twelve significant digits.
type Assessment struct {
	// Target and KPI are those of the plan and the region, not to be changed.
	Target *Target
	KPI    *kpi.KPI
	// Labels are those of the target, without the labels that must be absent.
	Labels kpi.Labels
	// Actual is the KPI over the samples that the target selects.
	Actual *float64
	// Expected is the value due by now; of a band the end that the actual is nearer to.
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
	// ForecastWarning and ForecastCritical are where those severities begin for the
	// forecast: the target's thresholds about Full. They are nil without a forecast.
	ForecastWarning, ForecastCritical *float64
	// Margin is the distance from Expected to Actual as a share of Expected,
	// positive where the actual is the better. Where Expected is 0 it is 1, 0
	// or -1, as the actual is better, equal or worse. It is nil where it is too early.
	Margin *float64
	// Warning and Critical are where those severities begin: of a target that can be
	// missed both ways, on the side of the actual.
	Warning, Critical *float64
	// Status is Warning or Critical for an Actual that is at or beyond that
	// threshold, and worse than Expected.
	Status Status
	// Reason is empty unless Status is Unknown or TooEarly.
	Reason Reason
	// Rank is the assessment's place among those made with it: 1 is the first to look at.
	Rank int
	// DataTime is the oldest as_of among the samples used; zero without a figure.
	DataTime time.Time
	// CoveredUntil is the moment from which the cell has no target; zero where
	// a target has no end.
	CoveredUntil time.Time

	// seriesLabels are the labels of its metrics; nil where they are not worked out yet.
	seriesLabels *seriesLabels
	// parts are the figures of which this one is the difference, by KPI.
	parts map[string]forecast.Point
}

// Assess compares samples with targets at a moment, as an Assessor does, once.
func Assess(targets []Target, c kpi.Catalogue, samples []kpi.Sample, past Past, at time.Time, location *time.Location) []Assessment {
	return NewAssessor(targets, c, location).Assess(NewSamples(samples), past, at)
}

func (t *Target) begun(at time.Time, location *time.Location) bool {
	return !at.Before(t.From.Begins(location))
}

func (t *Target) expired(at time.Time, location *time.Location) bool {
	return !t.To.IsZero() && !at.Before(t.To.Ends(location))
}

// assess compares one target with the samples, and sets the assessment where it is kept.
func (r *run) assess(t *prepared, a *Assessment) {
	*a = Assessment{}
	a.Target, a.KPI, a.Labels, a.CoveredUntil, a.Status = &t.Target, t.figure.kpi, t.labels, t.coveredUntil, Unknown
	a.seriesLabels = t.seriesLabels
	// A figure of before the period is shown, and not judged.
	var of *targetPeriod
	if t.begunAt(r.at) {
		of = &t.period
	}
	actual, ok := r.samples.aggregate(t.place, t.figure, of)
	if ok {
		a.DataTime = actual.AsOf
	}
	if ok && !actual.Withheld {
		a.Actual = published(actual.Value)
	}
	if t.Value != nil {
		a.Full = new(t.full)
	}
	switch {
	case t.expiredAt(r.at):
		a.Reason = Expired
		return
	case of == nil:
		a.Status, a.Reason = TooEarly, NotBegun
		return
	}
	due := r.at
	if ok && (t.DueBy == AsOf || actual.Held) {
		due = actual.AsOf
	}
	a.Reason = r.expect(a, t, due)
	if !ok && (t.ValueFrom != nil || t.DueBy == AsOf && t.accrues(t.figure.accumulates)) {
		a.Expected = nil // there is no moment to reckon it by
	}
	early := a.tooEarly(due, t.figure.accumulates, r.location)
	if !ok && early != NothingDue {
		a.Reason = NoFigure
		if _, other := r.samples.aggregate(t.place, t.figure, nil); other {
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
		return
	case a.Actual == nil:
		return
	case early != "":
		a.Status, a.Reason = TooEarly, early
	case a.Expected != nil:
		a.compare()
	}
	a.parts = r.partsOf(t)
	a.Foresee(nil, r.location)
}

// accrues reports whether what is due grows over the period.
func (t *Target) accrues(accumulates bool) bool {
	return accumulates && !t.Phasing.AtOnce || t.Phasing.Milestones != nil
}

// tooEarly is why a figure is not judged at a moment; "" where it is.
func (a *Assessment) tooEarly(due time.Time, accumulates bool, location *time.Location) Reason {
	from := a.Target.JudgeFrom
	switch {
	case a.Reason == NothingDue:
		return NothingDue
	case from.Share != nil && a.Target.elapsed(due, accumulates, location) < from.Share.Float():
		return TooLittle
	case from.At != nil && a.Expected != nil && math.Abs(*a.Expected) < a.Target.inBaseUnit(*from.At):
		return TooLittle
	}
	return ""
}

// elapsed is the share of the period that has passed, and of a figure that accumulates
// of the year within it. It is 1 for a target that holds until further notice.
func (t *Target) elapsed(at time.Time, accumulates bool, location *time.Location) float64 {
	end, ok := t.periodEnd(accumulates, at, location)
	if !ok {
		return 1
	}
	begins := t.From
	if year := (Date{end.Year, time.January, 1}); accumulates && begins.Before(year) {
		begins = year
	}
	return elapsedShare(dayOf(at, location), begins.number(), end.number()+1)
}

// expect sets the value that is due at a moment, or returns why there is none.
func (r *run) expect(a *Assessment, t *prepared, due time.Time) Reason {
	if t.Between != nil {
		if a.Actual != nil {
			a.Expected = published(t.nearest(*a.Actual))
			a.Full = a.Expected
		}
		return ""
	}
	if t.Value != nil {
		expected, ok := t.Expected(t.figure.kpi, due, r.location)
		// Of what goes up in steps from nothing, nothing is due before the first.
		if steps := t.Phasing.Shape == Steps; !ok || steps && expected == 0 && t.Value.Sign() != 0 {
			return NothingDue
		}
		a.Expected = published(expected)
		return ""
	}
	var reference Aggregate
	var ok bool
	if ref, ofPast := t.Reference(); ofPast {
		reference, ok = r.past.figure(ref, t.place, t.figure, throughPresent(ref, r.samples, &t.period, due), r.location)
		of := due
		if !a.DataTime.IsZero() {
			of = a.DataTime
		}
		a.Full = r.full(t, of)
	} else {
		reference, ok = r.samples.aggregate(t.place, t.other, nil)
	}
	if !ok {
		return NoReference
	}
	if reference.Withheld {
		return ReferenceWithheld
	}
	a.Expected = published(reference.Value)
	return ""
}

// thresholds sets where the severities begin. Without thresholds, a target
// warns of every actual that is worse than expected.
func (a *Assessment) thresholds() {
	if a.Actual == nil && a.kind().TwoSided() {
		return // there is no telling on which side
	}
	if !a.Target.Warning.Set() && !a.Target.Critical.Set() {
		a.Warning = a.Expected
		return
	}
	a.Warning, a.Critical = a.thresholdValue(a.Target.Warning, *a.Expected), a.thresholdValue(a.Target.Critical, *a.Expected)
}

// thresholdValue is where a threshold about a value is.
func (a *Assessment) thresholdValue(t Threshold, about float64) *float64 {
	switch {
	case t.At != nil:
		return published(a.Target.inBaseUnit(*t.At))
	case t.By != nil:
		return published(about + a.worse()*a.Target.inBaseUnit(*t.By))
	case t.Share == nil:
		return nil
	}
	return published(about + a.worse()*math.Abs(about)*t.Share.Float())
}

// alike is the share of the expected value within which a better figure is the same as
// that value: what was reckoned to as many days has fractions that nothing was counted in.
const alike = 1e-4

// compare sets the margin and the status of a figure that has an expected value.
func (a *Assessment) compare() {
	better := a.better()
	margin := better / math.Abs(*a.Expected)
	if *a.Expected == 0 {
		margin = sign(better)
	}
	a.Margin = published(margin)
	a.Status, a.Reason = OnPlan, ""
	switch {
	case better > 0 && !(a.Target.Strict && better < alike*math.Abs(*a.Expected)) || better == 0 && !a.Target.Strict:
	case better < 0 && a.reaches(a.Critical):
		a.Status = Critical
	case better < 0 && a.reaches(a.Warning):
		a.Status = Warning
	default:
		a.Status = WithinTolerance
	}
}

// reaches reports whether the actual is at or beyond a threshold.
func (a *Assessment) reaches(threshold *float64) bool {
	if threshold == nil {
		return false
	}
	switch a.kind() {
	case AtLeast:
		return *a.Actual <= *threshold
	case AtMost:
		return *a.Actual >= *threshold
	}
	// As the rules have it, which do not know on which side the actual is.
	return math.Abs(*a.Actual-*a.Expected) >= math.Abs(*threshold-*a.Expected)
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

// mostDigits is below which whole numbers have no more than those digits.
const mostDigits = 1e12

// published rounds to twelve significant digits. That is precise enough for
// hundredths of a krona in billions, and removes the rounding errors of floats.
func published(v float64) *float64 {
	if !isShort(v) {
		var buffer [32]byte
		if rounded, err := strconv.ParseFloat(string(strconv.AppendFloat(buffer[:0], v, 'g', digits, 64)), 64); err == nil {
			v = rounded
		}
	}
	if v == 0 {
		v = 0 // not minus zero
	}
	return &v
}

// isShort reports whether v is surely the float nearest to a number of no more than twelve
// digits, as counts and amounts are, so that writing it with twelve and reading it gives v
// again. The quotient of two floats that are exact is the nearest float.
func isShort(v float64) bool {
	for _, parts := range [...]float64{1, 1e2, 1e6} {
		if whole := math.Round(v * parts); math.Abs(whole) < mostDigits && whole/parts == v {
			return true
		}
	}
	return false
}
