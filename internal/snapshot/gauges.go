package snapshot

import (
	"bytes"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// Gauges is the part of a Snapshot with metrics that are made of the figures
// and are no KPIs: those of the plan. It never changes.
type Gauges struct{ families []*gaugeFamily }

// Gauge is one sample of such a metric.
type Gauge struct {
	Name   string
	Help   string
	Labels kpi.Labels
	Value  float64
}

// NewGauges makes the part of the gauges, one family for each name, in the
// order in which the names first come.
func NewGauges(gauges []Gauge) *Gauges { return (&Gauges{}).next(gauges) }

// next makes the part of the gauges. What is as it was in g is not encoded again.
func (g *Gauges) next(gauges []Gauge) *Gauges {
	former, samples := map[string]*gaugeFamily{}, map[string][]gaugeSample{}
	for _, family := range g.families {
		former[family.name] = family
	}
	var all Gauges
	for begin := 0; begin < len(gauges); {
		// Those of a name mostly stand together.
		name, end := gauges[begin].Name, begin+1
		for end < len(gauges) && gauges[end].Name == name {
			end++
		}
		if _, begun := samples[name]; !begun {
			all.families = append(all.families, &gaugeFamily{name: name, help: gauges[begin].Help})
		}
		of := slices.Grow(samples[name], end-begin)
		for _, gauge := range gauges[begin:end] {
			of = append(of, gaugeSample{gauge.Labels, gauge.Value})
		}
		samples[name], begin = of, end
	}
	for _, family := range all.families {
		var fragments []*fragment
		if before := former[family.name]; before != nil {
			fragments = before.fragments
		}
		family.fragments = cut(family.name, samples[family.name], fragments)
	}
	return &all
}

// gaugeFamily is all gauges of a name. It is in fragments, so that a change costs
// no more than the fragment that it is in.
type gaugeFamily struct {
	name, help string
	fragments  []*fragment
}

// gaugeSample is a Gauge within its family.
type gaugeSample struct {
	labels kpi.Labels
	value  float64
}

// same reports whether two are exposed alike.
func (s gaugeSample) same(other gaugeSample) bool {
	return math.Float64bits(s.value) == math.Float64bits(other.value) && sameLabels(s.labels, other.labels)
}

// sameLabels is slices.Equal, without a look at labels that are the same in memory, as
// those of a target are at every assessment.
func sameLabels(a, b kpi.Labels) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

// fragmentSize is how many samples a fragment has. Smaller ones compress badly.
const fragmentSize = 512

// fragment is some samples of a family, encoded without what stands before them.
type fragment struct {
	name    string
	samples []gaugeSample
	encoded
}

// cut makes the fragments of samples, of those of before where they are the same.
func cut(name string, samples []gaugeSample, before []*fragment) []*fragment {
	var fragments []*fragment
	for chunk := range slices.Chunk(samples, fragmentSize) {
		if i := len(fragments); i < len(before) && slices.EqualFunc(before[i].samples, chunk, gaugeSample.same) {
			fragments = append(fragments, before[i])
			continue
		}
		f := &fragment{name: name, samples: chunk}
		f.write = f.encodeTo
		fragments = append(fragments, f)
	}
	return fragments
}

// metrics are the samples in Prometheus' own form.
func (f *fragment) metrics() []*dto.Metric {
	all := make([]*dto.Metric, len(f.samples))
	for i := range f.samples {
		s := &f.samples[i]
		all[i] = &dto.Metric{Label: labelPairs(s.labels), Gauge: &dto.Gauge{Value: &s.value}}
	}
	return all
}

// family is metrics in Prometheus' own form, with the name that they have.
func (f *fragment) family() *dto.MetricFamily {
	return &dto.MetricFamily{Name: &f.name, Type: dto.MetricType_GAUGE.Enum(), Metric: f.metrics()}
}

// encodeTo writes the samples without what stands before those of a family.
func (f *fragment) encodeTo(b *bytes.Buffer, encoding Encoding) error {
	if encoding == Protobuf {
		// Fields of a message may be written in several parts, one after the other.
		fields, err := proto.Marshal(&dto.MetricFamily{Metric: f.metrics()})
		b.Write(fields)
		return err
	}
	whole := plains.get()
	defer plains.put(whole)
	whole.Reset()
	err := Encode(whole, []*dto.MetricFamily{f.family()}, encoding)
	b.Write(whole.Bytes()[headLength(whole.Bytes()):])
	return err
}

// headLength is how long the comments are that a family in text begins with.
func headLength(text []byte) int {
	begin := 0
	for bytes.HasPrefix(text[begin:], []byte("# ")) {
		begin += bytes.IndexByte(text[begin:], '\n') + 1
	}
	return begin
}

// head is what stands before the samples of a family, which take so many bytes.
func (f *gaugeFamily) head(encoding Encoding, size int) []byte {
	family := &dto.MetricFamily{Name: &f.name, Help: new(language.OneLine(f.help)), Type: dto.MetricType_GAUGE.Enum()}
	if encoding == Protobuf {
		fields, err := proto.Marshal(family)
		if err != nil {
			panic(err) // names and help texts have been checked
		}
		return append(protowire.AppendVarint(nil, uint64(len(fields)+size)), fields...)
	}
	// The library writes no family without a sample.
	family.Metric = []*dto.Metric{{Gauge: &dto.Gauge{Value: new(0.0)}}}
	var text bytes.Buffer
	if err := Encode(&text, []*dto.MetricFamily{family}, encoding); err != nil {
		panic(err)
	}
	return text.Bytes()[:headLength(text.Bytes())]
}

func (g *Gauges) pieces(all []*piece, fm form) []*piece {
	for _, family := range g.families {
		place, size := len(all), 0
		all = append(all, nil)
		for _, f := range family.fragments {
			p := f.in(fm)
			all, size = append(all, p), size+p.size
		}
		all[place] = newPiece(family.head(fm.encoding, size), fm.compression, false)
	}
	return all
}

func (g *Gauges) encode(wanted forms) {
	for _, family := range g.families {
		for _, f := range family.fragments {
			f.encode(wanted)
		}
	}
}

func (g *Gauges) keep(wanted forms) {
	for _, family := range g.families {
		for _, f := range family.fragments {
			f.keep(wanted)
		}
	}
}

// Families are the gauges in Prometheus' own form.
func (g *Gauges) Families() []*dto.MetricFamily {
	all := make([]*dto.MetricFamily, len(g.families))
	for i, family := range g.families {
		all[i] = &dto.MetricFamily{Name: &family.name, Help: new(language.OneLine(family.help)), Type: dto.MetricType_GAUGE.Enum()}
		for _, f := range family.fragments {
			all[i].Metric = append(all[i].Metric, f.metrics()...)
		}
	}
	return all
}
