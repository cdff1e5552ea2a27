package collectors

import "time"

// Status is the state of a collector, to be displayed. Times are by planwatch's
// clock, in the region's time zone, and zero where there is none.
type Status struct {
	Definition *Definition
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
	// old, and Withheld those that are about too few people.
	Shown, Withdrawn, Withheld int
	// DataTime is the moment of the oldest figure that is shown.
	DataTime time.Time
	// SourceUp is whether the collector's source answered when it was last
	// asked.
	SourceUp bool
}
