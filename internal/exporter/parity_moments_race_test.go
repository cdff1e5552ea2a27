//go:build gms_pure_go && race

package exporter_test

// parityMoments are the moments of TestParity. The race detector makes the
// built-in region several times slower, and finds nothing at the others that it
// does not find at this one; make test runs all without it.
var parityMoments = []string{morningOfTheReport}
