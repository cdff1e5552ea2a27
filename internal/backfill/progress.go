package backfill

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
)

// Progress is how far a backfill has come.
type Progress struct {
	// Done and Moments count moments: those whose figures are collected, of this
	// run, and those of this run in all.
	Done, Moments int
	// Moment is the one that is being collected.
	Moment time.Time
	// Samples are those that are written.
	Samples uint64
	// Left is about how long the rest takes; 0 where that cannot be told yet.
	Left time.Duration
}

// String is the progress of what is written, in one line.
func (p Progress) String() string {
	return fmt.Sprintf("%s, %s written%s", p.moments(), count(p.Samples), p.left())
}

// Replayed is the progress of what is replayed only, in one line.
func (p Progress) Replayed() string { return p.moments() + p.left() }

func (p Progress) moments() string {
	return fmt.Sprintf("%3d %%  %s  %d of %d moments", 100*p.Done/max(p.Moments, 1), p.Moment.Format(time.DateOnly), p.Done, p.Moments)
}

func (p Progress) left() string {
	if p.Left == 0 {
		return ""
	}
	return ", about " + span(p.Left) + " left"
}

// count writes a number of samples as people read it.
func count(samples uint64) string {
	switch {
	case samples >= 10_000_000:
		return fmt.Sprintf("%d million samples", samples/1_000_000)
	case samples == 1:
		return "1 sample"
	}
	return fmt.Sprintf("%d samples", samples)
}

// bytes writes a size as people read it.
func bytes(n uint64) string {
	size, name := float64(n), "bytes"
	for _, larger := range []string{"kB", "MB", "GB", "TB", "PB"} {
		if size < 1000 {
			break
		}
		size, name = size/1000, larger
	}
	return fmt.Sprintf("%.0f %s", size, name)
}

// span writes how long something takes.
func span(d time.Duration) string {
	if d < time.Minute {
		return model.Duration(d.Round(time.Second)).String()
	}
	return model.Duration(d.Round(time.Minute)).String()
}
