package push

import (
	"encoding/binary"
	"errors"
	"time"
)

const (
	// most is how many samples of one push a request has at most, but for those of one
	// histogram, while no other push waits.
	most = 5000
	// mostTogether is how many samples a request has at most where several pushes wait.
	mostTogether = 50_000
	// longestRequest is how many bytes a request of several pushes has at most before it is
	// compressed.
	longestRequest = 4 << 20
)

// part is some metrics of a push.
type part struct {
	at      time.Time
	metrics []*metric
	values  []float64
}

// request is what a receiver is sent at a time: some of a push, or the rest of it and whole
// ones after it.
type request struct {
	parts    []part
	external []label
	samples  int
	// bytes is how long it is before it is compressed, once that is known.
	bytes int
}

// newRequest makes a request of entries, at least of one, that has so many samples at most.
// Of the first it has as many as may be sent alone.
func newRequest(entries []*entry, limit int) *request {
	r := &request{external: entries[0].external}
	if r.add(entries[0], max(limit, most)); r.samples < entries[0].left() {
		return r
	}
	for _, e := range entries[1:] {
		if r.samples+e.samples() > limit {
			break
		}
		r.add(e, limit)
	}
	return r
}

// add adds what is left of an entry, as far as it is no more than so many samples.
func (r *request) add(e *entry, room int) {
	end, samples := e.metric, 0
	for end < len(e.metrics) && (samples == 0 || samples+e.metrics[end].series() <= room) {
		samples += e.metrics[end].series()
		end++
	}
	r.parts = append(r.parts, part{e.at, e.metrics[e.metric:end], e.values[e.sample : e.sample+samples]})
	r.samples += samples
}

// smallest reports whether it has no more than what is sent alone.
func (r *request) smallest() bool {
	return len(r.parts) == 1 && (r.samples <= most || len(r.parts[0].metrics) == 1)
}

// settle notes that the receiver has taken or refused what the request has of the entries,
// and returns how many of them are done with.
func (r *request) settle(entries []*entry) (done int) {
	for i, p := range r.parts {
		e := entries[i]
		e.metric, e.sample = e.metric+len(p.metrics), e.sample+len(p.values)
		if e.metric == len(e.metrics) {
			done++
		}
	}
	return done
}

// errTooLong is the error of a request that has more bytes than it may.
var errTooLong = errors.New("the request is too long")

// written notes how long it is, and refuses one of several pushes that is too long.
func (r *request) written(bytes int) error {
	if r.bytes = bytes; bytes > longestRequest && !r.smallest() {
		return errTooLong
	}
	return nil
}

// fitting is how many samples a request may have, going by how long this one is.
func (r *request) fitting() int {
	return int(int64(r.samples) * longestRequest / int64(max(r.bytes, 1)))
}

// walk calls begin for each series, with its metric and its labels in order of name, and add
// for each sample, with the number of its series in the order of begin. Samples of a series
// are in order of time. The slice is for the call only.
func (r *request) walk(begin func(m *metric, labels []label), add func(series int, at time.Time, value float64)) {
	// A series that ended and came back is of another metric, and the same.
	byMetric, byLabels, begun := map[*metric][]int{}, map[string]int{}, 0
	var key []byte
	for _, p := range r.parts {
		values := p.values
		for _, m := range p.metrics {
			numbers, known := byMetric[m]
			if !known {
				numbers = make([]int, 0, m.series())
				m.each(r.external, func(labels []label) {
					number := begun
					if len(r.parts) > 1 {
						key = appendLabels(key[:0], labels)
						if same, is := byLabels[string(key)]; is {
							numbers = append(numbers, same)
							return
						}
						byLabels[string(key)] = number
					}
					begin(m, labels)
					numbers = append(numbers, number)
					begun++
				})
				byMetric[m] = numbers
			}
			for i, number := range numbers {
				add(number, p.at, values[i])
			}
			values = values[len(numbers):]
		}
	}
}

// appendLabels appends what is the same for the same labels only.
func appendLabels(to []byte, labels []label) []byte {
	for _, l := range labels {
		to = append(binary.AppendUvarint(to, uint64(len(l.name))), l.name...)
		to = append(binary.AppendUvarint(to, uint64(len(l.value))), l.value...)
	}
	return to
}
