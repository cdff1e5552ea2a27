package history

import "time"

// Progress is how far the reading of the past has come.
type Progress struct {
	// Wanted counts the moments of all collectors that are to be kept, and Kept
	// those that are. Failed counts those that could not be read when last tried.
	Wanted, Kept, Failed int
	// Revised counts the figures that the warehouse was seen to have changed since
	// planwatch started.
	Revised uint64
	// Reading is set while there is something to read.
	Reading bool
	// Coarse is set once all months of the past year are kept, and of the years before
	// those that forecasts rest on, or could not be read.
	Coarse bool
	// Newest is when a moment was last kept since planwatch started; zero before the
	// first.
	Newest time.Time
	// Err is why the store cannot be written to, or nil.
	Err error
	// Collectors are the moments of each collector, by name. The map does not change.
	Collectors map[string]Moments
}

// Moments are how many moments of a collector are to be kept, are kept, and could not be
// read when last tried.
type Moments struct{ Wanted, Kept, Failed int }
