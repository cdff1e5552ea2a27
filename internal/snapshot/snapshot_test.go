package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/internal/snapshot"
	"planwatch/internal/unit"
	"planwatch/plan"
)

var (
	beds = kpi.KPI{
		Name: "beds_available", Title: language.Text{"sv": "Disponibla vårdplatser", "en": "Available beds"},
		Definition: language.Text{"en": "Staffed beds.\n"}, Unit: "beds", Better: kpi.Higher,
	}
	waits = kpi.KPI{
		Name: "wait_seconds", Title: language.Text{"en": "Waiting time"}, Definition: language.Text{"en": "Time in the queue."},
		Unit: "seconds", Histogram: &kpi.Buckets{Value: "waited", Bounds: []float64{10, 20}},
	}
)

// inBeds is the unit of beds.
var inBeds = unit.Unit{Name: "beds", Measures: []unit.Measure{{Name: "beds", Word: unit.Word{"sv": {language.Other: "vårdplatser"}, "en": {language.Other: "beds"}}}}}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func ward(name string, value float64, asOf time.Time) kpi.Sample {
	return kpi.Sample{KPI: "beds_available", Labels: kpi.NewLabels(kpi.Label{Name: "ward", Value: name}), Value: value, AsOf: asOf}
}

// record is one of the collector, whose one KPI has the collector's name.
func record(collector string, at time.Time, samples ...kpi.Sample) snapshot.Record {
	for i := range samples {
		samples[i].KPI = collector
	}
	return snapshot.Record{Collector: collector, Fingerprint: "1", At: at, Rows: len(samples), Samples: samples}
}

// described is what the configuration says of a record.
func described(tb testing.TB, r snapshot.Record) snapshot.Description {
	tb.Helper()
	k := beds
	k.Name = r.Collector
	return description(tb, 2*time.Hour, k)
}

func description(tb testing.TB, maxAge time.Duration, kpis ...kpi.KPI) snapshot.Description {
	tb.Helper()
	return snapshot.Description{KPIs: kpis, MaxAge: maxAge, HelpLanguage: regiontest.Languages(tb).English()}
}

// replace shows a record as the configuration describes it.
func replace(tb testing.TB, s *snapshot.Store, r snapshot.Record) {
	tb.Helper()
	s.Replace(r, described(tb, r))
}

func written(t *testing.T, s *snapshot.Store, encoding snapshot.Encoding, compression snapshot.Compression) []byte {
	t.Helper()
	var b bytes.Buffer
	answer := s.Answer(encoding, compression)
	if n, err := answer.WriteTo(&b); err != nil || n != answer.Length() || b.Len() != int(n) {
		t.Fatalf("%d bytes of %d are %d: %v", n, answer.Length(), b.Len(), err)
	}
	return b.Bytes()
}

