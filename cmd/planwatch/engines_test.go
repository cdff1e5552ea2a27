//go:build gms_pure_go

package main

import (
	"strings"
	"testing"

	"planwatch/internal/builtintest"
)

// The shipped queries give the same samples on the embedded engine and on a
// MariaDB, at moments that are easily got wrong.
func TestEnginesAgree(t *testing.T) {
	dir := builtintest.OverMariaDB(t)
	moments := []struct{ name, at string }{
		{"the report's morning", "2025-03-18T08:00:00+01:00"},
		{"leap day", "2024-02-29T23:59:59+01:00"},
		{"when summer time began", "2024-03-31T03:30:00+02:00"},
		{"after the clocks went back", "2024-10-27T02:30:00+01:00"},
		{"the last second of a year", "2024-12-31T23:59:59+01:00"},
		{"the first of the next", "2025-01-01T00:00:00+01:00"},
	}
	for _, moment := range moments {
		t.Run(moment.name, func(t *testing.T) {
			ours := planwatch(t, "collect", "--as-of", moment.at, "--format", "csv")
			theirs := planwatch(t, "collect", "--as-of", moment.at, "--format", "csv", "--config", dir)
			if ours == theirs {
				return
			}
			left, right := strings.Split(ours, "\n"), strings.Split(theirs, "\n")
			for i := range min(len(left), len(right)) {
				if left[i] != right[i] {
					t.Fatalf("line %d:\nembedded %s\nMariaDB  %s", i+1, left[i], right[i])
				}
			}
			t.Fatalf("%d lines on the embedded engine, %d on MariaDB", len(left), len(right))
		})
	}
}
