//go:build race

package exporter_test

// With the race detector, a tenth: each scrape takes that much longer.
const stormReloads, stormScrapes = 30, 75
