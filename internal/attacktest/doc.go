// Package attacktest plays, for tests, the reader who wants to know what
// planwatch withholds. It is told all that a reader is taken to know of a
// collector's figures at one moment, sets up the equations between them by
// itself, and solves them exactly, in whole numbers. It shares no code with
// what decides which figures are withheld, so that a fault of the one is not a
// fault of the other.
package attacktest
