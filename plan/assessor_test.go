package plan_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// random makes plans and samples that no person would write, to hold what is prepared
// against what is plain.
type random struct {
	*rand.Rand
	t         testing.TB
	catalogue kpi.Catalogue
	location  *time.Location
	at        time.Time
}

func (r random) one(of ...string) string { return of[r.IntN(len(of))] }

func (r random) chance(percent int) bool { return r.IntN(100) < percent }

// labels are some of those that figures are broken down by. Few values make many figures
// meet at a target.
func (r random) labels() map[string]string {
	where := map[string]string{}
	for _, name := range []string{"division", "hospital", "ward"} {
		if r.chance(50) {
			where[name] = r.one("", "a", "b", "c", "d")
		}
	}
	return where
}

// figure is an amount: whole, with decimals, or one that rounding matters to.
func (r random) figure() float64 {
	switch r.IntN(4) {
	case 0:
		return float64(r.IntN(50))
	case 1:
		return float64(r.IntN(5000)) / 10
	case 2:
		return r.Float64() * 1e9
	}
	return (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(20)))
}

func (r random) amount() *decimal.Decimal {
	d, err := decimal.Parse(fmt.Sprintf("%.*f", r.IntN(4), float64(r.IntN(100000))/100))
	if err != nil {
		r.t.Fatal(err)
	}
	return &d
}

func (r random) threshold() plan.Threshold {
	share := decimal.Whole(r.IntN(20)).Shift(-2)
	return []plan.Threshold{{}, {Share: &share}, {By: r.amount()}, {At: r.amount()}}[r.IntN(4)]
}

// near is a day about the moment of the assessment.
func (r random) near(days int) plan.Date {
	day := r.at.AddDate(0, 0, r.IntN(2*days)-days)
	return plan.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}
}

var randomKPIs = []string{
	"beds_available", "beds_occupied", "bed_occupancy_ratio", "beds_longest_stay_seconds", "beds_shortest_stay_seconds",
	"beds_open_seconds", "visits", "net_cost_sek", "income_sek", "surplus_sek", "operations", "stays_seconds",
	"frame_sek", "visits_ratio", "trainings", "separate_ratio",
}

func randomCatalogue(t testing.TB) kpi.Catalogue {
	t.Helper()
	return catalogue(t,
		kpi.Entry{KPI: kpi.KPI{Name: "visits_ratio", Ratio: &kpi.Ratio{Of: "visits", To: "visits_last_year"}, Unit: "ratio", Better: kpi.Higher}},
		kpi.Entry{KPI: kpi.KPI{Name: "separate_ratio", Ratio: &kpi.Ratio{Of: "stays_seconds", To: "beds_occupied"}, SeparateBy: []string{"hospital"}, Unit: "ratio", Better: kpi.Lower}},
	)
}

func (r random) target(i int) plan.Target {
	t := plan.Target{ID: fmt.Sprint("t", i), KPI: r.one(randomKPIs...), Where: r.labels()}
	t.Basis, t.Owner = plan.Basis(r.one("plan", "law", "operational")), "surgery"
	t.From = r.near(300)
	if r.chance(80) {
		day := t.From.Begins(time.UTC).AddDate(0, 0, 1+r.IntN(700))
		t.To = plan.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()}
	}
	if r.chance(30) { // the calendar year
		t.From, t.To = plan.Date{Year: r.at.Year(), Month: 1, Day: 1}, plan.Date{Year: r.at.Year(), Month: 12, Day: 31}
	}
	t.Warning, t.Critical, t.Strict = r.threshold(), r.threshold(), r.chance(20)
	t.DueBy = plan.Moment(r.one("", "now", "as_of"))
	if r.chance(30) {
		share := decimal.Whole(r.IntN(30)).Shift(-2)
		t.JudgeFrom = []plan.Threshold{{Share: &share}, {At: r.amount()}}[r.IntN(2)]
	}
	switch r.IntN(6) {
	case 0:
		t.ValueFrom = &plan.ValueFrom{KPI: r.one("beds_available", "visits_last_year", "bed_occupancy_ratio")}
	case 1, 2:
		t.ValueFrom = []*plan.ValueFrom{{At: plan.YearEarlier}, {At: plan.WeeksEarlier}, {Year: r.at.Year() - 1}, {On: plan.Date{Year: r.at.Year() - 1, Month: 12, Day: 31}}}[r.IntN(4)]
	case 3:
		low, width := r.amount(), r.amount()
		high := low.Add(*width)
		t.Between = &plan.Between{Low: low, High: &high}
	default:
		t.Value = r.amount()
		switch r.IntN(4) {
		case 0:
			t.Phasing = plan.Phasing{Even: true}
		case 1:
			t.Phasing = plan.Phasing{AtOnce: true}
		case 2:
			t.Phasing = plan.Phasing{Milestones: []plan.Milestone{{On: r.near(60), Value: r.amount()}}, Shape: plan.Shape(r.one("steps", "lines"))}
		}
		if t.To.IsZero() {
			t.Phasing.Even = false
		}
	}
	return t
}

