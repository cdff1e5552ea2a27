// Package structure has no code, only tests of how the code is built: which
// package may import which, and where names and messages may stand.
package structure
