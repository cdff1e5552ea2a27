//go:build gms_pure_go && !race

package exporter_test

// parityMoments are the moments of TestParity.
var parityMoments = []string{morningOfTheReport, "2024-12-31T23:30:00+01:00", "2024-10-27T02:30:00+01:00", "2024-03-31T03:30:00+02:00"}
