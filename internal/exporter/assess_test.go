package exporter

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	dto "github.com/prometheus/client_model/go"

	"planwatch/internal/clock"
	"planwatch/internal/cputest"
	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// network is collectors with KPIs that targets hold against one another and against the
// past.
type network struct {
	*rand.Rand
	t            testing.TB
	descriptions []snapshot.Description
	names        []string
	catalogue    kpi.Catalogue
	targets      []plan.Target
	store        *snapshot.Store
	at           time.Time
	// across is whether targets are held against KPIs of other collectors.
	across bool
}

func newNetwork(t testing.TB, seed uint64, collectors int) *network {
	t.Helper()
	languages, err := language.NewSet(fstest.MapFS{}, []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	n := &network{Rand: rand.New(rand.NewPCG(seed, 3)), t: t, at: time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC)}
	n.store = snapshot.NewStore(clock.StartingAt(n.at), snapshot.SaveDirectory{}, slog.New(slog.DiscardHandler))
	var entries []kpi.Entry
	for i := range collectors {
		name := fmt.Sprintf("c%02d", i)
		kpis := []kpi.KPI{
			{Name: name + "_beds", Better: kpi.Higher, Aggregate: kpi.Sum},
			{Name: name + "_occupied", Better: kpi.Lower, Aggregate: kpi.Sum},
			{Name: name + "_occupancy", Better: kpi.Lower, Ratio: &kpi.Ratio{Of: name + "_occupied", To: name + "_beds"}},
			{Name: name + "_income", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year},
			{Name: name + "_cost", Better: kpi.Lower, Aggregate: kpi.Sum, Accumulates: kpi.Year},
			{Name: name + "_result", Better: kpi.Higher, Aggregate: kpi.Sum, Accumulates: kpi.Year, ForecastFrom: &kpi.Difference{Of: name + "_income", Less: name + "_cost"}},
		}
		for _, k := range kpis {
			entries = append(entries, kpi.Entry{KPI: k, Collector: name})
		}
		n.names = append(n.names, name)
		n.descriptions = append(n.descriptions, snapshot.Description{KPIs: kpis, MaxAge: 24 * 365 * time.Hour, HelpLanguage: languages.English()})
	}
	n.catalogue = kpi.NewCatalogue(entries)
	return n
}

func ward(i int) string { return fmt.Sprintf("ward %05d", i) }

// addTargets adds that many for the KPIs of a collector, each at a ward of its own.
func (n *network) addTargets(collector, count int) {
	kpis := n.descriptions[collector].KPIs
	for i := range count {
		t := plan.Target{ID: fmt.Sprintf("t-%d-%d", collector, i), KPI: kpis[i%len(kpis)].Name, Where: map[string]string{"ward": ward(i / len(kpis))}}
		t.Owner, t.From, t.To = "owner", plan.Date{Year: 2025, Month: 1, Day: 1}, plan.Date{Year: 2025, Month: 12, Day: 31}
		t.Warning = plan.Threshold{Share: new(decimal.Whole(5).Shift(-2))}
		switch n.IntN(4) {
		case 0:
			t.ValueFrom = &plan.ValueFrom{At: plan.YearEarlier}
		case 1:
			from := collector
			if n.across {
				from = n.IntN(len(n.names))
			}
			t.ValueFrom = &plan.ValueFrom{KPI: n.names[from] + "_beds"}
		default:
			t.Value = new(decimal.Whole(n.IntN(100)))
		}
		n.targets = append(n.targets, t)
	}
}

// record is what a run of the collector gives, at that many wards.
func (n *network) record(collector, wards int) snapshot.Record {
	samples := func(at time.Time) []kpi.Sample {
		var all []kpi.Sample
		for _, k := range n.descriptions[collector].KPIs {
			for i := range wards {
				if k.Ratio == nil {
					all = append(all, kpi.Sample{
						KPI: k.Name, Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: fmt.Sprint("hospital ", i*10/wards)}, kpi.Label{Name: "ward", Value: ward(i)}),
						Value: float64(n.IntN(100)), AsOf: at.Add(-time.Duration(n.IntN(48)) * time.Hour), Withheld: n.IntN(50) == 0,
					})
				}
			}
		}
		return all
	}
	r := snapshot.Record{Collector: n.names[collector], Fingerprint: n.names[collector], At: n.at, Samples: samples(n.at)}
	if n.IntN(5) > 0 {
		year := plan.Reference{At: plan.YearEarlier}
		r.Past = []snapshot.Past{{Reference: year, At: n.at, Samples: samples(n.at.AddDate(-1, 0, 0))}}
	}
	return r
}

func (n *network) replace(collector, wards int) {
	n.store.Replace(n.record(collector, wards), n.descriptions[collector])
}

