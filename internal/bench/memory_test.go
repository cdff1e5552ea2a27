package bench_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// awaitPast waits until planwatch has read all of the past that it wants to keep.
func awaitPast(tb testing.TB, p *process) {
	tb.Helper()
	deadline, again := time.After(15*time.Minute), time.NewTicker(time.Second)
	defer again.Stop()
	for c := newClient(); ; {
		var text bytes.Buffer
		if err := c.get(tb.Context(), p.url+"/metrics", form{}, &text); err != nil {
			tb.Fatalf("%v\n%s", err, p.log)
		}
		wanted, kept := value(text.String(), "planwatch_history_moments_wanted"), value(text.String(), "planwatch_history_moments_kept")
		if wanted != "" && wanted != "0" && wanted == kept {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			tb.Fatalf("%s of %s moments of the past are read\n%s", kept, wanted, p.log)
		}
	}
}

// value is that of a series without labels.
func value(text, name string) string {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// settled is the memory of a server that is scraped as by a Prometheus: the largest of
// some scrapes.
func settled(b *testing.B, p *process, path string) (resident, own float64) {
	b.Helper()
	c, f := newClient(), form{name: "text", accept: "text/plain", encoding: "gzip"}
	defer c.CloseIdleConnections()
	for range 20 {
		if err := c.get(b.Context(), p.url+path, f, new(bytes.Buffer)); err != nil {
			b.Fatalf("%v\n%s", err, p.log)
		}
		r, o := p.memory()
		resident, own = max(resident, r), max(own, o)
	}
	return resident, own
}

// BenchmarkMemory is what a server holds in memory while it is scraped.
func BenchmarkMemory(b *testing.B) {
	lean, whole := binary(b, ""), binary(b, "gms_pure_go")
	report := func(b *testing.B, resident, own, ofPeer float64) {
		b.Helper()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(resident/1e6, "MB-resident")
		b.ReportMetric(own/1e6, "MB-without-the-program")
		if ofPeer > 0 {
			b.ReportMetric(ofPeer/1e6, "peer-MB-resident")
			b.ReportMetric(resident/ofPeer, "x-peer")
		}
	}
	b.Run("series=default-region", func(b *testing.B) {
		p := planwatch(b, lean, builtin(b))
		awaitPast(b, p)
		for b.Loop() {
			resident, own := settled(b, p, "/metrics")
			report(b, resident, own, 0)
		}
	})
	// It reads the past, for a quarter of an hour, while it is measured.
	b.Run("series=default-region-with-the-embedded-engine", func(b *testing.B) {
		p := planwatch(b, whole, "")
		for b.Loop() {
			resident, own := settled(b, p, "/metrics")
			report(b, resident, own, 0)
		}
	})
	b.Run("series=100000", func(b *testing.B) {
		server := warehouse(b, 100_000)
		p := planwatch(b, lean, region(b, server, 100_000))
		other := peer(b, server)
		for b.Loop() {
			resident, own := settled(b, p, "/metrics")
			ofPeer, _ := settled(b, other, "/metrics")
			report(b, resident, own, ofPeer)
		}
	})
}
