package backfill

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// FuzzState reads any state file: it is refused as damaged, or has what a run goes on by.
func FuzzState(f *testing.F) {
	for _, seed := range []string{
		"", "{", "{}", "null", `{"clock_offset":"0s"}`, `{"clock_offset":"0s","first":"2026-02-27T07:00:00Z","end":"2026-03-02T07:00:00Z","step":"1d","fill":"4m"}`,
		`{"clock_offset":"0s","first":"2026-02-27T07:00:00Z","end":"2026-03-02T07:00:00Z","step":"1d","fill":"4m","block":"1d","finished":[{"from":"2026-02-27T00:00:00Z","name":"01J","series":1,"samples":1,"moments":1}]}`,
		`{"clock_offset":"-9999999h","first":"0001-01-02T00:00:00Z","end":"9999-12-31T23:59:59Z","step":"1ns","fill":"4m","block":"1d"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &folder{path: t.TempDir(), location: time.UTC}
		file := filepath.Join(d.path, stateFile)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.read(); err != nil {
			if _, damaged := errors.AsType[*damagedError](err); !damaged {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if _, err := time.ParseDuration(d.Offset); err != nil || d.First.IsZero() || d.End.Before(d.First) {
			t.Errorf("%q is taken: %+v", data, d.state)
		}
		d.names()
		d.text()
		if after, err := os.ReadFile(file); err != nil || string(after) != string(data) {
			t.Errorf("%q was changed: %v", data, err)
		}
	})
}