// drop leaves a collector without figures, as a reload does that does not have it.
func (n *network) drop(collector int) {
	n.store.Configure(&snapshot.Info{}, func(r snapshot.Record) (snapshot.Description, bool) {
		for i, name := range n.names {
			if name == r.Collector {
				return n.descriptions[i], i != collector
			}
		}
		return snapshot.Description{}, false
	})
}

// text is the metrics in blocks as text, but for those without.
func text(t *testing.T, blocks []*snapshot.GaugeBlock, without string) string {
	t.Helper()
	families := slices.DeleteFunc(snapshot.NewGauges(blocks...).Families(), func(f *dto.MetricFamily) bool { return f.GetName() == without })
	var b strings.Builder
	if err := snapshot.Encode(&b, families, snapshot.Text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// After each change of some collectors, what was assessed anew and what was kept are
// together what assessing all gives.
func TestAssessedAgreesWithAssessingAll(t *testing.T) {
	differ := 0
	for seed := range uint64(10) {
		n := newNetwork(t, seed, 5)
		n.across = true
		for i := range n.names {
			n.addTargets(i, 55+n.IntN(20))
			n.replace(i, 1+n.IntN(8))
		}
		assessor := plan.NewAssessor(n.targets, n.catalogue, time.UTC)
		known := foresight{known: true}
		kept := assessed{}.next(assessor, n.store.Current(), known, n.at, time.UTC, clock.Clock{})
		for step := range 20 {
			for range n.IntN(3) {
				if collector := n.IntN(5); n.IntN(10) == 0 {
					n.drop(collector)
				} else {
					n.replace(collector, 1+n.IntN(8))
				}
			}
			if n.IntN(10) == 0 {
				known.known = !known.known
			}
			former := kept.targets
			kept = kept.next(assessor, n.store.Current(), known, n.at, time.UTC, clock.Clock{})
			all := assessed{}.next(assessor, n.store.Current(), known, n.at, time.UTC, clock.Clock{})
			if text(t, kept.blocks, naming.PlanRank) != text(t, all.blocks, naming.PlanRank) {
				t.Fatalf("seed %d, step %d: the metrics differ from those of assessing all", seed, step)
			}
			// As once a minute.
			minute := assessed{blocks: kept.blocks}.next(assessor, n.store.Current(), known, n.at, time.UTC, clock.Clock{})
			if text(t, minute.blocks, "") != text(t, all.blocks, "") {
				t.Fatalf("seed %d, step %d: the metrics differ once all are assessed", seed, step)
			}
			if !reflect.DeepEqual(kept.targets, all.targets) {
				for i := range all.targets {
					if !reflect.DeepEqual(kept.targets[i], all.targets[i]) {
						t.Fatalf("seed %d, step %d: %s is\n%+v, want\n%+v", seed, step, all.targets[i].Target.ID, kept.targets[i], all.targets[i])
					}
				}
			}
			if !reflect.DeepEqual(kept.targets, former) {
				differ++
			}
		}
	}
	if differ < 50 {
		t.Errorf("only %d changes changed an assessment", differ)
	}
}

// One of twenty collectors changes its hundred wards, of which fifty have targets. What
// it costs until it is in the answer to a scrape is compared between a rest of a thousand
// targets and one ten times as large.
func BenchmarkChange(b *testing.B) {
	grown := func(wards, targets int) func() float64 {
		n := newNetwork(b, 1, 20)
		for i := range 19 {
			n.addTargets(i, targets)
			n.replace(i, wards)
		}
		n.addTargets(19, 50)
		n.replace(19, 100)
		assessor := plan.NewAssessor(n.targets, n.catalogue, time.UTC)
		known := foresight{known: true}
		var kept assessed
		show := func() {
			kept = kept.next(assessor, n.store.Current(), known, n.at, time.UTC, clock.Clock{})
			n.store.ReplaceGauges(snapshot.NewGauges(kept.blocks...))
			n.store.Answer(snapshot.OpenMetrics, snapshot.Gzip)
		}
		show()
		return func() float64 {
			r := n.record(19, 100)
			before := cputest.Used(b)
			n.store.Replace(r, n.descriptions[19])
			show()
			return float64(cputest.Used(b)-before) / float64(time.Millisecond)
		}
	}
	small, large := grown(100, 50), grown(1000, 500)
	var ofSmall, ofLarge, ratios []float64
	for b.Loop() {
		s, l := small(), large()
		ofSmall, ofLarge, ratios = append(ofSmall, s), append(ofLarge, l), append(ratios, l/s)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(cputest.Median(ofSmall), "cpu-ms/change-of-10000-series")
	b.ReportMetric(cputest.Median(ofLarge), "cpu-ms/change-of-100000-series")
	b.ReportMetric(cputest.Median(ratios), "x-small")
}
