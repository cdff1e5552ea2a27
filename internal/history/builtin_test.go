package history_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/builtintest"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/logtest"
)

// TestBuiltinHistory reads the past of the built-in region, and shows that at random
// moments every figure is kept as collecting as of then gives it.
func TestBuiltinHistory(t *testing.T) {
	for key, value := range map[string]string{
		"PLANWATCH_CLOCK": "2025-03-18T08:00:00+01:00", "PLANWATCH_HISTORY_PAUSE": "0s", "PLANWATCH_HISTORY_MONTHS": "1", "PLANWATCH_HISTORY_YEARS": "2",
	} {
		t.Setenv(key, value)
	}
	region, err := config.Load(builtintest.OverMariaDB(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	var log logtest.Log
	logger := slog.New(slog.NewTextHandler(&log, nil))
	sources, err := region.OpenSources(t.Context(), logger)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sources.Close() }()
	f := filling{store: open(t, t.TempDir()), log: &log}
	var subjects []history.Subject
	for _, d := range region.Collectors {
		subjects = append(subjects, history.Subject{
			Definition: d, Key: history.Key{Collector: d.Collector, Fingerprint: region.Fingerprint(d)}, Ask: d.Asking(sources[d.Source]),
		})
	}
	f.Filler = history.NewFiller(t.Context(), subjects, region.History, f.store, nil, region.NewClock(), logger)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { f.Run(ctx) })
	defer all.Wait()
	defer cancel()
	if p := f.until(t, whole); p.Failed > 0 {
		t.Errorf("%+v; log: %s", p, log.String())
	}

	collected, err := asof.Open(t.Context(), region, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = collected.Close() }()
	r := rand.New(rand.NewPCG(10, 2025))
	compared := 0
	for range 20 {
		s := subjects[r.IntN(len(subjects))]
		moments := momentsOf(t, f.store, s.Key)
		at := moments[r.IntN(len(moments))]
		for _, run := range collected.Runs(t.Context(), at) {
			key := history.Key{Collector: run.Definition.Collector, Fingerprint: region.Fingerprint(run.Definition)}
			if run.Err != nil || !slices.ContainsFunc(momentsOf(t, f.store, key), at.Equal) {
				continue // before the warehouse's first row, or not a moment of its history
			}
			figures, err := f.store.Figures(t.Context(), key, []time.Time{at})
			if err != nil {
				t.Fatal(err)
			}
			var kept []kpi.Sample
			for _, figure := range figures[at] {
				kept = append(kept, figure.Sample)
			}
			compared += len(kept)
			if diff := cmp.Diff(run.Samples, kept, byKPI); diff != "" {
				t.Errorf("%s as of %s (-collected +kept):\n%s", key.Collector, at, diff)
			}
		}
	}
	if compared < 5000 {
		t.Errorf("only %d figures were compared", compared)
	}
}

// byKPI compares samples in any order, and moments in any zone.
var byKPI = cmp.Options{
	cmp.Transformer("sorted", func(samples []kpi.Sample) map[string]kpi.Sample {
		all := map[string]kpi.Sample{}
		for _, s := range samples {
			all[s.KPI+"{"+s.Labels.String()+"}"] = s
		}
		return all
	}),
	cmp.Comparer(time.Time.Equal),
}

// momentsOf are those that the collector was read for, the oldest first.
func momentsOf(t *testing.T, s *history.Store, key history.Key) []time.Time {
	t.Helper()
	kept, err := s.Kept(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	var moments []time.Time
	for at := range kept {
		moments = append(moments, at)
	}
	slices.SortFunc(moments, time.Time.Compare)
	return moments
}
