package bench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"planwatch/internal/cputest"
)

// form is a way to ask for an exposition.
type form struct{ name, accept, encoding string }

var forms = func() (all []form) {
	for _, f := range []form{
		{name: "text", accept: "text/plain"},
		{name: "openmetrics", accept: "application/openmetrics-text;version=1.0.0"},
		{name: "protobuf", accept: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
	} {
		for _, encoding := range []string{"", "gzip", "zstd"} {
			f.encoding = encoding
			all = append(all, f)
		}
	}
	return all
}()

// String is the form's name, as in a benchmark's.
func (f form) String() string {
	if f.encoding == "" {
		return f.name + "/plain"
	}
	return f.name + "/" + f.encoding
}

// client asks as a scraper does: one connection, and what is compressed is read as it
// is.
type client struct{ http.Client }

func newClient() *client {
	return &client{http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: time.Minute}}
}

// get asks, and reads the answer to the end.
func (c *client) get(ctx context.Context, url string, f form, to io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", f.accept)
	if f.encoding != "" {
		request.Header.Set("Accept-Encoding", f.encoding)
	}
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}

// binary builds planwatch as it is shipped, with the embedded engine or without.
func binary(tb testing.TB, tags string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "planwatch")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags", tags, "-o", path, "planwatch/cmd/planwatch")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, out)
	}
	return path
}

// planwatch starts planwatch over a region, and waits until every collector has run.
// An empty region is the built-in one.
func planwatch(tb testing.TB, binary, region string) *process {
	tb.Helper()
	args := []string{"serve", "--web.listen-address=127.0.0.1:0", "--storage.path=" + tb.TempDir(), "--log.level=error"}
	if region != "" {
		args = append(args, "--config="+region)
	}
	p := start(tb, nil, binary, args...)
	await(tb, p, p.url+"/-/ready")
	return p
}

// await waits until a server answers with 200.
func await(tb testing.TB, p *process, url string) {
	tb.Helper()
	deadline, again := time.After(5*time.Minute), time.NewTicker(50*time.Millisecond)
	defer again.Stop()
	for c := newClient(); ; {
		err := c.get(tb.Context(), url, form{}, io.Discard)
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			tb.Fatalf("%v\n%s", err, p.log)
		}
	}
}

// floor starts the floor of a server's answers.
func floor(tb testing.TB, p *process) *process {
	tb.Helper()
	directory, c := tb.TempDir(), newClient()
	for _, f := range forms {
		file, err := os.Create(filepath.Join(directory, f.name+"-"+f.encoding))
		if err != nil {
			tb.Fatal(err)
		}
		if err := errors.Join(c.get(tb.Context(), p.url+"/metrics", f, file), file.Close()); err != nil {
			tb.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	return start(tb, []string{floorOf + "=" + directory}, self)
}

// BenchmarkScrape is the processor time of a scrape, and its ratio to the floor's.
func BenchmarkScrape(b *testing.B) {
	lean := binary(b, "")
	for _, series := range []int{0, 1_000, 10_000, 100_000} {
		name := fmt.Sprint("series=", series)
		if series == 0 {
			name = "series=default-region"
		}
		b.Run(name, func(b *testing.B) {
			var p *process
			if series == 0 {
				p = planwatch(b, lean, builtin(b))
				awaitPast(b, p)
			} else {
				p = planwatch(b, lean, region(b, warehouse(b, series), series))
			}
			under := floor(b, p)
			for _, f := range forms {
				b.Run("form="+f.name+"/coding="+codingName(f), func(b *testing.B) { compare(b, p, under, f) })
			}
		})
	}
}

func codingName(f form) string {
	if f.encoding == "" {
		return "plain"
	}
	return f.encoding
}

// compare scrapes a server and the floor in turn.
func compare(b *testing.B, p, under *process, f form) {
	b.Helper()
	c := newClient()
	defer c.CloseIdleConnections()
	scrape := func(p *process, path string) {
		if err := c.get(b.Context(), p.url+path, f, io.Discard); err != nil {
			b.Fatalf("%v\n%s", err, p.log)
		}
	}
	path := "/" + f.name + "-" + f.encoding
	scrape(p, "/metrics")
	scrape(under, path)
	n := round
	if used, _ := costs(p, under, 1, scrape, path); used > dear {
		n = shortRound
	}
	var used, usedFloor, ratios []float64
	for b.Loop() {
		u, f := costs(p, under, n, scrape, path)
		used, usedFloor, ratios = append(used, u), append(usedFloor, f), append(ratios, u/f)
	}
	b.ReportMetric(0, "ns/op") // it is of the client too
	b.ReportMetric(cputest.Median(used), "cpu-ms/scrape")
	b.ReportMetric(cputest.Median(usedFloor), "floor-cpu-ms/scrape")
	b.ReportMetric(cputest.Median(ratios), "x-floor")
}

// round is how many scrapes are measured at once, and shortRound where one takes more
// than dear milliseconds. A median of rounds does not show what else the machine did
// during one of them.
const (
	round      = 50
	shortRound = 2
	dear       = 100
)

// costs is the processor time of a server and of its floor for one of n scrapes each, in
// milliseconds. They are scraped in turn, so that what else runs on the machine meets both.
func costs(p, under *process, n int, scrape func(p *process, path string), path string) (used, usedFloor float64) {
	before, beforeFloor := p.cpu(), under.cpu()
	for range n {
		scrape(p, "/metrics")
		scrape(under, path)
	}
	of := func(used time.Duration) float64 { return float64(used) / float64(n) / 1e6 }
	return of(p.cpu() - before), of(under.cpu() - beforeFloor)
}
