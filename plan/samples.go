package plan

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/internal/kpi"
)

// Samples are samples by KPI, to be aggregated over any labels. They do not change, and
// may be read by several at once: what finds samples by their labels is made when it is
// first asked for.
type Samples struct {
	values     map[string]*figures
	histograms map[string]*figures
}

// figures are the samples of one KPI, in the order in which they came.
type figures struct {
	samples []kpi.Sample
	newest  func() time.Time
	// indexes find samples by the labels of targets, one for each set of label names.
	indexes atomic.Pointer[[]*index]
	// pairings find the samples of other KPIs, or of other moments, at the same labels.
	pairings atomic.Pointer[[]*pairing]
}

// NewSamples groups samples by KPI. It keeps them as they are, and they are not to be
// changed any more.
func NewSamples(samples []kpi.Sample) Samples {
	x := Samples{values: map[string]*figures{}, histograms: map[string]*figures{}}
	grouped := map[string][]kpi.Sample{}
	histograms := map[string][]kpi.Sample{}
	// A collector's samples are in order of KPI: a run of one KPI's is not copied.
	for begin := 0; begin < len(samples); {
		name, histogram := samples[begin].KPI, samples[begin].Histogram != nil
		end := begin + 1
		for end < len(samples) && samples[end].KPI == name && (samples[end].Histogram != nil) == histogram {
			end++
		}
		into := grouped
		if histogram {
			into = histograms
		}
		if into[name] == nil {
			into[name] = samples[begin:end:end]
		} else {
			into[name] = append(into[name], samples[begin:end]...)
		}
		begin = end
	}
	for name, group := range grouped {
		x.values[name] = newFigures(group)
	}
	for name, group := range histograms {
		x.histograms[name] = newFigures(group)
	}
	return x
}

// JoinSamples are the samples of all, those of one before those of the next. What is
// known of a KPI that is in one of them alone is not made again.
func JoinSamples(all ...Samples) Samples {
	joined := Samples{values: map[string]*figures{}, histograms: map[string]*figures{}}
	for _, x := range all {
		join(joined.values, x.values)
		join(joined.histograms, x.histograms)
	}
	return joined
}

func join(into, from map[string]*figures) {
	for name, more := range from {
		if some := into[name]; some != nil {
			more = newFigures(slices.Concat(some.samples, more.samples))
		}
		into[name] = more
	}
}

func newFigures(samples []kpi.Sample) *figures {
	f := &figures{samples: samples}
	f.newest = sync.OnceValue(func() time.Time {
		var newest time.Time
		for i := range f.samples {
			if f.samples[i].AsOf.After(newest) {
				newest = f.samples[i].AsOf
			}
		}
		return newest
	})
	return f
}

// place is the labels that select samples, prepared to find these.
type place struct {
	// labels are in order of name; an empty value selects samples without the label.
	labels []kpi.Label
	// names are theirs as one text, and hash is of the values.
	names string
	hash  uint32
}

