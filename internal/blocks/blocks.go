// Package blocks writes series of the past: as blocks of Prometheus' own
// database, or as OpenMetrics text. What it writes follows from what it is given,
// byte for byte, so that an interrupted run can write the rest.
package blocks

import "time"

// Length is how long a block is unless another length is given. Prometheus itself
// makes none that is longer than 31 days.
const Length = 30 * 24 * time.Hour

// Range is a part of time in milliseconds since 1970: From is in it, Until is not.
type Range struct{ From, Until int64 }

// has reports whether a moment is in the range.
func (r Range) has(t int64) bool { return r.From <= t && t < r.Until }

// Split divides a range where a multiple of length since 1970 ends, so that the
// parts of any two ranges overlap only where these do.
func Split(r Range, length time.Duration) []Range {
	step := length.Milliseconds()
	var parts []Range
	for from := r.From; from < r.Until; {
		until := min((floor(from, step)+1)*step, r.Until)
		parts = append(parts, Range{from, until})
		from = until
	}
	return parts
}

// floor divides towards the past, before 1970 as well.
func floor(t, step int64) int64 {
	n := t / step
	if t%step < 0 {
		n--
	}
	return n
}

// Span is the time for which a series has a value.
type Span struct {
	Range
	Value float64
}

// first is when the first sample of a span in a range is, if it has one there. A
// span that a range cuts goes on in the next as if it were not cut.
func (s Span) first(within Range, fill int64) int64 {
	if s.From >= within.From {
		return s.From
	}
	return s.From + (within.From-s.From+fill-1)/fill*fill
}

// count is how many samples a span has in a range: its first, and from there one
// every fill until it ends.
func (s Span) count(within Range, fill int64) int64 {
	first, until := s.first(within, fill), min(s.Until, within.Until)
	if first >= until {
		return 0
	}
	return (until-first-1)/fill + 1
}