// samples are of the days before a moment, in order of KPI and labels as collectors give
// them, or in any.
func (r random) samples(at time.Time) []kpi.Sample {
	var all []kpi.Sample
	for _, entry := range r.catalogue.Entries() {
		if entry.Ratio != nil {
			continue
		}
		met := map[string]bool{}
		var some []kpi.Sample
		for range r.IntN(60) {
			var pairs []kpi.Label
			for name, value := range r.labels() {
				pairs = append(pairs, kpi.Label{Name: name, Value: value})
			}
			s := kpi.Sample{KPI: entry.Name, Labels: kpi.NewLabels(pairs...), Value: r.figure(), AsOf: at.Add(-time.Duration(r.IntN(40*24)) * time.Hour)}
			if r.chance(5) {
				s.AsOf = s.AsOf.AddDate(0, 0, -r.IntN(500))
			}
			if r.chance(2) {
				s.Withheld, s.Value = true, 0
			}
			if r.chance(2) {
				s.Held = at
			}
			if entry.Histogram != nil {
				s.Histogram = &kpi.Histogram{Bounds: []float64{1}, Counts: []uint64{1}, Count: 2, Sum: r.figure()}
			}
			if met[s.Labels.Key()] && r.chance(90) {
				continue // a collector gives none twice
			}
			met[s.Labels.Key()] = true
			some = append(some, s)
		}
		slices.SortStableFunc(some, func(a, b kpi.Sample) int { return a.Labels.Compare(b.Labels) })
		all = append(all, some...)
	}
	if r.chance(20) {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return all
}

// past is what the references of the targets gave.
func (r random) past(targets []plan.Target) (plain map[plan.Reference][]kpi.Sample, past plan.Past) {
	plain, past = map[plan.Reference][]kpi.Sample{}, plan.Past{}
	for _, ref := range plan.References(targets, r.catalogue, r.at, r.location, func(string) bool { return true }) {
		if r.chance(80) {
			plain[ref] = r.samples(ref.Moment(r.at, r.location))
			past[ref] = plan.NewSamples(plain[ref])
		}
	}
	return plain, past
}

func newRandom(t testing.TB, c kpi.Catalogue, seed uint64) random {
	t.Helper()
	r := random{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, catalogue: c, location: stockholm(t)}
	r.at = time.Date(2025, 1, 1, 0, 0, 0, 0, r.location).Add(time.Duration(r.IntN(366*24*60)) * time.Minute)
	if r.chance(20) { // about New Year
		r.at = time.Date(2025, 1, 1, 0, 0, 0, 0, r.location).Add(time.Duration(r.IntN(72)) * time.Hour)
	}
	return r
}

func (r random) targets() []plan.Target {
	targets := make([]plan.Target, 1+r.IntN(150))
	for i := range targets {
		targets[i] = r.target(i)
	}
	return targets
}

// What is prepared, indexed and joined gives what looking at every sample gives, to the
// last bit.
func TestAssessorAgreesWithPlain(t *testing.T) {
	statuses, reasons := map[plan.Status]int{}, map[plan.Reason]int{}
	c := randomCatalogue(t)
	for seed := range uint64(100) {
		r := newRandom(t, c, seed)
		targets, samples := r.targets(), r.samples(r.at)
		plainPast, past := r.past(targets)
		want := plan.PlainAssess(targets, r.catalogue, samples, plainPast, r.at, r.location)
		assessor := plan.NewAssessor(targets, r.catalogue, r.location)
		cut := r.IntN(len(samples) + 1)
		for name, x := range map[string]plan.Samples{
			"whole":  plan.NewSamples(samples),
			"joined": plan.JoinSamples(plan.NewSamples(samples[:cut]), plan.NewSamples(samples[cut:])),
		} {
			for range 2 { // the second time with what the first has made
				got := assessor.Assess(x, past, r.at)
				if len(got) != len(want) {
					t.Fatalf("seed %d, %s: %d assessments, want %d", seed, name, len(got), len(want))
				}
				for i := range want {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Fatalf("seed %d, %s: assessment %d of %s at %v\n got %s\nwant %s", seed, name, i, want[i].KPI.Name, want[i].Target.Where, show(got[i]), show(want[i]))
					}
				}
			}
		}
		for _, a := range want {
			statuses[a.Status]++
			reasons[a.Reason]++
		}
	}
	for _, status := range []plan.Status{plan.TooEarly, plan.Unknown, plan.OnPlan, plan.WithinTolerance, plan.Warning, plan.Critical} {
		if statuses[status] < 50 {
			t.Errorf("%d assessments are %s, too few to tell", statuses[status], status)
		}
	}
	for _, reason := range []plan.Reason{plan.NoFigure, plan.OtherPeriod, plan.NoReference, plan.NotBegun, plan.NothingDue, plan.TooLittle, plan.Withheld, plan.ReferenceWithheld, plan.Expired} {
		if reasons[reason] < 10 {
			t.Errorf("%d assessments have the reason %s, too few to tell", reasons[reason], reason)
		}
	}
}

