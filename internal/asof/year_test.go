//go:build gms_pure_go

package asof_test

import (
	"fmt"
	"log/slog"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/attacktest"
	"planwatch/internal/builtintest"
	past "planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// place is a cell: a KPI at its labels.
type place struct{ kpi, key string }

// reading is what one moment gives, by cell.
type reading map[place]kpi.Sample

// history is what is published, and what is true, at many moments.
type history struct {
	region      *config.Region
	definitions []*collectors.Definition
	// days are the moments at which somebody looks.
	days []time.Time
	// moments are the days, and the ends of all periods of release.
	moments []time.Time
	// ends are the last seconds of a collector's periods of release: what adds up
	// is published once a period.
	ends map[string][]time.Time

	published, truth map[time.Time]reading
}

// A reader who looks every morning of a year, and of the first months of the
// next, never learns what is withheld: not from one morning, not from the
// difference of two.
func TestNothingIsLearnedInAYear(t *testing.T) {
	// It answers a year's questions in the time that the embedded engine takes for a
	// week's.
	dir := builtintest.OverMariaDB(t)
	h := &history{region: loaded(t, dir), ends: map[string][]time.Time{}}
	h.definitions = guarded(h.region)
	var names []string
	for _, d := range h.definitions {
		names = append(names, d.Collector)
	}
	location := h.region.Location
	last := time.Date(2025, 3, 18, 8, 0, 0, 0, location)
	// The mornings are those of the history that is kept.
	for day := time.Date(2024, 1, 1, 6, 0, 0, 0, location); !day.After(last); day = day.AddDate(0, 0, stride) {
		h.days = append(h.days, day)
	}
	h.moments = slices.Clone(h.days)
	for _, d := range h.definitions {
		h.ends[d.Collector] = ends(d.Release, h.days[0].AddDate(-1, 0, 0), last)
		for _, end := range h.ends[d.Collector] {
			if end.After(h.days[0].AddDate(0, 0, -2)) {
				h.moments = append(h.moments, end, end.Add(time.Second))
			}
		}
	}
	slices.SortFunc(h.moments, time.Time.Compare)
	h.moments = slices.CompactFunc(h.moments, time.Time.Equal)
	h.published = kept(t, h, readings(t, opened(t, dir, names), h.moments))
	h.truth = readings(t, opened(t, unprotected(t, dir, h.region), names), h.moments)

	t.Run("tables", h.testTables)
	t.Run("differences", h.testDifferences)
	t.Run("releases", h.testReleases)
	t.Run("growth", h.testGrowth)
	t.Run("followers", h.testFollowers)
	t.Run("assessments", h.testAssessments)
	t.Run("outputs", h.testOutputs)
	t.Run("order", func(t *testing.T) {
		again := opened(t, dir, names)
		for i := len(h.moments) - 1; i >= 0; i -= 37 {
			for p, s := range read(t, again, h.moments[i]) {
				if before := h.published[h.moments[i]][p]; !reflect.DeepEqual(s, before) {
					t.Errorf("%s: %s{%s} is %v when it is asked for in another order, and was %v", h.moments[i].Format(time.DateTime), s.KPI, s.Labels, s, before)
				}
			}
		}
	})
}

// kept is what is published, with the mornings as a reader of the history finds
// them: the past is part of what is published.
func kept(t *testing.T, h *history, published map[time.Time]reading) map[time.Time]reading {
	t.Helper()
	store, err := past.Open(t.Context(), t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, d := range h.definitions {
		if d.Revised() {
			t.Errorf("%s: what is kept would follow the warehouse, and tell of the few who were added", d.Collector)
		}
		key := past.Key{Collector: d.Collector, Fingerprint: h.region.Fingerprint(d)}
		for _, day := range h.days {
			r := past.Reading{Key: key, At: day, Read: day, Samples: published[day].of(d.KPIs)}
			if _, err := store.Put(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		figures, err := store.Figures(t.Context(), key, h.days)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range h.days {
			for _, f := range figures[day.UTC()] {
				p := place{f.KPI, f.Labels.Key()}
				before, ok := published[day][p]
				if f.AsOf = f.AsOf.In(before.AsOf.Location()); !f.Held.IsZero() {
					f.Held = f.Held.In(before.Held.Location())
				}
				if !ok || !reflect.DeepEqual(before, f.Sample) {
					t.Errorf("%s: %s{%s} is kept as %v, and was published as %v", day.Format(time.DateTime), f.KPI, f.Labels, f.Sample, before)
				}
				published[day][p] = f.Sample
			}
			if got, want := len(figures[day.UTC()]), len(published[day].of(d.KPIs)); got != want {
				t.Errorf("%s: %s: %d figures are kept of %d", day.Format(time.DateTime), d.Collector, got, want)
			}
		}
	}
	return published
}

// ends are the last seconds of the periods, from a day to the last. A period
// ends with its year at the latest.
func ends(release collectors.Release, from, last time.Time) []time.Time {
	var all []time.Time
	for day := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, from.Location()); ; day = day.AddDate(0, 0, 1) {
		next := day.AddDate(0, 0, 1)
		end := next.Add(-time.Second)
		if end.After(last) {
			return all
		}
		if release == collectors.Daily || release == collectors.Weekly && next.Weekday() == time.Monday ||
			release == collectors.Monthly && next.Day() == 1 || next.YearDay() == 1 {
			all = append(all, end)
		}
	}
}

// period is the number of the period of release that a moment lies in.
func (h *history) period(d *collectors.Definition, moment time.Time) int {
	i, _ := slices.BinarySearchFunc(h.ends[d.Collector], moment.Truncate(time.Second), time.Time.Compare)
	return i
}

// readings are what the collectors give at the moments.
func readings(t *testing.T, c *asof.Collectors, moments []time.Time) map[time.Time]reading {
	t.Helper()
	all := map[time.Time]reading{}
	began := time.Now()
	var lock sync.Mutex
	var group sync.WaitGroup
	next := make(chan time.Time)
	for range 4 {
		group.Go(func() {
			for moment := range next {
				r := read(t, c, moment)
				lock.Lock()
				all[moment] = r
				lock.Unlock()
			}
		})
	}
	for _, moment := range moments {
		next <- moment
	}
	close(next)
	group.Wait()
	t.Logf("%d moments were read in %v", len(moments), time.Since(began).Round(time.Second))
	if t.Failed() {
		t.FailNow()
	}
	return all
}

func read(t *testing.T, c *asof.Collectors, moment time.Time) reading {
	t.Helper()
	result := c.Collect(t.Context(), moment)
	for _, failure := range result.Failures {
		t.Errorf("%s: %v", moment.Format(time.DateTime), failure)
	}
	r := reading{}
	for _, s := range result.Samples {
		r[place{s.KPI, s.Labels.Key()}] = s
	}
	return r
}

// accumulates tells whether the figures of a KPI add up over time.
func accumulates(d *collectors.Definition, k kpi.KPI) bool { return span(d, k) != "" }

// span is what the figures of a KPI add up over, or of a ratio's parts.
func span(d *collectors.Definition, k kpi.KPI) string {
	for _, part := range d.KPIs {
		if k.Ratio != nil && part.Name == k.Ratio.Of {
			return part.Span()
		}
	}
	return k.Span()
}

// kpis are those of the definition for which is gives true.
func kpis(d *collectors.Definition, is func(kpi.KPI) bool) []kpi.KPI {
	return slices.DeleteFunc(slices.Clone(d.KPIs), func(k kpi.KPI) bool { return !is(k) })
}

// of are the samples of those KPIs, in order.
func (r reading) of(kpis []kpi.KPI) []kpi.Sample {
	var all []kpi.Sample
	for p, s := range r {
		if slices.ContainsFunc(kpis, func(k kpi.KPI) bool { return k.Name == p.kpi }) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b kpi.Sample) int {
		if a.KPI != b.KPI {
			return strings.Compare(a.KPI, b.KPI)
		}
		return a.Labels.Compare(b.Labels)
	})
	return all
}

// once reports each sentence at the first moment that it holds for.
type once map[string]bool

func (o once) errorf(t *testing.T, moment time.Time, format string, args ...any) {
	t.Helper()
	if sentence := fmt.Sprintf(format, args...); !o[sentence] {
		o[sentence] = true
		t.Errorf("%s: %s", moment.Format(time.DateTime), sentence)
	}
}

// Figures that do not accumulate, each morning.
func (h *history) testTables(t *testing.T) {
	for _, d := range h.definitions {
		t.Run(d.Collector, func(t *testing.T) {
			t.Parallel()
			plain := kpis(d, func(k kpi.KPI) bool { return !accumulates(d, k) })
			said, before := once{}, ""
			tables, withheld := 0, 0
			for _, day := range h.days {
				table := attacktest.Table{KPIs: plain, Truth: h.truth[day].of(plain), Published: h.published[day].of(plain)}
				content := ""
				for _, s := range slices.Concat(table.Truth, table.Published) {
					content += fmt.Sprint(s.KPI, s.Labels, s.Value, s.Histogram, s.Withheld, "\n")
				}
				if content == before {
					continue // as the day before
				}
				before = content
				tables++
				for _, s := range table.Published {
					if s.Withheld {
						withheld++
					}
				}
				breaches, err := table.Breaches()
				if err != nil {
					said.errorf(t, day, "%v", err)
				}
				for _, b := range breaches {
					said.errorf(t, day, "%s", b)
				}
			}
			t.Logf("%d tables, %d figures withheld", tables, withheld)
		})
	}
}

// span names the period that a figure adds up over.
func (h *history) span(k kpi.KPI, s kpi.Sample) string {
	if k.Accumulates == kpi.Year {
		return fmt.Sprint(s.AsOf.In(h.region.Location).Year())
	}
	return k.Span()
}

// shown is a figure that was published.
type shown struct {
	value float64
	asOf  time.Time
	day   time.Time
}

// Two figures of a count or a rest that were published in a period never differ
// by few, and neither is itself about few.
func (h *history) testDifferences(t *testing.T) {
	type series struct{ name, span string }
	all, least := map[series][]shown{}, map[series]float64{}
	note := func(name, span string, n int, value float64, asOf, day time.Time) {
		key := series{name, span}
		if all[key] == nil {
			// What adds up begins with nothing.
			all[key] = []shown{{0, time.Time{}, time.Time{}}}
		}
		least[key] = float64(n)
		if !slices.ContainsFunc(all[key], func(s shown) bool { return s.value == value }) {
			all[key] = append(all[key], shown{value, asOf, day})
		}
	}
	for _, day := range h.moments {
		r := h.published[day]
		for _, d := range h.definitions {
			for _, k := range kpis(d, func(k kpi.KPI) bool { return k.Smallest > 0 && accumulates(d, k) }) {
				for _, s := range r.of([]kpi.KPI{k}) {
					if s.Withheld {
						continue
					}
					note(fmt.Sprintf("%s{%s}", k.Name, s.Labels), h.span(k, s), k.Smallest, s.Value, s.AsOf, day)
					whole, ok := r[place{k.PartOf, s.Labels.Key()}]
					if ok && !whole.Withheld && whole.AsOf.Equal(s.AsOf) {
						note(fmt.Sprintf("%s without %s {%s}", k.PartOf, k.Name, s.Labels), h.span(k, s), k.Smallest, whole.Value-s.Value, s.AsOf, day)
					}
				}
			}
		}
	}
	for key, figures := range all {
		for i, a := range figures {
			for _, b := range figures[:i] {
				if difference := math.Abs(a.value - b.value); difference > 0 && difference < least[key] {
					t.Errorf("%s in %s: %v as of %s, seen at %s, and %v as of %s, seen at %s, differ by %v", key.name, key.span,
						b.value, b.asOf.Format(time.DateTime), b.day.Format(time.DateTime), a.value, a.asOf.Format(time.DateTime), a.day.Format(time.DateTime), difference)
				}
			}
		}
	}
	if len(all) < 20 {
		t.Errorf("%d series were looked at", len(all))
	}
}

// A figure that accumulates was true at its as-of, never grows older, and is
// published once a period at most, so that no two publications tell what lies
// between two days.
func (h *history) testReleases(t *testing.T) {
	type moment struct {
		place
		asOf int64
	}
	// Last year's figures may grow while this year's bookings stand still: at the
	// end of a month they are of the whole month.
	truth := map[moment][]float64{}
	for _, m := range h.moments {
		for p, s := range h.truth[m] {
			at := moment{p, s.AsOf.Unix()}
			truth[at] = append(truth[at], s.Value)
		}
	}
	type period struct {
		place
		number int
	}
	seen, latest := map[period]kpi.Sample{}, map[place]kpi.Sample{}
	said := once{}
	held, current, withheld := 0, 0, 0
	for _, day := range h.moments {
		for _, d := range h.definitions {
			for _, k := range kpis(d, func(k kpi.KPI) bool { return accumulates(d, k) && k.People != kpi.NotAboutPeople }) {
				for _, s := range h.published[day].of([]kpi.KPI{k}) {
					p := place{k.Name, s.Labels.Key()}
					switch {
					case s.Withheld:
						withheld++
						continue
					case s.Held.IsZero():
						current++
					default:
						held++
					}
					asOf := s.AsOf.Format(time.DateTime)
					if was, ok := truth[moment{p, s.AsOf.Unix()}]; ok && !slices.Contains(was, s.Value) || !ok && s.AsOf.After(h.days[40]) {
						said.errorf(t, day, "%s{%s} is %v as of %s, when it was %v", k.Name, s.Labels, s.Value, asOf, was)
					}
					if before := latest[p]; before.AsOf.After(s.AsOf) {
						said.errorf(t, day, "%s{%s} is as of %s, after it was as of %s", k.Name, s.Labels, asOf, before.AsOf.Format(time.DateTime))
					}
					latest[p] = s
					if s.Value == 0 && k.Ratio == nil {
						continue // nobody yet
					}
					in := period{p, h.period(d, s.AsOf)}
					if other, ok := seen[in]; ok && (other.Value != s.Value || !other.AsOf.Equal(s.AsOf)) {
						said.errorf(t, day, "%s{%s} is %v as of %s, and was published of the same period as %v as of %s", k.Name, s.Labels, s.Value, asOf, other.Value, other.AsOf.Format(time.DateTime))
					}
					seen[in] = s
				}
			}
		}
	}
	t.Logf("%d figures held, %d current, %d withheld", held, current, withheld)
	if held == 0 || current == 0 {
		t.Error("nothing to try")
	}
}

// The growth of all label sets from publication to publication is a table of its
// own: those that are held have grown by what is not known.
func (h *history) testGrowth(t *testing.T) {
	for _, d := range h.definitions {
		spans := map[string][]kpi.KPI{}
		for _, k := range d.KPIs {
			if k.Smallest > 0 && accumulates(d, k) {
				spans[k.Span()] = append(spans[k.Span()], k)
			}
		}
		for _, span := range slices.Sorted(maps.Keys(spans)) {
			t.Run(d.Collector+" "+span, func(t *testing.T) {
				t.Parallel()
				h.growth(t, d, spans[span])
			})
		}
	}
}

// publication is what is published of a cell, and what was before it in the
// same span.
type publication struct {
	kpi.Sample
	before float64
}

func (h *history) growth(t *testing.T, d *collectors.Definition, counts []kpi.KPI) {
	t.Helper()
	state := map[place]publication{}
	said := once{}
	tables, shrunk := 0, 0
	for i, day := range h.moments {
		newest, changed := -1, false
		var span string
		for _, k := range counts {
			for _, s := range h.published[day].of([]kpi.KPI{k}) {
				p := place{k.Name, s.Labels.Key()}
				if s.Withheld {
					continue
				}
				was, ok := state[p]
				if !ok || !was.AsOf.Equal(s.AsOf) {
					changed = true
					next := publication{Sample: s}
					if ok && h.span(k, was.Sample) == h.span(k, s) {
						next.before = was.Value
					}
					state[p] = next
				}
				if n := h.period(d, s.AsOf); n > newest {
					newest, span = n, h.span(k, s)
				}
			}
		}
		if !changed || newest < 0 {
			continue
		}
		released := func(k kpi.KPI, p place) bool {
			s, ok := state[p]
			shown, now := h.published[day][p]
			return ok && now && !shown.Withheld && h.period(d, s.AsOf) == newest && h.span(k, s.Sample) == span
		}
		// then is a moment at which what is released was the truth.
		then := -1
		for m := i; m >= 0 && then < 0; m-- {
			agrees := true
			for _, k := range counts {
				for p, s := range h.truth[h.moments[m]] {
					agrees = agrees && (p.kpi != k.Name || !released(k, p) || s.Value == state[p].Value)
				}
			}
			if agrees {
				then = m
			}
		}
		if then < 0 {
			continue // before the first of the moments
		}
		table := attacktest.Table{KPIs: counts}
		for _, k := range counts {
			for _, truth := range h.truth[h.moments[then]].of([]kpi.KPI{k}) {
				p := place{k.Name, truth.Labels.Key()}
				if h.span(k, truth) != span {
					continue
				}
				growth := kpi.Sample{KPI: k.Name, Labels: truth.Labels, Value: truth.Value}
				was, ok := state[p]
				switch {
				case released(k, p):
					growth.Value -= was.before
				case ok && h.span(k, was.Sample) == span:
					growth.Value -= was.Value
				}
				if growth.Value < 0 {
					shrunk++
					continue
				}
				table.Truth = append(table.Truth, growth)
				if !released(k, p) {
					growth.Value, growth.Withheld = 0, true
				}
				table.Published = append(table.Published, growth)
			}
		}
		tables++
		breaches, err := table.Breaches()
		if err != nil {
			said.errorf(t, day, "%v", err)
		}
		for _, b := range breaches {
			said.errorf(t, day, "growth: %s", b)
		}
	}
	t.Logf("%d tables; figures that shrank: %d", tables, shrunk)
}

// Money, and all else about the people of a count, is withheld with the count,
// and as old as the count where both accumulate.
func (h *history) testFollowers(t *testing.T) {
	said := once{}
	for _, day := range h.moments {
		for _, d := range h.definitions {
			// By what is published alone: what is held is not what is true.
			var published []kpi.Sample
			for _, s := range h.published[day].of(d.KPIs) {
				published = append(published, kpi.Sample{KPI: s.KPI, Labels: s.Labels, Withheld: s.Withheld})
			}
			truth := slices.Clone(published)
			for i := range truth {
				truth[i].Withheld = false
			}
			found, err := attacktest.Table{KPIs: d.KPIs, Truth: truth, Published: published}.Followers()
			if err != nil {
				t.Fatal(err)
			}
			for _, sentence := range found {
				said.errorf(t, day, "%s", sentence)
			}
			for _, k := range kpis(d, func(k kpi.KPI) bool { return accumulates(d, k) && k.People != kpi.NotAboutPeople }) {
				for _, s := range h.published[day].of([]kpi.KPI{k}) {
					for _, other := range kpis(d, func(o kpi.KPI) bool {
						return o.Smallest > 0 && o.Span() != "" && o.Span() == span(d, k) && o.People == group(d, k)
					}) {
						count, ok := h.published[day][place{other.Name, s.Labels.Key()}]
						if ok && !s.Withheld && !count.Withheld && !s.AsOf.Equal(count.AsOf) {
							said.errorf(t, day, "%s{%s} is as of %s, and %s as of %s", k.Name, s.Labels, s.AsOf.Format(time.DateTime), other.Name, count.AsOf.Format(time.DateTime))
						}
					}
				}
			}
		}
	}
}

// No comparison with a target rests on a figure that is withheld, of now or of the
// past: what a target is held against is made of what was published then, which the
// reader has seen, and she has nothing more to compute with.
func (h *history) testAssessments(t *testing.T) {
	said := once{}
	held, unknown := 0, 0
	for _, day := range h.days {
		var samples []kpi.Sample
		for _, d := range h.definitions {
			samples = append(samples, h.published[day].of(d.KPIs)...)
		}
		past, then := plan.Past{}, map[plan.Reference][]kpi.Sample{}
		for _, at := range plan.Shifts {
			r := plan.Reference{At: at}
			published, ok := h.published[r.Moment(day, h.region.Location)]
			if !ok {
				continue // before the first of the days
			}
			for _, d := range h.definitions {
				then[r] = append(then[r], published.of(d.KPIs)...)
			}
			past[r] = plan.NewSamples(then[r])
		}
		for _, a := range plan.Assess(h.region.Plan.Targets, h.region.KPIs, samples, past, day, h.region.Location) {
			rests := func(known *float64, on []kpi.Sample, what string) {
				for _, s := range on {
					if known != nil && s.Withheld && slices.Contains(parts(*a.KPI), s.KPI) && within(s.Labels, a.Target.Where) {
						said.errorf(t, day, "target %s has %s, though %s{%s} is withheld", a.Target.ID, what, s.KPI, s.Labels)
					}
				}
			}
			rests(a.Actual, samples, "a figure")
			r, ok := a.Target.Reference()
			if !ok {
				continue
			}
			if rests(a.Expected, then[r], "an expected value"); a.Expected != nil {
				held++
			}
			if a.Expected == nil && a.Reason == plan.Withheld {
				unknown++
			}
		}
	}
	t.Logf("%d comparisons with the past, and %d with what is withheld", held, unknown)
	if held == 0 || unknown == 0 {
		t.Error("nothing to try")
	}
}

// parts are the names of the KPIs that a KPI's samples are of.
func parts(k kpi.KPI) []string {
	if k.Ratio != nil {
		return []string{k.Ratio.Of, k.Ratio.To}
	}
	return []string{k.Name}
}

// within tells whether the labels have those values.
func within(labels kpi.Labels, where map[string]string) bool {
	for name, value := range where {
		if labels.Get(name) != value {
			return false
		}
	}
	return true
}

// group is the group of people that a KPI is about; a ratio is about that of its
// parts.
func group(d *collectors.Definition, k kpi.KPI) string {
	if k.Ratio != nil {
		k = d.KPIs[slices.IndexFunc(d.KPIs, func(o kpi.KPI) bool { return o.Name == k.Ratio.Of })]
	}
	return k.People
}
