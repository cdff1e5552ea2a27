//go:build gms_pure_go

// With this tag the embedded engine is built in.

package history_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"planwatch/config"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/logtest"
)

// booked is a region whose warehouse has one booking each day of the two years
// before 18 March 2025, 08:00, where its clock begins.
func booked(t *testing.T, more string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	rows := "booked_at,amount\n"
	for day := time.Date(2023, 4, 1, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2025, 3, 18, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		rows += day.Format(time.DateTime) + ",1\n"
	}
	units, err := os.ReadFile("../../config/testdata/good/units.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"planwatch.yaml": `region: Region Test
languages: [sv, en]
time_zone: Europe/Stockholm
clock: 2025-03-18T08:00:00+01:00
sources: {warehouse: {driver: csv, folder: warehouse, schema: schema.sql}}
history: {pause: 0s, months: 2, years: 1` + more + `}
`,
		"schema.sql":            "CREATE TABLE booking (booked_at DATETIME NOT NULL, amount INT NOT NULL);",
		"units.yaml":            string(units),
		"warehouse/booking.csv": rows,
		"collectors/sums.yaml": `collector: sums
title: {sv: Summor, en: Sums}
source: warehouse
schedule: "15 5 * * *"
query: sums.sql
max_age: 1h
kpis:
  - {name: booked_beds, title: {sv: Summa, en: Sum}, definition: {sv: Summa., en: Sum.}, column: amount, unit: beds, better: lower, aggregate: sum}
`,
		"collectors/sums.sql": "SELECT SUM(amount) AS amount FROM booking WHERE booked_at <= :as_of\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		write(t, path, []byte(text))
	}
	return dir
}

// summing is a filling of the region's only collector.
type summing struct {
	filling
	key         history.Key
	begin, stop func()
}

// fill begins to read the past of the region, into storage.
func fill(t *testing.T, dir, storage string) summing {
	t.Helper()
	f := prepare(t, dir, storage)
	f.begin()
	return f
}

// prepare makes a filling that begins later.
func prepare(t *testing.T, dir, storage string) summing {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := &logtest.Log{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	sources, err := region.OpenSources(t.Context(), logger)
	if err != nil {
		t.Fatal(err)
	}
	store, err := history.Open(t.Context(), storage, logger)
	if err != nil {
		t.Fatal(err)
	}
	d := region.Collector("sums")
	f := summing{filling: filling{store: store, log: log}, key: history.Key{Collector: "sums", Fingerprint: region.Fingerprint(d)}}
	f.Filler = history.NewFiller(t.Context(), []history.Subject{{Definition: d, Key: f.key, Ask: d.Asking(sources[d.Source])}}, region.History, store, nil, region.NewClock(), logger)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	f.begin = func() { all.Go(func() { f.Run(ctx) }) }
	f.stop = sync.OnceFunc(func() {
		cancel()
		all.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		if err := sources.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(f.stop)
	return f
}

func TestFiller(t *testing.T) {
	dir, storage := booked(t, ""), t.TempDir()
	first := fill(t, dir, storage)
	p := first.until(t, whole)
	// Two months of days, and the months of the year before: January's and
	// February's firsts are among the days, and so is the date a month ago. That of a
	// year ago is not.
	if want := 59 + 10 + 1; p.Kept != want || p.Failed != 0 || p.Err != nil {
		t.Errorf("%+v, want %d moments", p, want)
	}
	kept, err := first.store.Figures(t.Context(), first.key, []time.Time{
		time.Date(2025, 3, 18, 5, 0, 0, 0, time.UTC), time.Date(2024, 5, 1, 4, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	var values []float64
	for _, at := range []time.Time{time.Date(2024, 5, 1, 4, 0, 0, 0, time.UTC), time.Date(2025, 3, 18, 5, 0, 0, 0, time.UTC)} {
		for _, f := range kept[at] {
			values = append(values, f.Value)
		}
	}
	if diff := cmp.Diff([]float64{397, 717}, values); diff != "" {
		t.Errorf("bookings up to 1 May and to 17 March (-want +got):\n%s", diff)
	}
	if n := first.log.Count("the past has been read from the warehouse"); n != 1 {
		t.Errorf("told %d times", n)
	}
	first.stop()

	second := fill(t, dir, storage)
	second.until(t, whole)
	if n := second.log.Count("the past has been read"); n != 0 {
		t.Errorf("what is kept was read again: %s", second.log.String())
	}
}

func TestFillerGoesOnWhereItWasStopped(t *testing.T) {
	dir, storage := booked(t, ", concurrency: 1"), t.TempDir()
	first := fill(t, dir, storage)
	first.until(t, func(p history.Progress) bool { return p.Kept >= 5 })
	first.stop()
	began := first.Progress().Kept
	second := fill(t, dir, storage)
	p := second.until(t, whole)
	if want := fmt.Sprintf("read_now=%d", p.Kept-began); second.log.Count(want) != 1 {
		t.Errorf("%d were kept, want %s: %s", began, want, second.log.String())
	}
}

// TestFillerRemovesAFormerDefinition shows it for figures about people: what was
// written after the Filler was made goes as well, since before a reload the former
// one still reads.
func TestFillerRemovesAFormerDefinition(t *testing.T) {
	dir := booked(t, "")
	file := filepath.Join(dir, "collectors", "sums.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, append(bytes.TrimSuffix(bytes.TrimSpace(text), []byte("}")), ", min_count: 5}\n"...))
	f := prepare(t, dir, t.TempDir())
	former := history.Key{Collector: f.key.Collector, Fingerprint: "former"}
	put(t, f.store, history.Reading{Key: former, At: day(1), Read: day(1), Samples: []kpi.Sample{{KPI: "booked_beds", Value: 117, AsOf: day(1)}}})
	f.begin()
	f.until(t, whole)
	kept, err := f.store.Kept(t.Context(), former)
	if err != nil || len(kept) != 0 {
		t.Errorf("of the former definition there is %v, %v", kept, err)
	}
}

func TestFillerWithoutBackfill(t *testing.T) {
	f := fill(t, booked(t, ", backfill: false"), t.TempDir())
	f.stop()
	kept, err := history.OpenKept(t.Context(), t.TempDir())
	if err == nil {
		t.Fatal(kept)
	}
	if p := f.Progress(); p.Wanted != 0 || p.Kept != 0 {
		t.Errorf("%+v, want nothing of before the start", p)
	}
}

// TestFillerWaitsForTheSource shows that a source that is down is no fault of a
// moment: nothing fails, and nothing is kept.
func TestFillerWaitsForTheSource(t *testing.T) {
	dir := booked(t, "")
	if err := os.Rename(filepath.Join(dir, "warehouse"), filepath.Join(dir, "away")); err != nil {
		t.Fatal(err)
	}
	f := fill(t, dir, t.TempDir())
	f.until(t, func(p history.Progress) bool { return p.Wanted > 0 && !p.Reading })
	if p := f.Progress(); p.Failed != 0 || p.Kept != 0 || p.Err != nil {
		t.Errorf("%+v", p)
	}
}

// TestReplay shows that what is replayed is what the Filler keeps.
func TestReplay(t *testing.T) {
	dir, storage := booked(t, ""), t.TempDir()
	f := fill(t, dir, storage)
	f.until(t, whole)
	moments := []time.Time{time.Date(2025, 2, 1, 5, 0, 0, 0, time.UTC), time.Date(2025, 3, 1, 5, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 5, 0, 0, 0, time.UTC), {}}
	want, err := f.store.Figures(t.Context(), f.key, moments)
	if err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := region.OpenSources(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sources.Close() }()
	asked := 0
	for name, c := range map[string]struct {
		kept  *history.Store
		asked int
	}{"from the warehouse": {nil, 3}, "from what is kept": {f.store, 1}} {
		t.Run(name, func(t *testing.T) {
			asked = 0
			replay := history.NewReplay(region, sources, c.kept, func() { asked++ })
			got, err := replay.Figures(t.Context(), f.key, moments)
			if err != nil || len(replay.Failed()) > 0 {
				t.Fatal(err, replay.Failed())
			}
			if diff := cmp.Diff(values(want), values(got)); diff != "" || asked != c.asked {
				t.Errorf("asked %d times, want %d; figures (-kept +replayed):\n%s", asked, c.asked, diff)
			}
		})
	}
}

func values(figures map[time.Time][]history.Figure) map[time.Time][]kpi.Sample {
	all := map[time.Time][]kpi.Sample{}
	for at, list := range figures {
		for _, f := range list {
			f.AsOf = f.AsOf.UTC()
			all[at] = append(all[at], f.Sample)
		}
	}
	return all
}
