// Package cputest measures processor time for tests and benchmarks: what else runs on
// the machine changes it less than the time by the clock.
package cputest

import (
	"slices"
	"syscall"
	"testing"
	"time"
)

// Used is the processor time that this process has used so far.
func Used(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Median is the value in the middle, of which others on the machine change less than
// of the mean. It sorts the values.
func Median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
