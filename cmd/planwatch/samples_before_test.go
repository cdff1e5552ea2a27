//go:build gms_pure_go

package main

import (
	"os"
	"testing"
)

// Every KPI sample is what it was before the packages were rearranged: the
// copy was taken with planwatch as it was then.
func TestSamplesAreThoseFromBefore(t *testing.T) {
	before, err := os.ReadFile("testdata/samples_before.prom")
	if err != nil {
		t.Fatal(err)
	}
	after := planwatch(t, "collect", "--as-of", "2025-03-18T08:00:00+01:00", "--format", "prometheus")
	if after != string(before) {
		t.Error("the samples differ from testdata/samples_before.prom")
	}
}