func newPlace(where map[string]string) place {
	if len(where) == 0 {
		return place{}
	}
	p := place{labels: make([]kpi.Label, 0, len(where))}
	for name, value := range where {
		p.labels = append(p.labels, kpi.Label{Name: name, Value: value})
	}
	slices.SortFunc(p.labels, func(a, b kpi.Label) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	var h valuesHash
	for _, label := range p.labels {
		p.names += label.Name + "\xff"
		h.add(label.Value)
	}
	p.hash = h.sum()
	return p
}

// selects reports whether a sample of those labels counts.
func (p *place) selects(labels kpi.Labels) bool {
	for i := range p.labels {
		if labels.Get(p.labels[i].Name) != p.labels[i].Value {
			return false
		}
	}
	return true
}

// valuesHash is a hash of the values of labels, one after another.
type valuesHash uint64

// hashSeed makes hashes differ between processes, so that no labels can be chosen to
// have the same.
var hashSeed = maphash.MakeSeed()

func (h *valuesHash) add(value string) {
	*h = *h*0x9e3779b97f4a7c15 + valuesHash(maphash.String(hashSeed, value))
}

func (h *valuesHash) sum() uint32 { return uint32(*h ^ *h>>32) }

// index finds samples at values of some labels.
type index struct {
	names string
	// entries are the hash of a sample's values in the upper half and its position in the
	// lower, in order: those of one hash stand together, in order of position.
	entries []uint64
}

// fewSamples is how many are looked through faster than they are found.
const fewSamples = 8

// each gives the samples that the place selects, in order, until yield gives false.
func (f *figures) each(p *place, yield func(i int, s *kpi.Sample) bool) {
	if f == nil {
		return
	}
	if len(p.labels) == 0 || len(f.samples) <= fewSamples {
		for i := range f.samples {
			if s := &f.samples[i]; p.selects(s.Labels) && !yield(i, s) {
				return
			}
		}
		return
	}
	entries := f.indexOf(p).entries
	first, _ := slices.BinarySearch(entries, uint64(p.hash)<<32)
	for _, entry := range entries[first:] {
		if entry>>32 != uint64(p.hash) {
			return
		}
		i := int(uint32(entry))
		// Other values can have the same hash.
		if s := &f.samples[i]; p.selects(s.Labels) && !yield(i, s) {
			return
		}
	}
}

func (f *figures) indexOf(p *place) *index {
	known := load(&f.indexes)
	for _, x := range known {
		if x.names == p.names {
			return x
		}
	}
	x := &index{names: p.names, entries: make([]uint64, len(f.samples))}
	for i := range f.samples {
		var h valuesHash
		for _, label := range p.labels {
			h.add(f.samples[i].Labels.Get(label.Name))
		}
		x.entries[i] = uint64(h.sum())<<32 | uint64(uint32(i))
	}
	slices.Sort(x.entries)
	keep(&f.indexes, x, maxIndexes)
	return x
}

// How many are kept of what is found: a KPI has few sets of label names that targets
// name, and is looked at beside few others.
const (
	maxIndexes  = 64
	maxPairings = 8
)

// pairing finds, for the samples of one KPI, those of another at the same labels.
type pairing struct {
	with *figures
	// at is, for each sample, the position of the last with its labels; none is -1.
	at []int32
	// earlier is, for each of the others, the one before with the same labels, -1 for
	// none. It is nil where no two have the same.
	earlier []int32
}

// pairedWith is the pairing with the samples of another KPI, or of another moment.
func (f *figures) pairedWith(other *figures) *pairing {
	for _, p := range load(&f.pairings) {
		if p.with == other {
			return p
		}
	}
	p := &pairing{with: other, at: make([]int32, len(f.samples))}
	if inOrder(f.samples) && inOrder(other.samples) {
		p.merge(f)
	} else {
		p.look(f)
	}
	keep(&f.pairings, p, maxPairings)
	return p
}

// inOrder reports whether the samples are in order of labels, no two with the same.
func inOrder(samples []kpi.Sample) bool {
	for i := 1; i < len(samples); i++ {
		if samples[i-1].Labels.Compare(samples[i].Labels) >= 0 {
			return false
		}
	}
	return true
}

func (p *pairing) merge(f *figures) {
	next := 0
	for i := range f.samples {
		p.at[i] = -1
		for next < len(p.with.samples) {
			order := p.with.samples[next].Labels.Compare(f.samples[i].Labels)
			if order == 0 {
				p.at[i] = int32(next)
			}
			if order >= 0 {
				break
			}
			next++
		}
	}
}

func (p *pairing) look(f *figures) {
	last := make(map[string]int32, len(p.with.samples))
	for i := range p.with.samples {
		key := p.with.samples[i].Labels.Key()
		if before, twice := last[key]; twice {
			if p.earlier == nil {
				p.earlier = slices.Repeat([]int32{-1}, len(p.with.samples))
			}
			p.earlier[i] = before
		}
		last[key] = int32(i)
	}
	for i := range f.samples {
		p.at[i] = -1
		if at, paired := last[f.samples[i].Labels.Key()]; paired {
			p.at[i] = at
		}
	}
}

// find is the last of the others at the labels of the sample at i for which fit is true;
// -1 where there is none.
func (p *pairing) find(i int, fit func(other int) bool) int {
	for at := p.at[i]; at >= 0; {
		if fit(int(at)) {
			return int(at)
		}
		if p.earlier == nil {
			return -1
		}
		at = p.earlier[at]
	}
	return -1
}

func load[T any](list *atomic.Pointer[[]T]) []T {
	if known := list.Load(); known != nil {
		return *known
	}
	return nil
}

// keep adds to a list that others read, the newest first, and leaves out what is too
// much. Two who made the same at once both add it, which does no harm.
func keep[T any](list *atomic.Pointer[[]T], more T, most int) {
	for {
		old := list.Load()
		next := []T{more}
		if old != nil {
			next = append(next, (*old)[:min(len(*old), most-1)]...)
		}
		if list.CompareAndSwap(old, &next) {
			return
		}
	}
}
