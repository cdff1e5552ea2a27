package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"planwatch/internal/clock"
	"planwatch/internal/kpi"
	"planwatch/internal/snapshot"
)

// unpacked is an answer as a client reads it.
func unpacked(t *testing.T, s *snapshot.Store, encoding snapshot.Encoding, compression snapshot.Compression) []byte {
	t.Helper()
	body := io.Reader(bytes.NewReader(written(t, s, encoding, compression)))
	switch compression {
	case snapshot.Gzip:
		zip, err := gzip.NewReader(body) // it holds the whole against the checksum
		if err != nil {
			t.Fatal(err)
		}
		zip.Multistream(false) // browsers and curl read no more
		body = zip
	case snapshot.Zstd:
		frames, err := zstd.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		defer frames.Close()
		body = frames
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// textOf is an answer in protobuf as text.
func textOf(t *testing.T, protobuf []byte) string {
	t.Helper()
	decoder := expfmt.NewDecoder(bytes.NewReader(protobuf), expfmt.NewFormat(expfmt.TypeProtoDelim))
	var text bytes.Buffer
	for {
		var family dto.MetricFamily
		if err := decoder.Decode(&family); errors.Is(err, io.EOF) {
			return text.String()
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := expfmt.MetricFamilyToText(&text, &family); err != nil {
			t.Fatal(err)
		}
	}
}

// gauges are so many of each of two names, with values from value.
func gauges(n int, value func(i int) float64) []snapshot.Gauge {
	var all []snapshot.Gauge
	for i := range n {
		labels := kpi.NewLabels(kpi.Label{Name: "target", Value: fmt.Sprint("t", i)})
		all = append(all, snapshot.Gauge{Name: "plan_actual", Help: "The KPI.", Labels: labels, Value: value(i)})
		if i%3 > 0 {
			all = append(all, snapshot.Gauge{Name: "plan_status", Help: "How it\nstands.", Labels: labels, Value: 1})
		}
	}
	return all
}

// inBlocks is gauges in blocks, of which those stay as they are in former that have not
// changed.
func inBlocks(gauges []snapshot.Gauge, former []*snapshot.GaugeBlock) []*snapshot.GaugeBlock {
	var blocks []*snapshot.GaugeBlock
	for some := range slices.Chunk(gauges, 300) {
		var before *snapshot.GaugeBlock
		if i := len(blocks); i < len(former) {
			before = former[i]
		}
		blocks = append(blocks, snapshot.NewGaugeBlock(some, before))
	}
	return blocks
}

// Whatever changed, and in whichever order, an answer is the same as one that is
// made anew, in each form.
func TestAnswersAfterChanges(t *testing.T) {
	now := time.Now()
	random := rand.New(rand.NewPCG(1, 2))
	s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
	records, shown, own := map[string]snapshot.Record{}, []snapshot.Gauge{}, []*dto.MetricFamily{}
	var blocks []*snapshot.GaugeBlock
	for change := range 60 {
		switch random.IntN(4) {
		case 0:
			shown = gauges(random.IntN(2000), func(i int) float64 { return float64(i) })
			blocks = inBlocks(shown, blocks)
			s.ReplaceGauges(snapshot.NewGauges(blocks...))
		case 1:
			if len(shown) > 0 {
				shown = append([]snapshot.Gauge{}, shown...)
				shown[random.IntN(len(shown))].Value = float64(change)
				blocks = inBlocks(shown, blocks)
				s.ReplaceGauges(snapshot.NewGauges(blocks...))
			}
		case 2:
			own = []*dto.MetricFamily{{Name: new("planwatch_changes_total"), Type: dto.MetricType_COUNTER.Enum(), Metric: []*dto.Metric{{Counter: &dto.Counter{Value: new(float64(change))}}}}}
			s.ReplaceOwn(own)
		default:
			var samples []kpi.Sample
			for i := range random.IntN(50) {
				samples = append(samples, ward(fmt.Sprint("Avdelning ", i), random.Float64(), now))
			}
			r := record(fmt.Sprint("collector_", 'a'+rune(random.IntN(4))), now, samples...)
			records[r.Collector] = r
			replace(t, s, r)
		}
		anew := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
		for _, r := range records {
			replace(t, anew, r)
		}
		anew.ReplaceGauges(snapshot.NewGauges(inBlocks(shown, nil)...))
		anew.ReplaceOwn(own)
		want := string(unpacked(t, anew, snapshot.Text, snapshot.Plain))
		for _, encoding := range []snapshot.Encoding{snapshot.Text, snapshot.OpenMetrics, snapshot.Protobuf} {
			plain := string(unpacked(t, s, encoding, snapshot.Plain))
			for _, compression := range []snapshot.Compression{snapshot.Gzip, snapshot.Zstd} {
				if got := string(unpacked(t, s, encoding, compression)); got != plain {
					t.Fatalf("change %d, encoding %d, compression %d: unpacks to something else than the plain form", change, encoding, compression)
				}
			}
			switch encoding {
			case snapshot.Protobuf:
				plain = textOf(t, []byte(plain))
			case snapshot.OpenMetrics:
				if n := bytes.Count([]byte(plain), []byte("# EOF\n")); n != 1 || !bytes.HasSuffix([]byte(plain), []byte("# EOF\n")) {
					t.Fatalf("change %d: %d end marks", change, n)
				}
				// It writes values in another way.
				if made := string(unpacked(t, anew, encoding, snapshot.Plain)); plain != made {
					t.Fatalf("change %d, OpenMetrics: got\n%.3000s\nwant\n%.3000s", change, plain, made)
				}
				continue
			}
			if plain != want {
				t.Fatalf("change %d, encoding %d: got\n%.3000s\nwant\n%.3000s", change, encoding, plain, want)
			}
		}
	}
}

// A form that nobody asks for any more is forgotten, and one that is asked for is not.
func TestForgottenForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := snapshot.NewStore(clock.Clock{}, snapshot.SaveDirectory{}, quiet())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.Run(ctx)
		}()
		defer func() {
			cancel()
			<-ended
		}()
		replace(t, s, record("beds", time.Now(), ward("A", 38, time.Now())))
		once, always := s.Answer(snapshot.Text, snapshot.Plain), s.Answer(snapshot.OpenMetrics, snapshot.Gzip)
		for range 12 {
			<-time.After(time.Minute)
			synctest.Wait()
			if s.Answer(snapshot.OpenMetrics, snapshot.Gzip) != always {
				t.Fatal("a form that is asked for every minute was made again")
			}
		}
		if s.Answer(snapshot.Text, snapshot.Plain) == once {
			t.Error("a form that nobody has asked for in twelve minutes is still kept")
		}
	})
}
