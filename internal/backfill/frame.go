package backfill

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/blocks"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/plan"
)

// frame is what planwatch shows from one moment until the next.
type frame struct {
	from, until time.Time
	runs        []asof.Run
	// past is what targets refer to.
	past plan.Past
}

// collect collects the figures of one of the moments. A source that does not
// answer is an error.
func collect(ctx context.Context, c *asof.Collectors, m moments, moment time.Time) (frame, error) {
	f := frame{from: moment, until: earlier(m.after(moment), m.end.Add(time.Millisecond)), runs: c.Runs(ctx, moment)}
	var failed map[string]error
	f.past, failed = c.Past(ctx, moment)
	if err := f.unavailable(failed); err != nil {
		return frame{}, fmt.Errorf("as of %s: %w", moment.Format(time.RFC3339), err)
	}
	return f, nil
}

// failed are the errors of the collectors that failed.
func (f frame) failed() map[string]error {
	errs := map[string]error{}
	for _, run := range f.runs {
		if run.Err != nil {
			errs[run.Definition.Collector] = run.Err
		}
	}
	return errs
}

// unavailable is the error of a source that does not answer, or nil. past are those
// of what targets refer to.
func (f frame) unavailable(past map[string]error) error {
	for _, run := range f.runs {
		for _, err := range []error{run.Err, past[run.Definition.Collector]} {
			if errors.Is(err, warehouse.ErrUnavailable) {
				return err
			}
		}
	}
	return nil
}

// adding adds what a region shows to values.
type adding struct {
	region *config.Region
	clock  clock.Clock
	// info are the KPIs' titles, and the events.
	info []*dto.MetricFamily
	// targets are those whose figures are collected.
	targets []plan.Target
	fill    time.Duration
	// hold leaves figures until the next moment that are to be withdrawn before.
	hold bool
	// next are the figures of the next moment, where a figure that has one there holds
	// until then; nil where none does.
	next map[string]bool
}

func newAdding(region *config.Region, c clock.Clock, collected []string, f Flags) *adding {
	a := &adding{region: region, clock: c, fill: time.Duration(f.Fill), hold: f.Hold, info: info(region, f.Collectors, c)}
	for _, t := range region.Plan.Targets {
		if a.restsOn(t, func(collector string) bool { return slices.Contains(collected, collector) }) {
			a.targets = append(a.targets, t)
		}
	}
	return a
}

// info are the titles of the KPIs of the named collectors, or of all where none is
// named, and the events that changed their figures.
func info(region *config.Region, named []string, c clock.Clock) []*dto.MetricFamily {
	entries, events := region.KPIs.Entries(), region.CollectorNames()
	if len(named) > 0 {
		entries = slices.DeleteFunc(slices.Clone(entries), func(e kpi.Entry) bool { return !slices.Contains(named, e.Collector) })
		events = slices.DeleteFunc(events, func(collector string) bool { return !slices.Contains(named, collector) })
	}
	return append(snapshot.NewInfo(kpi.NewCatalogue(entries), region.Languages).Families(),
		snapshot.NewGauges(snapshot.NewGaugeBlock(snapshot.EventGauges(region.Events, events, region.Languages, region.Location, c), nil)).Families()...)
}

// restsOn reports whether all collectors that an assessment of the target rests on
// are as asked.
func (a *adding) restsOn(t plan.Target, are func(collector string) bool) bool {
	names := []string{t.KPI}
	if t.ValueFrom != nil && t.ValueFrom.KPI != "" {
		names = append(names, t.ValueFrom.KPI)
	}
	for _, name := range names {
		if entry, ok := a.region.KPIs.Get(name); !ok || !are(entry.Collector) {
			return false
		}
	}
	return true
}

// add adds a frame to values.
func (a *adding) add(v *blocks.Values, f frame) error {
	if err := a.families(v, a.info, f.from, f.until); err != nil {
		return err
	}
	for _, run := range f.runs {
		for _, k := range run.Definition.KPIs {
			if err := a.figures(v, k, run, f); err != nil {
				return err
			}
		}
	}
	return a.assessments(v, f)
}

// figures adds the samples of one KPI, each until it is withdrawn.
func (a *adding) figures(v *blocks.Values, k kpi.KPI, run asof.Run, f frame) error {
	var samples []kpi.Sample
	for _, s := range run.Samples {
		if s.KPI == k.Name && !s.Withheld {
			samples = append(samples, s)
		}
	}
	families := snapshot.Families([]kpi.KPI{k}, samples, a.region.Languages.English())
	if len(families) == 0 {
		return nil
	}
	for i, metric := range families[0].GetMetric() {
		until := earlier(f.until, a.withdrawn(samples[i], run, f))
		if err := a.metric(v, families[0], metric, f.from, until); err != nil {
			return err
		}
	}
	return nil
}

