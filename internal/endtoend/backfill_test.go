package endtoend_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/builtintest"
	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/snapshot"
	"planwatch/plan"
)

// What a Prometheus answers from blocks is what planwatch collects as of the
// moment, and compares with the plan; a backfill that is killed and goes on
// writes the same bytes.
func TestBackfill(t *testing.T) {
	binary := build(t)
	dir := builtintest.OverMariaDB(t)
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Blocks of a day, so that there are many borders.
	args := []string{"backfill", "--config", dir, "--from", "2025-03-10", "--to", "2025-03-16T12:34", "--step", "6h", "--block", "1d"}
	run := func(ctx context.Context, output string, more ...string) ([]byte, error) {
		return exec.CommandContext(ctx, binary, slices.Concat(args, more, []string{"--output", output})...).CombinedOutput()
	}
	whole := filepath.Join(t.TempDir(), "whole")
	began := time.Now()
	if said, err := run(t.Context(), whole); err != nil {
		t.Fatalf("backfill: %v\n%s", err, said)
	}
	took := time.Since(began)
	moments := []time.Time{}
	end := time.Date(2025, 3, 16, 12, 34, 0, 0, region.Location)
	for m := time.Date(2025, 3, 10, 5, 59, 59, 0, region.Location); !m.After(end); m = m.Add(6 * time.Hour) {
		moments = append(moments, m)
	}

	t.Run("a Prometheus answers the same", func(t *testing.T) {
		p := startPrometheus(t, blocksOf(t, whole))
		testAnswers(t, p, region, moments)
	})
	t.Run("promtool finds nothing wrong", func(t *testing.T) {
		data := blocksOf(t, whole)
		listed := tool(t, "promtool", "tsdb", "list", data)
		if n := len(blockNames(t, data)); strings.Count(listed, "\n") != n+1 || n < 7 {
			t.Errorf("%d blocks, and listed are\n%s", n, listed)
		}
		for _, name := range blockNames(t, data) {
			if said := tool(t, "promtool", "tsdb", "analyze", data, name); !strings.Contains(said, "Total Series: ") {
				t.Errorf("%s:\n%s", name, said)
			}
		}
	})
	t.Run("killed and gone on with", func(t *testing.T) { testKills(t, run, whole, took) })
	t.Run("promtool makes the same of OpenMetrics", func(t *testing.T) {
		text, made := filepath.Join(t.TempDir(), "text"), t.TempDir()
		if said, err := run(t.Context(), text, "--format", "openmetrics", "--from", "2025-03-12", "--to", "2025-03-12"); err != nil {
			t.Fatalf("backfill: %v\n%s", err, said)
		}
		files, err := filepath.Glob(filepath.Join(text, "*.openmetrics"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		tool(t, "promtool", "tsdb", "create-blocks-from", "openmetrics", files[0], made)
		at := moments[10]
		ours, theirs := startPrometheus(t, blocksOf(t, whole)), startPrometheus(t, made)
		query := "last_over_time({job=\"planwatch\"}[1h])"
		if a, b := instant(t, ours, query, at), instant(t, theirs, query, at); len(a) == 0 || !maps.Equal(a, b) {
			t.Errorf("%s: %d series, of OpenMetrics %d", at, len(a), len(b))
			showDifference(t, b, a)
		}
	})
}

// testAnswers compares a Prometheus' answers with what is collected, at random
// moments of those.
func testAnswers(t *testing.T, prometheus string, region *config.Region, moments []time.Time) {
	t.Helper()
	collected, err := asof.Open(t.Context(), region, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := collected.Close(); err != nil {
			t.Error(err)
		}
	}()
	r := rand.New(rand.NewPCG(uint64(len(moments)), 20))
	series, histograms, assessed, withdrawn := 0, 0, 0, 0
	for _, i := range r.Perm(len(moments))[:20] {
		at := moments[i]
		result := collected.Compare(t.Context(), at)
		if len(result.Failures) > 0 {
			t.Fatal(result.Failures)
		}
		want := map[string]float64{}
		add := func(families []*dto.MetricFamily) {
			for _, s := range samples(t, families) {
				want[s.name] = s.value
				series++
			}
		}
		add(snapshot.Families(result.KPIs, result.Samples, region.Languages.English()))
		add(snapshot.NewInfo(region.KPIs, region.Languages).Families())
		add(snapshot.NewGauges(snapshot.NewGaugeBlock(snapshot.EventGauges(region.Events, region.CollectorNames(), region.Languages, region.Location, clock.Behind(0)), nil)).Families())
		histograms += strings.Count(strings.Join(slices.Collect(maps.Keys(want)), "\n"), naming.SuffixBucket+"{")
		for _, a := range plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location) {
			for _, m := range a.Metrics() {
				want[nameOf(m.Name, m.Labels)] = m.Value
				assessed++
			}
		}
		got := instant(t, prometheus, `{job="planwatch",instance="planwatch:9846"}`, at)
		if !maps.Equal(got, want) {
			t.Errorf("%s: %d series, want %d", at, len(got), len(want))
			showDifference(t, got, want)
		}
		// Between two moments, until they are withdrawn.
		later := at.Add(time.Duration(r.Int64N(5*60)) * time.Minute)
		if i+1 == len(moments) {
			continue
		}
		kept := slices.DeleteFunc(slices.Clone(result.Samples), func(s kpi.Sample) bool {
			return s.Current().Add(time.Duration(region.Giving(s.KPI).MaxAge)).Before(later)
		})
		withdrawn += len(result.Samples) - len(kept)
		shown := map[string]float64{}
		for _, s := range samples(t, snapshot.Families(result.KPIs, kept, region.Languages.English())) {
			shown[s.name] = s.value
		}
		if got := instant(t, prometheus, `{job="planwatch",__name__=~"`+naming.AnyKPI+`",__name__!~"`+naming.NoKPI+`"}`, later); !maps.Equal(got, shown) {
			t.Errorf("%s: %d series, want %d", later, len(got), len(shown))
			showDifference(t, got, shown)
		}
	}
	if withdrawn == 0 {
		t.Error("nothing was withdrawn between moments")
	}
	if series < 1000 || histograms == 0 || assessed < 100 {
		t.Errorf("only %d series, %d of histograms' and %d of the plan were compared", series, histograms, assessed)
	}
}

// testKills kills a backfill at five moments of its way, and goes on with it.
func testKills(t *testing.T, run func(context.Context, string, ...string) ([]byte, error), whole string, took time.Duration) {
	t.Helper()
	output := filepath.Join(t.TempDir(), "killed")
	r := rand.New(rand.NewPCG(5, 5))
	for killed := 0; killed < 5; {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.Int64N(int64(took/2))))
		said, err := run(ctx, output)
		switch {
		case ctx.Err() != nil:
			killed++ // SIGKILL, which is how a context ends a command
		case err != nil:
			t.Fatalf("backfill: %v\n%s", err, said)
		default: // it was done before: once more
			if err := os.RemoveAll(output); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
	}
	if said, err := run(t.Context(), output); err != nil {
		t.Fatalf("backfill: %v\n%s", err, said)
	}
	want, got := tree(t, whole), tree(t, output)
	for name, data := range want {
		if got[name] != data {
			t.Errorf("%s: %d bytes, want these %d", name, len(got[name]), len(data))
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("%s is left over", name)
		}
	}
}

