//go:build gms_pure_go && race

package asof_test

// stride is how many days apart the mornings of the year are. The race detector
// takes ten times as long; `make test` goes through every day without it.
const stride = 7
