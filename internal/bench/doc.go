// Package bench measures planwatch: what a scrape costs, beside a floor and beside a
// peer, what memory it holds, and what a change costs. Its benchmarks report ratios,
// which can be compared between machines; `make bench` writes them into
// docs/performance.md.
//
// The floor is the cheapest server that there can be: net/http that writes the same
// bytes from memory. The peer is the exporter of SQL that Debian packages.
package bench
