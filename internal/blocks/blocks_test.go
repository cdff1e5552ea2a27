package blocks_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"planwatch/internal/blocks"
	"planwatch/internal/kpi"
)

const (
	minute = int64(60_000)
	day    = 24 * 60 * minute
	length = 30 * day
)

func TestSplit(t *testing.T) {
	tests := []struct {
		name        string
		from, until int64
		want        []blocks.Range
	}{
		{"nothing", 5, 5, nil},
		{"within one", length + 1, length + 2, []blocks.Range{{From: length + 1, Until: length + 2}}},
		{"one as it is", length, 2 * length, []blocks.Range{{From: length, Until: 2 * length}}},
		{"over a border", length - 5, length + 5, []blocks.Range{{From: length - 5, Until: length}, {From: length, Until: length + 5}}},
		{"before 1970", -length - 5, 5, []blocks.Range{{From: -length - 5, Until: -length}, {From: -length, Until: 0}, {From: 0, Until: 5}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := blocks.Split(blocks.Range{From: tt.from, Until: tt.until}, blocks.Length); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// job is a label that all series have.
var job = kpi.NewLabels(kpi.Label{Name: "job", Value: "planwatch"})

// points are samples by series.
type points map[string][]point

type point struct {
	t int64
	v uint64 // the bits of the value
}

// value is one that is added: a family, labels and a span.
type value struct {
	family blocks.Family
	suffix string
	labels kpi.Labels
	span   blocks.Span
}

// random are values of some series over a time, with gaps, values that stay and
// values that no comparison finds, and what their samples are by the definition:
// one at each value's beginning, and one every fill until it ends. Where no other
// value follows, marks has the end.
func random(seed uint64, from, until, fill int64) (all []value, want, marks points) {
	r := rand.New(rand.NewPCG(seed, 1))
	odd := []float64{0, math.Copysign(0, -1), 1, 38, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300, math.Pi}
	want, marks = points{}, points{}
	for i := range 40 {
		f := blocks.Family{Name: fmt.Sprintf("kpi_%c", 'a'+i%7), Help: "A \"figure\"\nwith \\", Kind: blocks.Gauge}
		suffix, own := "", kpi.Label{Name: "ward", Value: fmt.Sprintf("Å\"\\\n%d", i)}
		if i%7 == 6 {
			f.Kind = blocks.Histogram
			suffix, own = "_bucket", kpi.Label{Name: "le", Value: []string{"10.0", "9.0", "+Inf", "0.5", "100.0"}[i/7%5]}
		}
		name := labels.FromStrings("__name__", f.Name+suffix, own.Name, own.Value, "job", "planwatch").String()
		for t := from + r.Int64N(day); t < until; {
			span := blocks.Span{Range: blocks.Range{From: t, Until: t + 1 + r.Int64N(day)}, Value: odd[r.IntN(len(odd))]}
			if r.IntN(4) > 0 { // as a value that stays
				span.Until = t + 360*fill
			}
			all = append(all, value{f, suffix, kpi.NewLabels(own), span})
			for at := t; at < span.Until && at < until; at += fill {
				want[name] = append(want[name], point{at, math.Float64bits(span.Value)})
			}
			t = span.Until
			gap := r.IntN(3) == 0
			if gap && t < until {
				marks[name] = append(marks[name], point{t, 0x7ff0000000000002})
			}
			if gap {
				t += 1 + r.Int64N(3*day)
			}
		}
	}
	return all, want, marks
}

// with are the points of both in order of time.
func (p points) with(more points) points {
	both := points{}
	for name := range p {
		both[name] = slices.Concat(p[name], more[name])
		slices.SortFunc(both[name], func(a, b point) int { return cmp.Compare(a.t, b.t) })
	}
	return both
}

// write writes values in ranges.
func write(tb testing.TB, all []value, ranges []blocks.Range, fill int64, to func(*blocks.Values) (blocks.Written, error)) {
	tb.Helper()
	for _, r := range ranges {
		values := blocks.NewValues(r, time.Duration(fill)*time.Millisecond, job)
		for _, v := range all {
			if err := values.Add(v.family, v.suffix, v.labels, v.span); err != nil {
				tb.Fatal(err)
			}
		}
		if _, err := to(values); err != nil {
			tb.Fatal(err)
		}
	}
}

// read reads all blocks in a directory, as they are on the disk.
func read(tb testing.TB, dir string) points {
	tb.Helper()
	db, err := tsdb.OpenDBReadOnly(dir, "", slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	opened, err := db.Blocks()
	if err != nil {
		tb.Fatal(err)
	}
	got := points{}
	last := int64(math.MinInt64)
	for _, b := range opened {
		if b.Meta().MinTime < last {
			tb.Errorf("%s overlaps the one before it", b.Meta().ULID)
		}
		last = b.Meta().MaxTime
		q, err := tsdb.NewBlockQuerier(b, math.MinInt64, math.MaxInt64)
		if err != nil {
			tb.Fatal(err)
		}
		var samples uint64
		set := q.Select(tb.Context(), true, nil, labels.MustNewMatcher(labels.MatchRegexp, "__name__", ".+"))
		for set.Next() {
			name := set.At().Labels().String()
			it := set.At().Iterator(nil)
			for it.Next() == chunkenc.ValFloat {
				at, v := it.At()
				got[name] = append(got[name], point{at, math.Float64bits(v)})
				samples++
			}
			if it.Err() != nil {
				tb.Fatal(it.Err())
			}
		}
		if set.Err() != nil {
			tb.Fatal(set.Err())
		}
		if samples != b.Meta().Stats.NumSamples {
			tb.Errorf("%s has %d samples and says %d", b.Meta().ULID, samples, b.Meta().Stats.NumSamples)
		}
		if err := q.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	return got
}

func differ(t *testing.T, got, want points) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d series, want %d", len(got), len(want))
	}
	for name, w := range want {
		if !slices.Equal(got[name], w) {
			t.Errorf("%s: %d samples, want %d", name, len(got[name]), len(w))
			for i := range min(len(got[name]), len(w)) {
				if got[name][i] != w[i] {
					t.Fatalf("sample %d is %v, want %v", i, got[name][i], w[i])
				}
			}
		}
	}
}

// Prometheus' own reader finds in blocks what was given, however the time is cut.
func TestBlocksHoldWhatIsGiven(t *testing.T) {
	from := 12*length - 20*day
	for seed := range uint64(3) {
		for _, cut := range []time.Duration{blocks.Length, 7 * 24 * time.Hour, 5 * time.Hour} {
			t.Run(fmt.Sprint(seed, cut), func(t *testing.T) {
				until, fill := from+40*day, 4*minute
				if cut < 24*time.Hour {
					until = from + 3*day
				}
				all, want, marks := random(seed, from, until, fill)
				dir := t.TempDir()
				write(t, all, blocks.Split(blocks.Range{From: from, Until: until}, cut), fill, func(v *blocks.Values) (blocks.Written, error) {
					return blocks.WriteBlock(t.Context(), dir, "test", v)
				})
				differ(t, read(t, dir), want.with(marks))
			})
		}
	}
}

// OpenMetrics text says the same as blocks.
func TestOpenMetricsHoldsWhatIsGiven(t *testing.T) {
	from, fill := 12*length-5*day, 4*minute
	until := from + 10*day
	all, want, _ := random(1, from, until, fill)
	dir := t.TempDir()
	write(t, all, blocks.Split(blocks.Range{From: from, Until: until}, blocks.Length), fill, func(v *blocks.Values) (blocks.Written, error) {
		return blocks.WriteOpenMetrics(t.Context(), dir, v)
	})
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 2 {
		t.Fatal(names, err)
	}
	got := points{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		parse(t, data, got)
		if bound, last := -1.0, ""; bytes.Contains(data, []byte("kpi_g_bucket")) {
			for line := range strings.Lines(string(data)) {
				rest, found := strings.CutPrefix(line, `kpi_g_bucket{job="planwatch",le="`)
				if !found {
					continue
				}
				le, rest, _ := strings.Cut(rest, `"`)
				at := rest[strings.LastIndex(rest, " "):]
				var b float64
				if _, err := fmt.Sscan(strings.Replace(le, "+Inf", "1e300", 1), &b); err != nil {
					t.Fatal(err)
				}
				if at == last && b <= bound || at < last {
					t.Fatalf("%s: out of order: %s", name, line)
				}
				bound, last = b, at
			}
		}
	}
	// The parser does not keep the bits of NaN.
	for _, all := range []points{got, want} {
		for _, p := range all {
			for i := range p {
				if math.IsNaN(math.Float64frombits(p[i].v)) {
					p[i].v = math.Float64bits(math.NaN())
				}
			}
		}
	}
	whole := points{}
	for name, p := range want {
		for _, q := range p {
			q.t -= q.t % 1000 // the parser cuts off below a second's thousandths
			whole[name] = append(whole[name], q)
		}
	}
	for _, p := range got {
		for i := range p {
			p[i].t -= p[i].t % 1000
		}
	}
	differ(t, got, whole)
}

func parse(t *testing.T, data []byte, into points) {
	t.Helper()
	p := textparse.NewOpenMetricsParser(data, labels.NewSymbolTable())
	ended := map[string]bool{}
	family := ""
	for {
		entry, err := p.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch entry {
		case textparse.EntryType:
			name, _ := p.Type()
			family = string(name)
			if ended[family] {
				t.Errorf("%s comes twice", family)
			}
			ended[family] = true
		case textparse.EntrySeries:
			_, at, v := p.Series()
			var ls labels.Labels
			p.Labels(&ls)
			if !strings.HasPrefix(ls.Get("__name__"), family) {
				t.Errorf("%s among %s", ls, family)
			}
			into[ls.String()] = append(into[ls.String()], point{*at, math.Float64bits(v)})
		}
	}
}

// What is written follows from what is given, byte for byte, on however many
// processors.
func TestTheSameAgain(t *testing.T) {
	from, fill := 12*length, 4*minute
	all, _, _ := random(3, from, from+10*day, fill)
	r := blocks.Range{From: from, Until: from + 10*day}
	once := func(shuffled bool, of string) map[string]string {
		dir := t.TempDir()
		given := slices.Clone(all)
		if shuffled { // by series; each in order of time
			slices.SortStableFunc(given, func(a, b value) int { return b.labels.Compare(a.labels) })
		}
		write(t, given, []blocks.Range{r}, fill, func(v *blocks.Values) (blocks.Written, error) {
			return blocks.WriteBlock(t.Context(), dir, of, v)
		})
		return files(t, dir)
	}
	first := once(false, "a")
	if !maps.Equal(first, once(true, "a")) {
		t.Error("the same values give other bytes")
	}
	if maps.Equal(first, once(false, "b")) {
		t.Error("blocks of two things have the same name")
	}
	if _, found := first[filepath.Join(blocks.BlockName(r, "a"), "meta.json")]; !found {
		t.Error("the block has another name")
	}
}

// files are the files of a directory with what is in them.
func files(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	all := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(data)
		return err
	}); err != nil {
		tb.Fatal(err)
	}
	return all
}

// A block that cannot be written leaves nothing behind, and the one that was there
// as it was.
func TestFailedBlock(t *testing.T) {
	from, fill := 12*length, 4*minute
	all, _, _ := random(3, from, from+10*day, fill)
	r := blocks.Range{From: from, Until: from + 10*day}
	dir := t.TempDir()
	write(t, all, []blocks.Range{r}, fill, func(v *blocks.Values) (blocks.Written, error) {
		return blocks.WriteBlock(t.Context(), dir, "", v)
	})
	before := files(t, dir)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	values := blocks.NewValues(r, 4*time.Minute, job)
	for _, v := range all[:20] {
		if err := values.Add(v.family, v.suffix, v.labels, v.span); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := blocks.WriteBlock(ended, dir, "", values); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled block: %v", err)
	}
	if _, err := blocks.WriteOpenMetrics(ended, dir, values); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled file: %v", err)
	}
	if !maps.Equal(before, files(t, dir)) {
		t.Error("the directory has changed")
	}
	if _, err := blocks.WriteBlock(t.Context(), dir+"\x00", "", values); err == nil {
		t.Error("a directory that cannot be")
	}
}

func TestNothingToWrite(t *testing.T) {
	dir := t.TempDir()
	values := blocks.NewValues(blocks.Range{From: 0, Until: length}, time.Minute, nil)
	for _, span := range []blocks.Range{{From: length, Until: length + 1}, {From: -10, Until: -1}, {From: 5, Until: 5}} {
		if err := values.Add(blocks.Family{Name: "kpi_a", Kind: blocks.Gauge}, "", nil, blocks.Span{Range: span}); err != nil {
			t.Fatal(err)
		}
	}
	for _, to := range []func() (blocks.Written, error){
		func() (blocks.Written, error) { return blocks.WriteBlock(t.Context(), dir, "", values) },
		func() (blocks.Written, error) { return blocks.WriteOpenMetrics(t.Context(), dir, values) },
	} {
		if written, err := to(); err != nil || written.Name != "" || written.Samples != 0 {
			t.Errorf("got %+v, %v", written, err)
		}
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left %v", slices.Collect(maps.Keys(left)))
	}
}

func TestTwoValuesAtOnce(t *testing.T) {
	values := blocks.NewValues(blocks.Range{From: 0, Until: length}, time.Minute, nil)
	f := blocks.Family{Name: "kpi_a", Kind: blocks.Gauge}
	if err := values.Add(f, "", nil, blocks.Span{Range: blocks.Range{From: 0, Until: 90_000}}); err != nil {
		t.Fatal(err)
	}
	err := values.Add(f, "", nil, blocks.Span{Range: blocks.Range{From: 89_999, Until: 100_000}})
	const want = `blocks: two values of {__name__="kpi_a"} at 1970-01-01T00:01:29Z`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
