package history

import (
	"context"
	"time"

	"planwatch/internal/kpi"
)

// Origin is who reads a moment of the past.
type Origin int

const (
	// Here is that it is read from the warehouse.
	Here Origin = iota
	// There is that another planwatch has read it.
	There
	// Nowhere is that another planwatch is to read it, and has not yet.
	Nowhere
)

// elsewhereInterval is how long a Filler waits before it asks another planwatch again for
// what that has not read yet.
const elsewhereInterval = 5 * time.Second

// Elsewhere asks another planwatch for a moment of the past, so that the warehouse is asked
// once. The reading is There's.
type Elsewhere func(ctx context.Context, key Key, at time.Time) (Reading, Origin)

// carryOut reads a task, wherever it is to be read.
func (f *Filler) carryOut(ctx context.Context, t task, m *memory) outcome {
	s := f.subjects[t.subject]
	if f.elsewhere != nil {
		switch r, origin := f.elsewhere(ctx, s.Key, t.at); origin {
		case There:
			return outcome{task: t, samples: r.Samples, read: r.Read, there: true}
		case Nowhere:
			return outcome{task: t, nowhere: true}
		case Here:
		}
	}
	figures, err := collect(ctx, s, m, t.at)
	samples := make([]kpi.Sample, len(figures))
	for i, figure := range figures {
		samples[i] = figure.Sample
	}
	return outcome{task: t, samples: samples, read: f.clock.Now(), err: err}
}
