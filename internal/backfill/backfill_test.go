//go:build gms_pure_go

package backfill_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"planwatch/config"
	"planwatch/internal/backfill"
	"planwatch/internal/format"
	"planwatch/internal/storage"
)

// fjord is a copy of the second region, whose clock shows a past day.
func fjord(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "fjord")
	if err := os.CopyFS(dir, os.DirFS("../../examples/fjord")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run backfills the last day before the region's now.
func run(t *testing.T, dir, output string) (backfill.Report, error) {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	flags := backfill.DefaultFlags()
	flags.From = "2026-03-01T08:00"
	return backfill.Run(t.Context(), region, backfill.Options{
		Flags: flags, Output: output, Progress: func(backfill.Progress) {}, Note: func(text string) { t.Error(text) },
	})
}

// A source that does not answer stops a backfill, and the same command goes on
// once it does.
func TestSourceDown(t *testing.T) {
	dir, output := fjord(t), filepath.Join(t.TempDir(), "out")
	ledger := filepath.Join(dir, "warehouse", "ledger.csv")
	sound, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ledger, append(sound, "2026-02-30,Ytre Fjord,1\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := run(t, dir, output)
	if err == nil || !strings.HasPrefix(err.Error(), "as of 2026-03-02T08:00:00+01:00: ") || !strings.HasSuffix(err.Error(), "; the same command goes on once it answers") {
		t.Fatalf("got %+v, %v", report, err)
	}
	if err := os.WriteFile(ledger, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	report, err = run(t, dir, output)
	if err != nil || report.Parts == 0 || report.Samples == 0 || report.Moments != 2 || len(report.Missing) > 0 {
		t.Errorf("got %+v, %v", report, err)
	}
}

// Blocks are by the clock that Prometheus goes by, and end now; a run that goes on
// does so by the clock of the first, since planwatch's starts anew each time.
func TestClockOffset(t *testing.T) {
	dir, output := fjord(t), filepath.Join(t.TempDir(), "out")
	began := time.Now()
	if _, err := run(t, dir, output); err != nil {
		t.Fatal(err)
	}
	first := metas(t, output)
	var last int64
	for _, m := range first {
		last = max(last, m.MaxTime)
	}
	if end := time.UnixMilli(last); end.Before(began.Add(-time.Minute)) || end.After(time.Now()) {
		t.Errorf("the blocks end at %s, and it is %s", end, time.Now())
	}
	// As if the run had ended before its last block.
	state := filepath.Join(output, "planwatch-backfill.json")
	data, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	var kept map[string]any
	if err := json.Unmarshal(data, &kept); err != nil {
		t.Fatal(err)
	}
	kept["finished"] = nil
	if data, err = json.Marshal(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err := run(t, dir, output); err != nil || report.Before {
		t.Fatalf("got %+v, %v", report, err)
	}
	if again := metas(t, output); !maps.EqualFunc(first, again, func(a, b tsdb.BlockMeta) bool {
		return a.MinTime == b.MinTime && a.MaxTime == b.MaxTime && a.Stats == b.Stats
	}) {
		t.Errorf("got %v, want %v", again, first)
	}
}

// Blocks that were moved to a Prometheus are told, and are not written again.
func TestMovedBlocks(t *testing.T) {
	dir, output := fjord(t), filepath.Join(t.TempDir(), "out")
	first, err := run(t, dir, output)
	if err != nil || first.Gone != 0 || first.Parts < 1 {
		t.Fatalf("got %+v, %v", first, err)
	}
	for meta := range metas(t, output) {
		if err := os.Rename(filepath.Dir(meta), filepath.Join(t.TempDir(), "moved")); err != nil {
			t.Fatal(err)
		}
	}
	again, err := run(t, dir, output)
	if err != nil || !again.Before || again.Gone != first.Parts {
		t.Errorf("got %+v, %v", again, err)
	}
	if left := names(t, output); slices.ContainsFunc(left, func(name string) bool { return strings.HasPrefix(name, "01") }) {
		t.Errorf("the folder holds %s", left)
	}
	if once, err := once(t, dir, output); err != nil || !once.Before || once.Gone != 0 {
		t.Errorf("before a Prometheus starts: got %+v, %v", once, err)
	}
	if err := os.RemoveAll(output); err != nil {
		t.Fatal(err)
	}
	if anew, err := run(t, dir, output); err != nil || anew.Before || anew.Gone != 0 || anew.Samples != first.Samples {
		t.Errorf("anew: got %+v, %v", anew, err)
	}
}

// Another backfill and a Prometheus hold a folder by the same lock.
func TestHeld(t *testing.T) {
	dir, output := fjord(t), filepath.Join(t.TempDir(), "out")
	first, err := run(t, dir, output)
	if err != nil {
		t.Fatal(err)
	}
	want := "--output " + output + " is held by another backfill or a running Prometheus; wait until that has ended, or name another folder"
	holders := map[string]func(t *testing.T) io.Closer{
		"a Prometheus": func(t *testing.T) io.Closer {
			t.Helper()
			db, err := tsdb.Open(output, slog.New(slog.DiscardHandler), nil, tsdb.DefaultOptions(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return db
		},
		"another backfill": func(t *testing.T) io.Closer {
			t.Helper()
			other := storage.NewDirectory(output)
			if err := other.Hold(); err != nil {
				t.Fatal(err)
			}
			return closing(other.Release)
		},
	}
	for name, hold := range holders {
		t.Run(name, func(t *testing.T) {
			held := hold(t)
			if _, err := run(t, dir, output); err == nil || err.Error() != want {
				t.Errorf("got %v", err)
			}
			if err := held.Close(); err != nil {
				t.Fatal(err)
			}
			if report, err := run(t, dir, output); err != nil || !report.Before || report.Samples != first.Samples {
				t.Errorf("afterwards: got %+v, %v", report, err)
			}
		})
	}
}

// closing is a Closer by its function.
type closing func() error

func (c closing) Close() error { return c() }

// kpi_info is of the collectors that are asked for only, and so are the events.
func TestInfo(t *testing.T) {
	tests := []struct {
		name        string
		named, want []string
	}{
		{"all", nil, []string{"capacity", "cost", "referrals"}},
		{"one", []string{"cost"}, []string{"cost"}},
		{"two", []string{"capacity", "referrals"}, []string{"capacity", "referrals"}},
	}
	dir := fjord(t)
	if err := os.WriteFile(filepath.Join(dir, "events.yaml"), []byte("events:\n  - on: 2025-05-01\n    title: {nb: Nye regler}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			output := t.TempDir()
			flags := backfill.DefaultFlags()
			flags.From, flags.Collectors, flags.Format = "2026-03-02T08:00", tt.named, format.OpenMetrics
			if _, err := backfill.Run(t.Context(), region, backfill.Options{
				Flags: flags, Output: output, Progress: func(backfill.Progress) {}, Note: func(text string) { t.Error(text) },
			}); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(output, "*.openmetrics"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			text, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			for _, metric := range []string{"kpi_info", "kpi_event_timestamp_seconds"} {
				of := map[string]bool{}
				for _, series := range regexp.MustCompile(`(?m)^`+metric+`\{.*?\bcollector="(\w+)"`).FindAllSubmatch(text, -1) {
					of[string(series[1])] = true
				}
				if got := slices.Sorted(maps.Keys(of)); !slices.Equal(got, tt.want) {
					t.Errorf("%s is of %s, want %s", metric, got, tt.want)
				}
			}
		})
	}
}

// metas are what blocks say of themselves, by name.
func metas(t *testing.T, dir string) map[string]tsdb.BlockMeta {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "meta.json"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	all := map[string]tsdb.BlockMeta{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m tsdb.BlockMeta
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		all[name] = m
	}
	return all
}