func TestExposition(t *testing.T) {
	now := time.Now()
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	catalogue := kpi.NewCatalogue([]kpi.Entry{{KPI: beds, Collector: "beds", Base: inBeds}})
	s.Configure(snapshot.NewInfo(catalogue, regiontest.Languages(t)), func(snapshot.Record) (snapshot.Description, bool) { return snapshot.Description{}, false })
	s.ReplaceGauges(snapshot.NewGauges(snapshot.NewGaugeBlock([]snapshot.Gauge{
		{Name: "plan_status", Help: "How the KPI\nstands.", Labels: kpi.NewLabels(kpi.Label{Name: "target", Value: "a"}), Value: 1},
		{Name: "plan_actual", Help: "The KPI.", Value: 38},
		{Name: "plan_status", Help: "How the KPI\nstands.", Labels: kpi.NewLabels(kpi.Label{Name: "target", Value: "b"}), Value: -1},
	}, nil)))
	s.Replace(snapshot.Record{Collector: "waits", Samples: []kpi.Sample{
		{KPI: "wait_seconds", Labels: kpi.NewLabels(kpi.Label{Name: "hospital", Value: "Kalix"}), AsOf: now, Histogram: &kpi.Histogram{Bounds: []float64{10, 20}, Counts: []uint64{3, 7}, Count: 10, Sum: 377}},
	}}, description(t, time.Hour, waits))
	s.Replace(snapshot.Record{Collector: "beds", Samples: []kpi.Sample{ward(`"Kirurgi" \ väst`, 38, now)}}, description(t, time.Hour, beds))
	want := `# HELP kpi_info What each KPI is: its titles, unit and standard.
# TYPE kpi_info gauge
kpi_info{better="higher",collector="beds",kpi="beds_available",title_en="Available beds",title_sv="Disponibla vårdplatser",unit="beds"} 1
# HELP kpi_measure What people read the KPI in: how many of its unit one of that is, with its word in each language.
# TYPE kpi_measure gauge
kpi_measure{kpi="beds_available",measure_en="beds",measure_sv="vårdplatser"} 1
# HELP plan_status How the KPI stands.
# TYPE plan_status gauge
plan_status{target="a"} 1
plan_status{target="b"} -1
# HELP plan_actual The KPI.
# TYPE plan_actual gauge
plan_actual 38
# HELP kpi_beds_available Available beds: Staffed beds.
# TYPE kpi_beds_available gauge
kpi_beds_available{ward="\"Kirurgi\" \\ väst"} 38
# HELP kpi_wait_seconds Waiting time: Time in the queue.
# TYPE kpi_wait_seconds histogram
kpi_wait_seconds_bucket{hospital="Kalix",le="10"} 3
kpi_wait_seconds_bucket{hospital="Kalix",le="20"} 7
kpi_wait_seconds_bucket{hospital="Kalix",le="+Inf"} 10
kpi_wait_seconds_sum{hospital="Kalix"} 377
kpi_wait_seconds_count{hospital="Kalix"} 10
`
	if got := string(written(t, s, snapshot.Text, snapshot.Plain)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, encoding := range []snapshot.Encoding{snapshot.Text, snapshot.OpenMetrics, snapshot.Protobuf} {
		t.Run(fmt.Sprint("gzip of encoding ", encoding), func(t *testing.T) {
			zip, err := gzip.NewReader(bytes.NewReader(written(t, s, encoding, snapshot.Gzip)))
			if err != nil {
				t.Fatal(err)
			}
			// Browsers and curl read one member only.
			zip.Multistream(false)
			unpacked, err := io.ReadAll(zip)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(unpacked, written(t, s, encoding, snapshot.Plain)) {
				t.Error("unpacks to something else than the plain form")
			}
		})
	}
	t.Run("protobuf says the same", func(t *testing.T) {
		decoder := expfmt.NewDecoder(bytes.NewReader(written(t, s, snapshot.Protobuf, snapshot.Plain)), expfmt.NewFormat(expfmt.TypeProtoDelim))
		var text bytes.Buffer
		for {
			var family dto.MetricFamily
			if err := decoder.Decode(&family); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := expfmt.MetricFamilyToText(&text, &family); err != nil {
				t.Fatal(err)
			}
		}
		if text.String() != want {
			t.Errorf("got\n%s", text.String())
		}
	})
	t.Run("text is read back by Prometheus' parser", func(t *testing.T) {
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(written(t, s, snapshot.Text, snapshot.Plain)))
		if err != nil || len(families) != 6 {
			t.Errorf("%d families, %v", len(families), err)
		}
	})
}