// tree are a directory's files with their contents.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func blockNames(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "01*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	return names
}

// blocksOf is a copy of a folder's blocks.
func blocksOf(t *testing.T, dir string) string {
	t.Helper()
	copied := t.TempDir()
	for _, name := range blockNames(t, dir) {
		if err := os.CopyFS(filepath.Join(copied, name), os.DirFS(filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// tool runs a tool that is to succeed.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), filepath.Join(repository, "bin", "tools", name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, said)
	}
	return string(said)
}

// startPrometheus starts a Prometheus on a directory of blocks, which ends with the
// test, and gives its address.
func startPrometheus(t *testing.T, data string) string {
	t.Helper()
	configuration := filepath.Join(t.TempDir(), "prometheus.yml")
	if err := os.WriteFile(configuration, []byte("global: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, filepath.Join(repository, "bin", "tools", "prometheus"), "--config.file="+configuration, "--storage.tsdb.path="+data,
		"--storage.tsdb.retention.time=20y", "--web.listen-address=127.0.0.1:0")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	out, in := io.Pipe()
	command.Stdout, command.Stderr = in, in
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	listening, ready := make(chan string, 1), make(chan struct{}, 1)
	go func() {
		address := regexp.MustCompile(`msg="Listening on".* address=(127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if m := address.FindStringSubmatch(lines.Text()); m != nil {
				listening <- "http://" + m[1]
			}
			if strings.Contains(lines.Text(), "Server is ready to receive web requests.") {
				ready <- struct{}{}
			}
			if strings.Contains(lines.Text(), "level=ERROR") {
				t.Error(lines.Text())
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was stopped
		_ = in.Close()
	})
	address := ""
	for range 2 {
		select {
		case address = <-listening:
		case <-ready:
		case <-time.After(patience):
			t.Fatal("Prometheus does not start")
		}
	}
	return address
}

// instant asks a Prometheus as of a moment, and gives the values by the series' names
// without the labels of the scrape.
func instant(t *testing.T, prometheus, query string, at time.Time) map[string]float64 {
	t.Helper()
	address := prometheus + "/api/v1/query?" + url.Values{"query": {query}, "time": {strconv.FormatInt(at.Unix(), 10)}}.Encode()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Error string
		Data  struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Error != "" {
		t.Fatal(query, err, answer.Error)
	}
	values := map[string]float64{}
	for _, r := range answer.Data.Result {
		value, err := strconv.ParseFloat(fmt.Sprint(r.Value[1]), 64)
		if err != nil {
			t.Fatal(err)
		}
		var labels []kpi.Label
		for name, v := range r.Metric {
			if name != naming.LabelName && name != naming.LabelJob && name != naming.LabelInstance {
				labels = append(labels, kpi.Label{Name: name, Value: v})
			}
		}
		values[nameOf(r.Metric[naming.LabelName], kpi.NewLabels(labels...))] = value
	}
	return values
}

func nameOf(name string, labels kpi.Labels) string { return name + "{" + labels.String() + "}" }

// figure is one series' value.
type figure struct {
	name  string
	value float64
}

// samples are the series of families as a scrape of Prometheus reads them.
func samples(t *testing.T, families []*dto.MetricFamily) []figure {
	t.Helper()
	var all []figure
	for _, family := range families {
		vector, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, family)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range vector {
			var labels []kpi.Label
			for name, value := range s.Metric {
				switch string(name) {
				case model.MetricNameLabel:
					continue
				case naming.LabelBucket: // as Prometheus 3 writes bounds
					if !strings.ContainsAny(string(value), ".e+") {
						value += ".0"
					}
				}
				labels = append(labels, kpi.Label{Name: string(name), Value: string(value)})
			}
			all = append(all, figure{nameOf(string(s.Metric[model.MetricNameLabel]), kpi.NewLabels(labels...)), float64(s.Value)})
		}
	}
	return all
}

func showDifference(t *testing.T, got, want map[string]float64) {
	t.Helper()
	shown := 0
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if v, found := got[name]; (!found || v != want[name]) && shown < 5 {
			t.Logf("%s is %v (%t), want %v", name, v, found, want[name])
			shown++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, found := want[name]; !found && shown < 10 {
			t.Logf("%s is %v and should not be", name, got[name])
			shown++
		}
	}
}
