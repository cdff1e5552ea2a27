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
type Gauges struct {
	blocks   []*GaugeBlock
	families []*gaugeFamily
}

// Gauge is one sample of such a metric.
type Gauge struct {
	Name   string
	Help   string
	Labels kpi.Labels
	Value  float64
}

// GaugeBlock is some of the gauges, encoded apart, so that a change costs no more than
// the block that it is in. It never changes. Small blocks compress badly.
type GaugeBlock struct{ fragments []*fragment }

// NewGaugeBlock makes a block of gauges. Where all of a name are as they were in the
// former block, they are not encoded again; former may be nil.
func NewGaugeBlock(gauges []Gauge, former *GaugeBlock) *GaugeBlock {
	var all GaugeBlock
	byName := map[string]*fragment{}
	for begin := 0; begin < len(gauges); {
		// Those of a name mostly stand together.
		name, end := gauges[begin].Name, begin+1
		for end < len(gauges) && gauges[end].Name == name {
			end++
		}
		f := byName[name]
		if f == nil {
			f = &fragment{name: name, help: gauges[begin].Help}
			f.write = f.encodeTo
			byName[name] = f
			all.fragments = append(all.fragments, f)
		}
		f.samples = slices.Grow(f.samples, end-begin)
		for _, gauge := range gauges[begin:end] {
			f.samples = append(f.samples, gaugeSample{gauge.Labels, gauge.Value})
		}
		begin = end
	}
	if former != nil {
		for _, before := range former.fragments {
			if f := byName[before.name]; f != nil && slices.EqualFunc(f.samples, before.samples, gaugeSample.same) {
				all.fragments[slices.Index(all.fragments, f)] = before
			}
		}
	}
	return &all
}

// NewGauges makes the part of blocks. It has one family for each name, in the order in
// which the names first come.
func NewGauges(blocks ...*GaugeBlock) *Gauges {
	all := Gauges{blocks: blocks}
	byName := map[string]*gaugeFamily{}
	for _, block := range blocks {
		for _, f := range block.fragments {
			family := byName[f.name]
			if family == nil {
				family = &gaugeFamily{name: f.name, help: f.help}
				byName[f.name] = family
				all.families = append(all.families, family)
			}
			family.fragments = append(family.fragments, f)
		}
	}
	return &all
}

// Blocks are those that it was made of.
func (g *Gauges) Blocks() []*GaugeBlock { return g.blocks }

// gaugeFamily is all gauges of a name.
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

// fragment is a block's samples of a family, encoded without what stands before them.
type fragment struct {
	name, help string
	samples    []gaugeSample
	encoded
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