// A KPI has a title in each of the region's languages and in no other.
func TestInfoOfOneLanguage(t *testing.T) {
	languages, err := language.NewSet(fstest.MapFS{}, []string{"en"})
	if err != nil {
		t.Fatal(err)
	}
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	catalogue := kpi.NewCatalogue([]kpi.Entry{{KPI: beds, Collector: "beds", Base: inBeds}})
	s.Configure(snapshot.NewInfo(catalogue, languages), func(snapshot.Record) (snapshot.Description, bool) { return snapshot.Description{}, false })
	const want = `kpi_info{better="higher",collector="beds",kpi="beds_available",title_en="Available beds",unit="beds"} 1
# HELP kpi_measure What people read the KPI in: how many of its unit one of that is, with its word in each language.
# TYPE kpi_measure gauge
kpi_measure{kpi="beds_available",measure_en="beds"} 1`
	if got := string(written(t, s, snapshot.Text, snapshot.Plain)); !strings.HasSuffix(got, "\n"+want+"\n") {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNegotiate(t *testing.T) {
	tests := []struct {
		name, accept string
		want         snapshot.Encoding
		contentType  string
	}{
		{"nothing said", "", snapshot.Text, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"},
		{"a browser", "text/html,application/xhtml+xml", snapshot.Text, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"},
		{"OpenMetrics", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5", snapshot.OpenMetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"},
		{"protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", snapshot.Protobuf, "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=underscores"},
		{"names in UTF-8", "text/plain;version=0.0.4;escaping=allow-utf-8", snapshot.Text, "text/plain; version=0.0.4; charset=utf-8; escaping=allow-utf-8"},
		{"what we do not speak", "image/png", snapshot.Text, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			encoding, contentType := snapshot.Negotiate(http.Header{"Accept": {tt.accept}})
			if encoding != tt.want || string(contentType) != tt.contentType {
				t.Errorf("got %d, %s", encoding, contentType)
			}
		})
	}
}

func TestReplaceShowsVanishedRowsNoMore(t *testing.T) {
	now := time.Now()
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	written(t, s, snapshot.Text, snapshot.Plain) // asked for before there is anything
	replace(t, s, record("beds", now, ward("Kirurgi", 38, now), ward("Ortopedi", 24, now)))
	replace(t, s, record("beds", now, ward("Kirurgi", 37, now)))
	if got := string(written(t, s, snapshot.Text, snapshot.Plain)); !strings.Contains(got, `kpi_beds{ward="Kirurgi"} 37`) || strings.Contains(got, "Ortopedi") {
		t.Errorf("got\n%s", got)
	}
}

// A ward that reports no more is withdrawn when its own figure is too old,
// while the others stay.
func TestWithdrawal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go s.Run(ctx)
		replace(t, s, record("beds", now, ward("Kirurgi", 38, now), ward("Ortopedi", 24, now.Add(-time.Hour))))
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{59 * time.Minute, 2}, {2 * time.Minute, 1}, {58 * time.Minute, 1}, {2 * time.Minute, 0}} {
			time.Sleep(step.wait) //nolint:forbidigo // the bubble's time, which passes at once
			synctest.Wait()
			chunk := s.Current().Chunk("beds")
			if len(chunk.Shown) != step.want || chunk.Withdrawn != 2-step.want {
				t.Errorf("after %s: %d shown and %d withdrawn, want %d shown", time.Since(now), len(chunk.Shown), chunk.Withdrawn, step.want)
			}
		}
		if got := string(written(t, s, snapshot.Text, snapshot.Plain)); got != "" {
			t.Errorf("still shown:\n%s", got)
		}
	})
}

