package history_test

import (
	"testing"
	"time"

	"planwatch/internal/history"
	"planwatch/internal/logtest"
)

// filling is a Filler at work.
type filling struct {
	*history.Filler
	store *history.Store
	log   *logtest.Log
}

// until waits until the progress is as ok wants it.
func (f filling) until(t *testing.T, ok func(history.Progress) bool) history.Progress {
	t.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	for {
		if p := f.Progress(); ok(p) {
			return p
		}
		select {
		case <-f.Changed():
		case <-limit.C:
			t.Fatalf("the reading has come to %+v; log: %s", f.Progress(), f.log.String())
		}
	}
}

func whole(p history.Progress) bool { return p.Wanted > 0 && p.Kept == p.Wanted && !p.Reading }
