package history_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/logtest"
)

var key = history.Key{Collector: "beds", Fingerprint: "one"}

func day(n int) time.Time { return time.Date(2025, 3, n, 5, 0, 0, 0, time.UTC) }

func at(ward string) kpi.Labels { return kpi.NewLabels(kpi.Label{Name: "ward", Value: ward}) }

func open(t *testing.T, directory string) *history.Store {
	t.Helper()
	s, err := history.Open(t.Context(), directory, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t *testing.T, s *history.Store, r history.Reading) (revised int) {
	t.Helper()
	revised, err := s.Put(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return revised
}

func figures(t *testing.T, s *history.Store, moments ...time.Time) map[time.Time][]history.Figure {
	t.Helper()
	all, err := s.Figures(t.Context(), key, moments)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestKept shows that each kind of sample is read as it was put, also after the
// store was closed, and by another process.
func TestKept(t *testing.T) {
	directory := t.TempDir()
	samples := []kpi.Sample{
		{KPI: "beds_available", Labels: at(`a "ward"`), Value: 0.1 + 0.2, AsOf: day(1)},
		{KPI: "beds_available", Labels: at("b"), AsOf: day(1)},
		{KPI: "beds_available", Labels: at("few"), AsOf: day(1), Withheld: true},
		{KPI: "few_waits", AsOf: day(1), Withheld: true, Histogram: &kpi.Histogram{}},
		{KPI: "patients", Value: 12, AsOf: day(1), Held: day(2)},
		{KPI: "waits", AsOf: day(1), Histogram: &kpi.Histogram{Bounds: []float64{1, 2}, Counts: []uint64{3, 4}, Count: 5, Sum: 6.5}},
	}
	first := open(t, directory)
	put(t, first, history.Reading{Key: key, At: day(2), Read: day(3), Samples: samples})
	put(t, first, history.Reading{Key: history.Key{Collector: "beds", Fingerprint: "two"}, At: day(2), Read: day(3), Samples: samples[:1]})
	put(t, first, history.Reading{Key: key, At: day(4), Read: day(4)})
	for name, s := range map[string]*history.Store{"the same": first, "another": open(t, directory)} {
		t.Run(name, func(t *testing.T) {
			var got []kpi.Sample
			for _, f := range figures(t, s, day(2), day(4), day(5))[day(2)] {
				got = append(got, f.Sample)
			}
			if diff := cmp.Diff(samples, got); diff != "" {
				t.Errorf("figures (-put +kept):\n%s", diff)
			}
			kept, err := s.Kept(t.Context(), key)
			if diff := cmp.Diff(map[time.Time]time.Time{day(2): day(3), day(4): day(4)}, kept); err != nil || diff != "" {
				t.Errorf("kept (-want +got), %v:\n%s", err, diff)
			}
		})
	}
}

func TestRevisions(t *testing.T) {
	sample := func(ward string, value float64) kpi.Sample {
		return kpi.Sample{KPI: "cost", Labels: at(ward), Value: value, AsOf: day(1)}
	}
	number := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		readings [][]kpi.Sample
		revised  int // in the last
		want     []history.Figure
	}{
		"the same again": {
			[][]kpi.Sample{{sample("a", 1)}, {sample("a", 1)}}, 0,
			[]history.Figure{{Sample: sample("a", 1)}},
		},
		"a late booking": {
			[][]kpi.Sample{{sample("a", 1), sample("b", 2)}, {sample("a", 1.5), sample("b", 2)}}, 1,
			[]history.Figure{{Sample: sample("a", 1.5), Revised: day(4), First: number(1)}, {Sample: sample("b", 2)}},
		},
		"two late bookings": {
			[][]kpi.Sample{{sample("a", 1)}, {sample("a", 1.5)}, {sample("a", 3)}}, 1,
			[]history.Figure{{Sample: sample("a", 3), Revised: day(4), First: number(1)}},
		},
		"a row that came": {
			[][]kpi.Sample{{sample("a", 1)}, {sample("a", 1), sample("b", 2)}}, 1,
			[]history.Figure{{Sample: sample("a", 1)}, {Sample: sample("b", 2), Revised: day(4)}},
		},
		"a row that is gone": {
			[][]kpi.Sample{{sample("a", 1), sample("b", 2)}, {sample("a", 1)}}, 1,
			[]history.Figure{{Sample: sample("a", 1)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			revised := 0
			for i, samples := range c.readings {
				revised = put(t, s, history.Reading{Key: key, At: day(2), Read: day(3 + i), Samples: samples})
			}
			if revised != c.revised {
				t.Errorf("revised %d figures, want %d", revised, c.revised)
			}
			if diff := cmp.Diff(c.want, figures(t, s, day(2))[day(2)]); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAdopt shows whose figures go when a definition changes: two definitions that
// count people differ by few.
func TestAdopt(t *testing.T) {
	other := history.Key{Collector: "beds", Fingerprint: "two"}
	for name, c := range map[string]struct {
		before, after bool
		stays         bool
	}{
		"no people":     {false, false, true},
		"people before": {true, false, false},
		"people now":    {false, true, false},
		"people":        {true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			s := open(t, directory)
			for _, r := range []history.Reading{{Key: key, At: day(1), Read: day(1)}, {Key: history.Key{Collector: "ward", Fingerprint: "one"}, At: day(1), Read: day(1)}} {
				r.Samples = []kpi.Sample{{KPI: "patients", Value: 117, AsOf: day(1)}}
				put(t, s, r)
			}
			for _, step := range []struct {
				key    history.Key
				people bool
			}{{key, c.before}, {other, c.after}} {
				if err := s.Adopt(t.Context(), step.key, step.people); err != nil {
					t.Fatal(err)
				}
			}
			if stays := len(figures(t, s, day(1))) > 0; stays != c.stays {
				t.Errorf("the former definition's figures are there: %v", stays)
			}
			kept, err := s.Kept(t.Context(), history.Key{Collector: "ward", Fingerprint: "one"})
			if err != nil || len(kept) != 1 {
				t.Errorf("another collector has %v, %v", kept, err)
			}
			if mode, err := os.Stat(filepath.Join(directory, history.FileName)); err != nil || mode.Mode().Perm() != 0o600 {
				t.Errorf("the file's mode is %v, %v", mode.Mode(), err)
			}
		})
	}
}

// TestRetain shows that what is known of people goes with their collector.
func TestRetain(t *testing.T) {
	s := open(t, t.TempDir())
	for name, people := range map[string]bool{"beds": false, "visits": true, "contacts": true} {
		k := history.Key{Collector: name, Fingerprint: "one"}
		if err := s.Adopt(t.Context(), k, people); err != nil {
			t.Fatal(err)
		}
		put(t, s, history.Reading{Key: k, At: day(1), Read: day(1), Samples: []kpi.Sample{{KPI: name, Value: 7, AsOf: day(1)}}})
	}
	if err := s.Retain(t.Context(), []string{"contacts"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"beds": 1, "visits": 0, "contacts": 1} {
		kept, err := s.Figures(t.Context(), history.Key{Collector: name, Fingerprint: "one"}, []time.Time{day(1)})
		if err != nil || len(kept[day(1)]) != want {
			t.Errorf("%s: %v, %v, want %d figures", name, kept, err, want)
		}
	}
}

// TestOpenTightens shows that a file which was copied back is read by its owner alone.
func TestOpenTightens(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	put(t, s, history.Reading{Key: key, At: day(1), Read: day(1)})
	names := []string{history.FileName, history.FileName + "-wal", history.FileName + "-shm"}
	for _, name := range names {
		if err := os.Chmod(filepath.Join(directory, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open(t, directory)
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(directory, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has %v, %v", name, info.Mode(), err)
		}
	}
}

func TestPresent(t *testing.T) {
	directory := t.TempDir()
	s := open(t, directory)
	if err := s.Present(); err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(directory, history.FileName)); err != nil {
		t.Fatal(err)
	}
	if err := s.Present(); err == nil {
		t.Error("the file is gone, and nobody is told")
	}
}

func TestPrune(t *testing.T) {
	s := open(t, t.TempDir())
	for n := range 5 {
		put(t, s, history.Reading{Key: key, At: day(n + 1), Read: day(9), Samples: []kpi.Sample{{KPI: "cost", Value: 1, AsOf: day(1)}}})
	}
	if err := s.Prune(t.Context(), day(4)); err != nil {
		t.Fatal(err)
	}
	kept, err := s.Kept(t.Context(), key)
	if err != nil || len(kept) != 2 || len(figures(t, s, day(3), day(4), day(5))) != 2 {
		t.Errorf("kept %v, %v; want those of the 4th and the 5th", kept, err)
	}
}

func TestUnusableFileIsSetAside(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"no database": func(t *testing.T, path string) {
			t.Helper()
			write(t, path, []byte("these are no figures, and it is longer than a header of the format"))
		},
		"a damaged page": func(t *testing.T, path string) {
			t.Helper()
			s := open(t, filepath.Dir(path))
			put(t, s, history.Reading{Key: key, At: day(1), Read: day(1), Samples: []kpi.Sample{{KPI: "cost", Value: 1, AsOf: day(1)}}})
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 4096; i < len(data); i++ {
				data[i] = 0xa5
			}
			write(t, path, data)
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			path := filepath.Join(directory, history.FileName)
			spoil(t, path)
			var log logtest.Log
			s, err := history.Open(t.Context(), directory, slog.New(slog.NewTextHandler(&log, nil)))
			if err != nil {
				t.Fatal(err)
			}
			put(t, s, history.Reading{Key: key, At: day(1), Read: day(1)})
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(path + ".damaged"); err != nil {
				t.Errorf("it is not set aside: %v", err)
			}
			if log.Count("history set aside") != 1 {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOpenKeptMakesNoFile(t *testing.T) {
	directory := t.TempDir()
	if _, err := history.OpenKept(context.Background(), directory); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
	if entries, err := os.ReadDir(directory); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}
