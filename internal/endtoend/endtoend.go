// Package endtoend holds the tests that go the whole way, with the real
// servers: from a row in the warehouse to the message that somebody reads.
package endtoend
