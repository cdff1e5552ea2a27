// Package clock is the time that planwatch lives in: the wall's, or one that
// a configuration sets going at a moment of the past.
package clock

import "time"

// Clock runs at the wall's pace, at a fixed distance from it. The zero Clock
// is the wall's own.
type Clock struct{ offset time.Duration }

// StartingAt makes a Clock that shows start now and runs on from there.
func StartingAt(start time.Time) Clock { return Clock{offset: time.Since(start)} }

// Now is the Clock's present.
func (c Clock) Now() time.Time { return c.At(time.Now()) }

// At is what the Clock shows when the wall shows wall. It goes by the wall
// alone: a machine that was suspended has grown as old as its figures.
func (c Clock) At(wall time.Time) time.Time { return wall.Round(0).Add(-c.offset) }

// Wall is what the wall shows when the Clock shows t. Prometheus compares
// timestamps with the wall, so those that it is given pass through here.
func (c Clock) Wall(t time.Time) time.Time { return t.Add(c.offset) }

// Offset is how far the Clock is behind the wall's.
func (c Clock) Offset() time.Duration { return c.offset }
