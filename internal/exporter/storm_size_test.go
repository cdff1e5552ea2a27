//go:build !race

package exporter_test

// How often planwatch is reloaded, and how often each scraper asks.
const stormReloads, stormScrapes = 300, 750
