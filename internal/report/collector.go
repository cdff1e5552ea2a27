package report

import (
	"time"

	"planwatch/collectors"
)

// CollectorStatus is how a collector does, for people to see. Times are
// planwatch's own, in the region's time zone, and zero where there was none.
type CollectorStatus struct {
	Definition *collectors.Definition
	// LastRun is when the newest run began, and Duration how long it took.
	LastRun  time.Time
	Duration time.Duration
	// Err is why the newest run failed, or nil.
	Err error
	// NextRun is when it is due next.
	NextRun time.Time
	// LastSuccess is when the figures that are shown were read, from Rows rows.
	LastSuccess time.Time
	Rows        int
	// Shown counts the samples that are shown, Withdrawn those that are too
	// old, and Withheld those that speak of too few people.
	Shown, Withdrawn, Withheld int
	// DataTime is the moment that the oldest shown figure speaks of.
	DataTime time.Time
	// SourceUp tells whether the collector's source answered when it was last
	// asked.
	SourceUp bool
}
