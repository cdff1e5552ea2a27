package blocks_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"planwatch/internal/blocks"
	"planwatch/internal/kpi"
)

// made are series like a region's, with a value a day that mostly changes.
func made(n int) []value {
	all := make([]value, n)
	for i := range all {
		all[i].family = blocks.Family{Name: fmt.Sprintf("kpi_made_%d", i%70), Kind: blocks.Gauge}
		all[i].labels = kpi.NewLabels(kpi.Label{Name: "ward", Value: fmt.Sprintf("Avdelning %d", i/70)}, kpi.Label{Name: "hospital", Value: "Sunderby"})
	}
	return all
}

// BenchmarkWriteBlocks writes 2,500 series with a value a day, repeated every four
// minutes. It reports samples a second, the largest heap and the bytes a sample
// takes. What is written is removed block by block, so that only the last is on
// the disk.
func BenchmarkWriteBlocks(b *testing.B) {
	for _, length := range []struct {
		name string
		days int
	}{{"1 month", 30}, {"1 year", 365}, {"3 years", 1096}} {
		b.Run(length.name, func(b *testing.B) {
			all := made(2500)
			const day = 24 * time.Hour
			start := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
			whole := blocks.Range{From: start.UnixMilli(), Until: start.Add(time.Duration(length.days) * day).UnixMilli()}
			var samples, size, peak uint64
			runtime.GC()
			for b.Loop() {
				dir := b.TempDir()
				for _, part := range blocks.Split(whole, blocks.Length) {
					values := blocks.NewValues(part, 4*time.Minute, job)
					for at := whole.From; at < part.Until; at += day.Milliseconds() {
						if at+day.Milliseconds() <= part.From {
							continue
						}
						for i, v := range all {
							value := math.Round(1000*math.Sin(float64(i)+float64(at/day.Milliseconds())/7)) / 10
							span := blocks.Span{Range: blocks.Range{From: at, Until: at + day.Milliseconds()}, Value: value}
							if err := values.Add(v.family, "", v.labels, span); err != nil {
								b.Fatal(err)
							}
						}
					}
					written, err := blocks.WriteBlock(b.Context(), dir, "benchmark", values)
					if err != nil {
						b.Fatal(err)
					}
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapInuse)
					samples += written.Samples
					size += sizeOf(b, filepath.Join(dir, written.Name))
					if err := os.RemoveAll(filepath.Join(dir, written.Name)); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(samples)/b.Elapsed().Seconds(), "samples/s")
			b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
			b.ReportMetric(float64(size)/float64(samples), "bytes/sample")
			b.ReportMetric(float64(samples)/float64(b.N), "samples")
		})
	}
}

func sizeOf(tb testing.TB, dir string) uint64 {
	tb.Helper()
	var size uint64
	err := filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += uint64(info.Size())
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return size
}
