// Package endtoend holds the tests of all parts together, with the real servers:
// from a row in the warehouse to the message that an owner reads.
package endtoend