// withdrawn is the first moment at which a sample of a frame is not shown any more.
func (a *adding) withdrawn(s kpi.Sample, run asof.Run, f frame) time.Time {
	end := s.Current().Add(time.Duration(run.Definition.MaxAge)).Add(time.Millisecond)
	if a.hold || end.Before(f.until) && a.next[seriesOf(s)] {
		return f.until
	}
	return end
}

// series are the figures that a frame begins with.
func (a *adding) series(f frame) map[string]bool {
	all := map[string]bool{}
	for _, run := range f.runs {
		for _, s := range run.Samples {
			if a.withdrawn(s, run, f).After(f.from) {
				all[seriesOf(s)] = true
			}
		}
	}
	return all
}

// seriesOf is a text that two samples share only if they are of one series.
func seriesOf(s kpi.Sample) string { return s.KPI + "\xff" + s.Labels.Key() }

// assessments adds the plan's metrics.
func (a *adding) assessments(v *blocks.Values, f frame) error {
	for s := range a.standings(f) {
		families := snapshot.NewGauges(snapshot.NewGaugeBlock(snapshot.PlanGauges(s.Targets, a.clock), nil)).Families()
		if err := a.families(v, families, s.From, s.Until); err != nil {
			return err
		}
	}
	return nil
}

// standings are how the figures stand to the plan: assessed at the frame's moment,
// and again after a figure has been withdrawn, at the next moment that has a sample.
// Targets of collectors that failed have a gap as well.
func (a *adding) standings(f frame) iter.Seq[Standing] {
	return func(yield func(Standing) bool) {
		failed := f.failed()
		targets := a.targets
		if len(failed) > 0 {
			targets = slices.DeleteFunc(slices.Clone(targets), func(t plan.Target) bool {
				return !a.restsOn(t, func(collector string) bool { return failed[collector] == nil })
			})
		}
		if len(targets) == 0 {
			return
		}
		for from := f.from; from.Before(f.until); {
			until := f.until
			var shown []kpi.Sample
			for _, run := range f.runs {
				for _, s := range run.Samples {
					end := a.withdrawn(s, run, f)
					if !end.After(from) {
						continue
					}
					shown = append(shown, s)
					// Where the frame's samples are.
					until = earlier(until, f.from.Add(roundUp(end.Sub(f.from), a.fill)))
				}
			}
			assessed := plan.Assess(targets, a.region.KPIs, shown, f.past, from, a.region.Location)
			if !yield(Standing{From: from, Until: until, Targets: assessed}) {
				return
			}
			from = until
		}
	}
}

// families adds what holds from one moment until another.
func (a *adding) families(v *blocks.Values, families []*dto.MetricFamily, from, until time.Time) error {
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if err := a.metric(v, family, metric, from, until); err != nil {
				return err
			}
		}
	}
	return nil
}

// metric adds the series of one metric.
func (a *adding) metric(v *blocks.Values, family *dto.MetricFamily, metric *dto.Metric, from, until time.Time) error {
	f := blocks.Family{Name: family.GetName(), Help: family.GetHelp(), Kind: blocks.Gauge}
	labels := make(kpi.Labels, len(metric.GetLabel()))
	for i, l := range metric.GetLabel() {
		labels[i] = kpi.Label{Name: l.GetName(), Value: l.GetValue()}
	}
	within := blocks.Range{From: a.clock.Wall(from).UnixMilli(), Until: a.clock.Wall(until).UnixMilli()}
	h := metric.GetHistogram()
	if h == nil {
		return v.Add(f, "", labels, blocks.Span{Range: within, Value: metric.GetGauge().GetValue()})
	}
	f.Kind = blocks.Histogram
	add := func(suffix string, labels kpi.Labels, value float64) error {
		return v.Add(f, suffix, labels, blocks.Span{Range: within, Value: value})
	}
	for _, bucket := range h.GetBucket() {
		if err := add(naming.SuffixBucket, bounded(labels, bucket.GetUpperBound()), float64(bucket.GetCumulativeCount())); err != nil {
			return err
		}
	}
	return errors.Join(
		add(naming.SuffixBucket, bounded(labels, math.Inf(1)), float64(h.GetSampleCount())),
		add(naming.SuffixSum, labels, h.GetSampleSum()),
		add(naming.SuffixCount, labels, float64(h.GetSampleCount())))
}

// bounded are the labels of a histogram's bucket.
func bounded(labels kpi.Labels, bound float64) kpi.Labels {
	return append(slices.Clip(labels), kpi.Label{Name: naming.LabelBucket, Value: blocks.Bound(bound)})
}

// roundUp is the first multiple of m that is not less than d.
func roundUp(d, m time.Duration) time.Duration {
	if rest := d % m; rest > 0 {
		return d + m - rest
	}
	return d
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
