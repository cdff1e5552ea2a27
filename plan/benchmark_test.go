package plan_test

import (
	"fmt"
	"testing"
	"time"

	"planwatch/internal/cputest"
	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// large is a region of many collectors, each with five KPIs at as many labels as it takes,
// and targets of all kinds.
type large struct {
	catalogue kpi.Catalogue
	targets   []plan.Target
	samples   []kpi.Sample
	past      []kpi.Sample
	at        time.Time
	location  *time.Location
}

// newLarge makes collectors with that many series and targets each. A fifth of the targets
// is of each kind of KPI, and has its value from a year before, where that is the kind.
func newLarge(b *testing.B, collectors, series, targets int) large {
	b.Helper()
	x := large{location: stockholm(b)}
	x.at = time.Date(2025, 3, 18, 8, 0, 0, 0, x.location)
	var entries []kpi.Entry
	for collector := range collectors {
		name := func(kind string) string { return fmt.Sprintf("c%02d_%s", collector, kind) }
		kpis := []kpi.KPI{
			{Name: name("beds"), Unit: "beds", Better: kpi.Higher, Aggregate: kpi.Sum},
			{Name: name("occupied"), Unit: "beds", Better: kpi.Lower, Aggregate: kpi.Sum},
			{Name: name("occupancy"), Unit: "ratio", Better: kpi.Lower, Ratio: &kpi.Ratio{Of: name("occupied"), To: name("beds")}},
			{Name: name("visits"), Unit: "visits", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year},
			{Name: name("cost"), Unit: "sek", Better: kpi.Lower, Aggregate: kpi.Sum, Accumulates: kpi.Year},
		}
		for k, one := range kpis {
			entries = append(entries, kpi.Entry{KPI: one})
			for i := range series / len(kpis) {
				labels := kpi.NewLabels(kpi.Label{Name: "division", Value: fmt.Sprint("division ", i*10*len(kpis)/series)},
					kpi.Label{Name: "hospital", Value: fmt.Sprintf("hospital %02d", i*50*len(kpis)/series)}, kpi.Label{Name: "ward", Value: fmt.Sprintf("ward %05d", i)})
				s := kpi.Sample{KPI: one.Name, Labels: labels, Value: float64(1 + (i*7+k)%97), AsOf: x.at.Add(-time.Duration(i%24) * time.Hour)}
				if one.Name == name("cost") {
					s.Value *= 1234.56
				}
				x.samples = append(x.samples, s)
				s.AsOf, s.Value = s.AsOf.AddDate(-1, 0, 0), s.Value*0.98
				x.past = append(x.past, s)
			}
		}
		for i := range targets {
			t := plan.Target{ID: fmt.Sprintf("t-%d-%d", collector, i), KPI: kpis[i%len(kpis)].Name, Where: map[string]string{
				"hospital": fmt.Sprintf("hospital %02d", i/len(kpis)*50*len(kpis)/series), "ward": fmt.Sprintf("ward %05d", i/len(kpis)),
			}}
			if i/len(kpis) >= series/len(kpis) {
				b.Fatal("more targets than series")
			}
			t.Owner, t.From, t.To = "surgery", plan.Date{Year: 2025, Month: 1, Day: 1}, plan.Date{Year: 2025, Month: 12, Day: 31}
			t.Warning, t.Critical = plan.Threshold{Share: share(5)}, plan.Threshold{Share: share(10)}
			if t.Value = new(decimal.Whole(50)); i%len(kpis) == 3 {
				t.Value, t.ValueFrom = nil, &plan.ValueFrom{At: plan.YearEarlier}
			}
			x.targets = append(x.targets, t)
		}
	}
	x.catalogue = kpi.NewCatalogue(entries)
	return x
}

// cpu reports the time of an operation, and its processor time, which others on the machine
// change less: call it before the loop, and what it returns behind.
func cpu(b *testing.B) (report func()) {
	b.Helper()
	before, began := cputest.Used(b), time.Now()
	return func() {
		b.ReportMetric(float64(time.Since(began))/float64(time.Millisecond)/float64(b.N), "ms/op")
		b.ReportMetric(float64(cputest.Used(b)-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
	}
}

func share(percent int) *decimal.Decimal { return new(decimal.Whole(percent).Shift(-2)) }

// Ten thousand targets are assessed against a hundred thousand samples: with samples that
// have been assessed before, as when another collector's have changed, and with new ones.
func BenchmarkAssess(b *testing.B) {
	x := newLarge(b, 20, 5000, 500)
	assessor := plan.NewAssessor(x.targets, x.catalogue, x.location)
	past := plan.Past{plan.Reference{At: plan.YearEarlier}: plan.NewSamples(x.past)}
	b.Run("known samples", func(b *testing.B) {
		samples := plan.NewSamples(x.samples)
		b.ReportAllocs()
		defer cpu(b)()
		for b.Loop() {
			if got := assessor.Assess(samples, past, x.at); len(got) != 10000 {
				b.Fatal(len(got))
			}
		}
	})
	b.Run("new samples", func(b *testing.B) {
		b.ReportAllocs()
		defer cpu(b)()
		for b.Loop() {
			then := plan.Past{plan.Reference{At: plan.YearEarlier}: plan.NewSamples(x.past)}
			assessor.Assess(plan.NewSamples(x.samples), then, x.at)
		}
	})
}

// One collector of twenty has changed. What it costs to assess its 50 targets stays the
// same while the others' series and targets grow tenfold, but for ranking them.
func BenchmarkReassess(b *testing.B) {
	for _, others := range []struct {
		name            string
		series, targets int
	}{{"10000 series, 1000 targets", 500, 50}, {"100000 series, 10000 targets", 5000, 500}} {
		b.Run(others.name, func(b *testing.B) {
			x := newLarge(b, 19, others.series, others.targets)
			one := newLarge(b, 20, 500, 50)
			x.samples = append(x.samples, one.samples[len(one.samples)*19/20:]...)
			x.targets = append(x.targets, one.targets[19*50:]...)
			x.catalogue = one.catalogue
			assessor := plan.NewAssessor(x.targets, x.catalogue, x.location)
			past := plan.Past{plan.Reference{At: plan.YearEarlier}: plan.NewSamples(x.past)}
			parts := make([]plan.Samples, 20)
			for i := range parts {
				begin, end := i*others.series, (i+1)*others.series
				parts[i] = plan.NewSamples(x.samples[begin:min(end, len(x.samples))])
			}
			former := assessor.Assess(plan.JoinSamples(parts...), past, x.at)
			changed := func(name string) bool { return name[:4] == "c19_" }
			b.ReportAllocs()
			defer cpu(b)()
			for b.Loop() {
				parts[19] = plan.NewSamples(x.samples[19*others.series:])
				if _, anew := assessor.Reassess(former, plan.JoinSamples(parts...), past, x.at, changed); len(anew) != 50 {
					b.Fatal(len(anew))
				}
			}
		})
	}
}