// What is assessed anew where KPIs have changed, and kept elsewhere, is what assessing
// all gives.
func TestReassessAgreesWithAssess(t *testing.T) {
	kept, c := 0, randomCatalogue(t)
	for seed := range uint64(40) {
		r := newRandom(t, c, 1000+seed)
		targets, samples := r.targets(), r.samples(r.at)
		plainPast, past := r.past(targets)
		assessor := plan.NewAssessor(targets, r.catalogue, r.location)
		former := assessor.Assess(plan.NewSamples(samples), past, r.at)
		for range 5 {
			changed := map[string]bool{}
			for range 1 + r.IntN(3) {
				changed[r.one(randomKPIs...)] = true
			}
			take := func(former, next []kpi.Sample) []kpi.Sample {
				former = slices.DeleteFunc(slices.Clone(former), func(s kpi.Sample) bool { return changed[s.KPI] })
				next = slices.DeleteFunc(next, func(s kpi.Sample) bool { return !changed[s.KPI] })
				return append(former, next...)
			}
			samples = take(samples, r.samples(r.at))
			next := plan.Past{}
			for ref, then := range plainPast {
				plainPast[ref] = take(then, r.samples(ref.Moment(r.at, r.location)))
				next[ref] = plan.NewSamples(plainPast[ref])
			}
			x := plan.NewSamples(samples)
			got, anew := assessor.Reassess(former, x, next, r.at, func(name string) bool { return changed[name] })
			want := assessor.Assess(x, next, r.at)
			for i := range want {
				if !reflect.DeepEqual(got[i], want[i]) {
					t.Fatalf("seed %d: %v changed: assessment %d of %s\n got %s\nwant %s", seed, changed, i, want[i].KPI.Name, show(got[i]), show(want[i]))
				}
			}
			former, kept = got, kept+len(got)-len(anew)
		}
	}
	if kept == 0 {
		t.Error("all was assessed anew each time")
	}
}

// show is what an assessment says.
func show(a plan.Assessment) string {
	return fmt.Sprintf("%s %q rank %d actual %v expected %v full %v forecast %v margin %v warning %v critical %v, as of %s, covered until %s, labels %v",
		a.Status, a.Reason, a.Rank, value(a.Actual), value(a.Expected), value(a.Full), value(a.Forecast), value(a.Margin), value(a.Warning), value(a.Critical), a.DataTime, a.CoveredUntil, a.Labels)
}

// Amounts that need no rounding are found without writing them.
func TestPublishedAgreesWithPlain(t *testing.T) {
	r := newRandom(t, randomCatalogue(t), 7)
	for range 200000 {
		v := r.figure()
		switch r.IntN(3) {
		case 0:
			v = math.Round(v) / math.Pow(10, float64(r.IntN(13)))
		case 1:
			v = math.Nextafter(v, float64(r.IntN(3)-1)*math.MaxFloat64)
		}
		if r.chance(50) {
			v = -v
		}
		if got, want := plan.Published(v), plan.PlainPublished(v); math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%v is published as %v, want %v", v, got, want)
		}
	}
}
