//go:build gms_pure_go

package backfill_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/backfill"
	"planwatch/internal/yamlfile"
)

// once backfills the days before the region's now, as before a start of the
// Prometheus whose data directory it is.
func once(t *testing.T, dir, data string) (backfill.Report, error) {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	flags := backfill.DefaultFlags()
	flags.From, flags.Block = "2026-02-27T08:00", yamlfile.Duration(24*60*60*1e9)
	return backfill.Run(t.Context(), region, backfill.Options{
		Flags: flags, Output: data, Once: true, Progress: func(backfill.Progress) {}, Note: func(text string) { t.Error(text) },
	})
}

// keepFor gives the region's capacity another max_age.
func keepFor(t *testing.T, dir, maxAge string) {
	t.Helper()
	file := filepath.Join(dir, "collectors", "capacity.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), "max_age: 26h", "max_age: "+maxAge, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Name()
	}
	return all
}

// Before each start of a Prometheus, the past is written once: what it has made of
// the blocks since is left to it, whatever has become of the definitions.
func TestOnce(t *testing.T) {
	dir, data := fjord(t), filepath.Join(t.TempDir(), "data")
	first, err := once(t, dir, data)
	if err != nil || first.Before || first.Parts < 3 {
		t.Fatalf("got %+v, %v", first, err)
	}
	written := names(t, data)
	if slices.Contains(written, "lock") {
		t.Errorf("there is a lock, which Prometheus takes for one of its own: %s", written)
	}
	// As a Prometheus that has run.
	if err := os.Rename(filepath.Join(data, written[0]), filepath.Join(data, "01KZZZZZZZ0000000000000000")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(data, "wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	keepFor(t, dir, "27h")
	had := names(t, data)
	second, err := once(t, dir, data)
	if err != nil || !second.Before || second.Parts != first.Parts || second.Samples != first.Samples {
		t.Errorf("got %+v, %v", second, err)
	}
	if got := names(t, data); !slices.Equal(got, had) {
		t.Errorf("it holds %s, and held %s", got, had)
	}
}

// A Prometheus that has run without a past is left alone.
func TestOnceAfterAPrometheus(t *testing.T) {
	data := t.TempDir()
	if err := os.Mkdir(filepath.Join(data, "wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	report, err := once(t, fjord(t), data)
	if err != nil || report.Left != "it has data that no backfill wrote" || !slices.Equal(names(t, data), []string{"wal"}) {
		t.Errorf("got %+v, %v, %s", report, err, names(t, data))
	}
}

// A damaged state file keeps no Prometheus from starting, and is an error where the
// past is asked for.
func TestDamagedState(t *testing.T) {
	tests := []struct{ name, text, why string }{
		{"empty", "", "unexpected end of JSON input"},
		{"cut", "{", "unexpected end of JSON input"},
		{"no flags", "{}", `clock_offset: time: invalid duration ""`},
		{"no moments", `{"clock_offset":"0s"}`, "first and end are no moments, one after the other"},
		{"no length of blocks", `{"clock_offset":"0s","first":"2026-02-27T07:00:00Z","end":"2026-03-02T07:00:00Z","step":"1d","fill":"4m"}`, "--block 0s is no whole number of days; name 1d or more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir, data := fjord(t), t.TempDir()
			file := filepath.Join(data, "planwatch-backfill.json")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := once(t, dir, data)
			if want := "planwatch-backfill.json is damaged: " + tt.why + "; to have the past written, empty the folder"; err != nil || report.Left != want {
				t.Errorf("once: got %+v, %v", report, err)
			}
			if _, err := run(t, dir, data); err == nil || err.Error() != "--output "+data+": planwatch-backfill.json is damaged: "+tt.why+"; empty the folder to begin anew, or name another" {
				t.Errorf("got %v", err)
			}
			if text, err := os.ReadFile(file); err != nil || string(text) != tt.text {
				t.Errorf("the file holds %q, %v", text, err)
			}
			if slices.ContainsFunc(names(t, data), func(name string) bool { return name != "planwatch-backfill.json" && name != "lock" }) {
				t.Errorf("the folder holds %s", names(t, data))
			}
		})
	}
}

// unfinish takes from the state file what the folder's last run finished last.
func unfinish(t *testing.T, data string) {
	t.Helper()
	file := filepath.Join(data, "planwatch-backfill.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept map[string]any
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	finished, _ := kept["finished"].([]any)
	kept["finished"] = finished[:len(finished)-1]
	if text, err = json.Marshal(kept); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What was interrupted goes on, and is begun anew where the definitions are others,
// as nothing has read it.
func TestOnceInterrupted(t *testing.T) {
	dir, data := fjord(t), filepath.Join(t.TempDir(), "data")
	if _, err := once(t, dir, data); err != nil {
		t.Fatal(err)
	}
	before := metas(t, data)
	unfinish(t, data)
	if report, err := once(t, dir, data); err != nil || report.Before {
		t.Fatalf("got %+v, %v", report, err)
	}
	if after := metas(t, data); !slices.Equal(slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before))) {
		t.Errorf("there are %d blocks, and were %d", len(after), len(before))
	}
	unfinish(t, data)
	keepFor(t, dir, "27h")
	if report, err := once(t, dir, data); err != nil || report.Before {
		t.Fatalf("got %+v, %v", report, err)
	}
	for name := range metas(t, data) {
		if _, same := before[name]; same {
			t.Errorf("%s is of the other definitions", name)
		}
	}
	unfinish(t, data)
	if err := os.Mkdir(filepath.Join(data, "wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := once(t, fjord(t), data); err == nil || !strings.HasSuffix(err.Error(), " is of an unfinished backfill with other flags or definitions, and holds wal, which that did not write; name a new or an empty folder") {
		t.Errorf("got %v", err)
	}
}

// With --hold no figure has a gap, however short its max_age.
func TestHold(t *testing.T) {
	dir := fjord(t)
	keepFor(t, dir, "10h") // of figures of seven o'clock
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	samples := map[bool]uint64{}
	for _, hold := range []bool{false, true} {
		flags := backfill.DefaultFlags()
		flags.From, flags.Hold, flags.Collectors = "2026-03-01T08:00", hold, []string{"capacity"}
		notes := 0
		report, err := backfill.Run(t.Context(), region, backfill.Options{
			Flags: flags, Output: filepath.Join(t.TempDir(), "out"), Progress: func(backfill.Progress) {}, Note: func(string) { notes++ },
		})
		if err != nil || notes == 0 != hold {
			t.Fatalf("%d notes, %v", notes, err)
		}
		samples[hold] = report.Samples
	}
	if samples[true] <= samples[false] {
		t.Errorf("%d samples without gaps, and %d with them", samples[true], samples[false])
	}
}
