//go:build gms_pure_go && !race

package asof_test

// stride is how many days apart the mornings of the year are.
const stride = 1