func TestSaveAndRestore(t *testing.T) {
	now := time.Now()
	file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "data", "snapshot")}
	save(t, file, record("beds", now.Add(-time.Minute), ward("Kirurgi", 38, now.Add(-time.Hour)), ward("Ortopedi", 24, now.Add(-3*time.Hour))))

	tests := []struct {
		name        string
		fingerprint string
		clock       clock.Clock
		want        int
		told        string
	}{
		{"the same definition, with what has grown too old left out", "1", clock.Clock{}, 1, ""},
		{"another definition", "2", clock.Clock{}, 0, `level=INFO msg="saved figures dropped" collector=beds why="its definition, its query or its source has changed"`},
		// The record is of a minute ago.
		{"a clock set back by a little", "1", clock.StartingAt(now.Add(-63 * time.Second)), 1, ""},
		{"a clock set back", "1", clock.StartingAt(now.Add(-time.Hour)), 0, `level=WARN msg="saved figures dropped" collector=beds why="they are of a moment to come, so the clock was set back"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			s := snapshot.NewStore(tt.clock, file, slog.New(slog.NewTextHandler(&log, nil)))
			s.Restore(func(r snapshot.Record) (snapshot.Description, bool) {
				return described(t, r), r.Fingerprint == tt.fingerprint
			})
			shown := 0
			if chunk := s.Current().Chunk("beds"); chunk != nil {
				shown = len(chunk.Shown)
				if !chunk.Shown[0].AsOf.Equal(now.Add(-time.Hour)) {
					t.Errorf("as of %s, want the true age", chunk.Shown[0].AsOf)
				}
			}
			if shown != tt.want {
				t.Errorf("%d shown, want %d", shown, tt.want)
			}
			if text := log.String(); !strings.Contains(text, tt.told) || tt.told == "" && text != "" {
				t.Errorf("log:\n%s", text)
			}
		})
	}
}

// What was being written when planwatch was killed is removed at the next start,
// and nothing else is.
func TestLeftoversAreRemoved(t *testing.T) {
	dir := t.TempDir()
	file := snapshot.SaveDirectory{Path: filepath.Join(dir, "snapshot")}
	now := time.Now()
	save(t, file, record("beds", now, ward("Kirurgi", 38, now)))
	for _, name := range []string{"snapshot/beds.123.tmp", "snapshot/waits.456.tmp", "snapshot/beds.damaged", "other.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := snapshot.NewStore(clock.Clock{}, file, quiet())
	s.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), true })
	left, err := fs.Glob(os.DirFS(dir), "*")
	if err != nil {
		t.Fatal(err)
	}
	within, err := fs.Glob(os.DirFS(dir), "snapshot/*")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(append(left, within...), " "); got != "other.tmp snapshot snapshot/beds snapshot/beds.damaged" {
		t.Errorf("left: %s", got)
	}
	if s.Current().Chunk("beds") == nil {
		t.Error("nothing restored")
	}
}

func TestDamagedSnapshotIsSetAside(t *testing.T) {
	tests := []struct {
		name   string
		damage func([]byte) []byte
	}{
		{"cut short", func(b []byte) []byte { return b[:len(b)/2] }},
		{"a byte changed", func(b []byte) []byte { b[len(b)-3] ^= 1; return b }},
		{"empty", func([]byte) []byte { return nil }},
		{"of another program", func([]byte) []byte { return []byte("PNG\n\x00\x01") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}
			now := time.Now()
			save(t, file, record("beds", now, ward("Kirurgi", 38, now)), record("waits", now, ward("Kirurgi", 7, now)))
			data, err := os.ReadFile(bedsIn(file))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(bedsIn(file), tt.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			s := snapshot.NewStore(clock.Clock{}, file, slog.New(slog.NewTextHandler(&log, nil)))
			s.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), true })
			if s.Current().Chunk("beds") != nil {
				t.Error("figures were restored from a damaged file")
			}
			if s.Current().Chunk("waits") == nil {
				t.Error("the other collector's were not restored")
			}
			if _, err := os.Stat(bedsIn(file) + ".damaged"); err != nil {
				t.Error("not set aside:", err)
			}
			if !strings.Contains(log.String(), "saved figures set aside") {
				t.Errorf("log: %s", log.String())
			}
		})
	}
}

func TestSaveFailureIsCountedAndServingGoesOn(t *testing.T) {
	blocker := filepath.Join(t.TempDir(), "not-a-directory")
	if err := os.WriteFile(blocker, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s := save(t, snapshot.SaveDirectory{Path: filepath.Join(blocker, "snapshot")}, record("beds", now, ward("Kirurgi", 38, now)))
	if _, failures := s.Saved(); failures == 0 {
		t.Error("no failure counted")
	}
	if len(s.Current().Chunk("beds").Shown) != 1 {
		t.Error("the figure is gone")
	}
}

// What could not be saved is tried again by itself, ever less often, and the
// failure is told when it begins and when it ends.
func TestFailedSaveIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocker := filepath.Join(t.TempDir(), "data")
		if err := os.WriteFile(blocker, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		var attempts atomic.Uint64
		file := snapshot.SaveDirectory{Path: filepath.Join(blocker, "snapshot"), Hold: func() error { attempts.Add(1); return nil }}
		s := snapshot.NewStore(clock.Clock{}, file, slog.New(slog.NewTextHandler(&log, nil)))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx) }()
		synctest.Wait()
		before := attempts.Load() // of what is done at a start
		now := time.Now()
		replace(t, s, record("beds", now, ward("Kirurgi", 38, now)))
		time.Sleep(time.Hour) //nolint:forbidigo // the bubble's time, which passes at once
		synctest.Wait()
		_, failures := s.Saved()
		if failures < 50 || failures > 75 {
			t.Errorf("tried %d times in an hour", failures)
		}
		if tried := attempts.Load() - before; tried != failures {
			t.Errorf("%d failures of %d attempts", failures, tried)
		}
		if err := os.Remove(blocker); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // the bubble's time, which passes at once
		synctest.Wait()
		if last, _ := s.Saved(); last.IsZero() {
			t.Error("not saved once it could be")
		}
		stop()
		<-ended
		if _, after := s.Saved(); after != failures {
			t.Errorf("%d failures after it could be saved", after-failures)
		}
		text := log.String()
		if strings.Count(text, "snapshot not saved") != 1 || strings.Count(text, "snapshot saved again") != 1 {
			t.Errorf("log:\n%s", text)
		}
	})
}

// save shows the records and runs the store until it has ended, which saves.
func save(t *testing.T, file snapshot.SaveDirectory, records ...snapshot.Record) *snapshot.Store {
	t.Helper()
	s := snapshot.NewStore(clock.Clock{}, file, quiet())
	for _, r := range records {
		replace(t, s, r)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s.Run(ctx)
	return s
}

// bedsIn is the file of the collector beds.
func bedsIn(d snapshot.SaveDirectory) string { return filepath.Join(d.Path, "beds") }

// put writes what is in the file of beds.
func put(t *testing.T, d snapshot.SaveDirectory, data []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(d.Path, 0o700), os.WriteFile(bedsIn(d), data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

// A change is saved alone, and what a collector that is gone has saved is removed.
func TestOnlyChangesAreSaved(t *testing.T) {
	file, now := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}, time.Now()
	save(t, file, record("beds", now, ward("Kirurgi", 38, now)), record("waits", now, ward("Kirurgi", 7, now)), record("gone", now, ward("Kirurgi", 1, now)))
	// A file that is written again is another one.
	before := map[string]os.FileInfo{}
	for _, name := range []string{"beds", "waits"} {
		info, err := os.Stat(filepath.Join(file.Path, name))
		if err != nil {
			t.Fatal(err)
		}
		before[name] = info
	}
	s := snapshot.NewStore(clock.Clock{}, file, quiet())
	s.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), r.Collector != "gone" })
	saved := func() {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		s.Run(ctx)
	}
	saved()
	replace(t, s, record("beds", now, ward("Kirurgi", 39, now)))
	waits, err := os.Stat(filepath.Join(file.Path, "waits"))
	if err != nil {
		t.Fatal(err)
	}
	saved()
	for name, want := range map[string]os.FileInfo{"beds": before["beds"], "waits": waits} {
		info, err := os.Stat(filepath.Join(file.Path, name))
		if err != nil {
			t.Fatal(err)
		}
		if same := os.SameFile(info, want); same != (name == "waits") {
			t.Errorf("%s: the same file: %t", name, same)
		}
	}
	if _, err := os.Stat(filepath.Join(file.Path, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is gone is still saved: %v", err)
	}
	// What somebody removed is there again after a stop.
	if err := os.Remove(filepath.Join(file.Path, "waits")); err != nil {
		t.Fatal(err)
	}
	saved()
	again := snapshot.NewStore(clock.Clock{}, file, quiet())
	again.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), true })
	if c := again.Current().Chunk("beds"); c == nil || c.Shown[0].Value != 39 || again.Current().Chunk("waits") == nil {
		t.Error("not restored as saved")
	}
}

// A snapshot in one file, as earlier versions kept it, is set aside.
func TestSnapshotInOneFileIsSetAside(t *testing.T) {
	file, now := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}, time.Now()
	if err := os.WriteFile(file.Path, signed("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := snapshot.NewStore(clock.Clock{}, file, slog.New(slog.NewTextHandler(&log, nil)))
	s.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), true })
	if !strings.Contains(log.String(), "saved figures set aside") {
		t.Errorf("log: %s", &log)
	}
	replace(t, s, record("beds", now, ward("Kirurgi", 38, now)))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s.Run(ctx)
	if _, err := os.Stat(bedsIn(file)); err != nil {
		t.Error(err)
	}
}

func FuzzRestore(f *testing.F) {
	f.Add([]byte("planwatch snapshot 1 sha256:e3b0\n[]"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}
		put(t, file, data)
		snapshot.NewStore(clock.Clock{}, file, quiet()).Restore(func(snapshot.Record) (snapshot.Description, bool) { return snapshot.Description{}, true })
	})
}

// unsound are records whose checksum is right and which cannot be shown.
var unsound = map[string]string{
	"fewer counts than buckets": `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"wait_seconds","as_of":"2025-03-18T08:00:00Z","histogram":{"bounds":[10,20],"counts":[3],"count":3,"sum":1}}]}]`,
	"more counts than buckets":  `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"wait_seconds","as_of":"2025-03-18T08:00:00Z","histogram":{"bounds":[10],"counts":[3,4],"count":4,"sum":1}}]}]`,
	"counts that fall":          `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"wait_seconds","as_of":"2025-03-18T08:00:00Z","histogram":{"bounds":[10,20],"counts":[3,2],"count":3,"sum":1}}]}]`,
	"bounds that fall":          `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"wait_seconds","as_of":"2025-03-18T08:00:00Z","histogram":{"bounds":[20,10],"counts":[3,3],"count":3,"sum":1}}]}]`,
	"a label without a name":    `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"beds_available","labels":[{"name":"","value":"x"}],"as_of":"2025-03-18T08:00:00Z"}]}]`,
	"a label twice":             `[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"beds_available","labels":[{"name":"ward","value":"x"},{"name":"ward","value":"y"}],"as_of":"2025-03-18T08:00:00Z"}]}]`,
}

// signed is a saved snapshot of the records.
func signed(records string) []byte {
	return fmt.Appendf(nil, "planwatch snapshot 1 sha256:%x\n%s", sha256.Sum256([]byte(records)), records)
}

func TestUnsoundSnapshotIsSetAside(t *testing.T) {
	for name, records := range unsound {
		t.Run(name, func(t *testing.T) {
			file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}
			put(t, file, signed(records))
			s := snapshot.NewStore(clock.StartingAt(time.Date(2025, 3, 18, 9, 0, 0, 0, time.UTC)), file, quiet())
			s.Restore(func(snapshot.Record) (snapshot.Description, bool) {
				return description(t, 2*time.Hour, beds, waits), true
			})
			if len(s.Current().Chunks()) != 0 {
				t.Error("figures were restored from a damaged file")
			}
			if _, err := os.Stat(bedsIn(file) + ".damaged"); err != nil {
				t.Error("not set aside:", err)
			}
		})
	}
}

// Whatever records a snapshot holds, what is restored of them is shown in every
// form, and Prometheus reads it.
func FuzzRestoreRecords(f *testing.F) {
	for _, records := range unsound {
		f.Add(records)
	}
	f.Add(`[{"collector":"a","fingerprint":"1","at":"2025-03-18T08:00:00Z","rows":1,"samples":[{"kpi":"beds_available","labels":[{"name":"ward","value":"Kirurgi"}],"value":38,"as_of":"2025-03-18T08:00:00Z"},{"kpi":"beds_available","labels":[],"as_of":"2025-03-18T08:00:00Z","withheld":true}]}]`)
	f.Add(`[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"wait_seconds","value":1,"as_of":"2025-03-18T08:00:00Z"}]}]`)
	f.Add(`[{"collector":"a","at":"2025-03-18T08:00:00Z","samples":[{"kpi":"beds_available","as_of":"2025-03-18T08:00:00Z","histogram":{}}]},{}]`)
	known := description(f, 2*time.Hour, beds, waits)
	f.Fuzz(func(t *testing.T, records string) {
		file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}
		put(t, file, signed(records))
		s := snapshot.NewStore(clock.StartingAt(time.Date(2025, 3, 18, 9, 0, 0, 0, time.UTC)), file, quiet())
		s.Restore(func(snapshot.Record) (snapshot.Description, bool) { return known, true })
		for _, encoding := range []snapshot.Encoding{snapshot.OpenMetrics, snapshot.Protobuf, snapshot.Text} {
			written(t, s, encoding, snapshot.Gzip)
		}
		for _, chunk := range s.Current().Chunks() {
			var text bytes.Buffer
			for _, family := range snapshot.Families(known.KPIs, chunk.Shown, known.HelpLanguage) {
				if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
					t.Fatal(err)
				}
			}
			parser := expfmt.NewTextParser(model.LegacyValidation)
			if _, err := parser.TextToMetricFamilies(&text); err != nil {
				t.Errorf("Prometheus would not read it: %v", err)
			}
		}
	})
}

// A scrape of what nobody has changed copies bytes.
func BenchmarkScrape(b *testing.B) {
	for _, series := range []int{100, 10_000, 100_000} {
		for _, form := range []struct {
			name        string
			encoding    snapshot.Encoding
			compression snapshot.Compression
		}{{"text", snapshot.Text, snapshot.Plain}, {"protobuf gzip", snapshot.Protobuf, snapshot.Gzip}} {
			b.Run(fmt.Sprintf("%d series, %s", series, form.name), func(b *testing.B) {
				now := time.Now()
				samples := make([]kpi.Sample, series)
				for i := range samples {
					samples[i] = ward(fmt.Sprint("Avdelning ", i), float64(i), now)
				}
				s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
				replace(b, s, record("beds", now, samples...))
				s.Answer(form.encoding, form.compression)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Answer(form.encoding, form.compression).WriteTo(io.Discard); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// A run encodes its own chunk only.
func BenchmarkReplace(b *testing.B) {
	now := time.Now()
	samples := make([]kpi.Sample, 1000)
	for i := range samples {
		samples[i] = ward(fmt.Sprint("Avdelning ", i), float64(i), now)
	}
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	s.Answer(snapshot.Text, snapshot.Gzip)
	for i := range 30 {
		replace(b, s, record(fmt.Sprint("collector_", i), now, samples...))
	}
	b.ReportAllocs()
	for b.Loop() {
		replace(b, s, record("beds", now, samples...))
	}
}

// What figures are compared with goes with them to the file and back, and is
// withdrawn when it is max_age behind, but for that of a fixed date.
func TestPast(t *testing.T) {
	now := time.Now()
	moves, fixed := plan.Reference{At: plan.YearEarlier}, plan.Reference{On: plan.Date{Year: 2024, Month: time.November, Day: 26}}
	tests := []struct {
		name  string
		age   time.Duration
		known bool
	}{{"new", 0, true}, {"almost max_age", 2*time.Hour - time.Minute, true}, {"more than max_age", 2*time.Hour + time.Minute, false}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := snapshot.SaveDirectory{Path: filepath.Join(t.TempDir(), "snapshot")}
			s := snapshot.NewStore(clock.Clock{}, file, quiet())
			r := record("beds_available", now, ward("A", 38, now))
			for _, reference := range []plan.Reference{moves, fixed} {
				r.Past = append(r.Past, snapshot.Past{Reference: reference, At: now.Add(-tt.age), Samples: []kpi.Sample{ward("A", 26, now.AddDate(-1, 0, 0))}})
			}
			replace(t, s, r)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			s.Run(ended) // saves, and ends
			again := snapshot.NewStore(clock.Clock{}, file, quiet())
			again.Restore(func(r snapshot.Record) (snapshot.Description, bool) { return described(t, r), true })
			for _, store := range []*snapshot.Store{s, again} {
				past := store.Past()
				if _, ok := past[moves]; ok != tt.known {
					t.Errorf("of a year earlier: %t", ok)
				}
				k := beds
				k.Aggregate = kpi.Sum
				if got, ok := past[fixed].Aggregate(k, nil); !ok || got.Value != 26 {
					t.Errorf("of a date: %v, %t", got.Value, ok)
				}
			}
		})
	}
}
