package backtest_test

import (
	"testing"

	"planwatch/alerts/backtest"
	"planwatch/config"
	"planwatch/internal/backfill"
	"planwatch/internal/builtintest"
)

// BenchmarkYear is a year of all alerts of the built-in region, over a MariaDB.
func BenchmarkYear(b *testing.B) {
	region, err := config.Load(builtintest.OverMariaDB(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	o := backtest.Options{Period: backfill.DefaultPeriod(), Progress: func(backfill.Progress) {}, Note: func(string) {}}
	o.From, o.To = "2024-03-17", "2025-03-16"
	for b.Loop() {
		result, err := backtest.Run(b.Context(), region, o)
		if err != nil {
			b.Fatal(err)
		}
		fired, noise := result.Fired()
		b.ReportMetric(float64(fired), "fired")
		b.ReportMetric(float64(noise), "noise")
		b.ReportMetric(float64(result.Moments), "moments")
	}
}
