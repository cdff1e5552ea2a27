//go:build gms_pure_go

package asof_test

import (
	"math"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
)

// BenchmarkWithholding is the collector with the largest tables of counts of people;
// its query is asked once.
func BenchmarkWithholding(b *testing.B) {
	region, err := config.Load("", nil)
	if err != nil {
		b.Fatal(err)
	}
	c, err := asof.Open(b.Context(), region, []string{"waiting"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			b.Error(err)
		}
	}()
	c.Remember(math.MaxInt)
	at := time.Date(2025, 3, 18, 8, 0, 0, 0, region.Location)
	for b.Loop() {
		if r := c.Collect(b.Context(), at); len(r.Failures) > 0 {
			b.Fatal(r.Failures)
		}
	}
}
