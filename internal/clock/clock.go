// Package clock gives planwatch's time: that of the wall clock, which is the
// machine's, or one that starts at a moment of the past that a configuration
// gives.
package clock

import "time"

// Clock runs as fast as the wall clock, at a fixed distance behind it. The zero
// Clock is the wall clock.
type Clock struct{ offset time.Duration }

// Farthest is how far a Clock may be from the wall clock. A duration of Go's ends
// at 292 years, and a Clock farther away would show wrong times.
const Farthest = 100 * 365 * 24 * time.Hour

// StartingAt makes a Clock that shows start now, which must be within Farthest.
func StartingAt(start time.Time) Clock { return Clock{offset: time.Since(start)} }

// Behind makes a Clock that is that far behind the wall clock.
func Behind(offset time.Duration) Clock { return Clock{offset: offset} }

// Now is what the Clock shows.
func (c Clock) Now() time.Time { return c.At(time.Now()) }

// At is what the Clock shows when the wall clock shows wall. The monotonic
// clock is not used, since it stops while the machine is suspended and the
// figures grow older.
func (c Clock) At(wall time.Time) time.Time { return wall.Round(0).Add(-c.offset) }

// Wall is what the wall clock shows when the Clock shows t. Prometheus compares
// timestamps with the wall clock, so those in metrics are converted by it.
func (c Clock) Wall(t time.Time) time.Time { return t.Add(c.offset) }

// Timestamp is the moment t of the Clock in seconds since 1970 by the wall clock,
// as it stands in metrics; 0 for the zero time.
func (c Clock) Timestamp(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(c.Wall(t).UnixMilli()) / 1000
}

// Offset is how far the Clock is behind the wall clock.
func (c Clock) Offset() time.Duration { return c.offset }
