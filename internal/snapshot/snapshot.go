// Package snapshot holds planwatch's current samples: one immutable value with
// a chunk for each collector, which is encoded when it changes and copied when
// it is scraped.
package snapshot

import (
	"slices"
	"strings"
	"sync/atomic"

	dto "github.com/prometheus/client_model/go"
)

// Snapshot is everything that is shown at one moment. It never changes.
type Snapshot struct {
	content
	answers [encodingCount][compressionCount]atomic.Pointer[Answer]
}

// content is what a Snapshot shows.
type content struct {
	info   *Info
	gauges *Gauges
	own    *own
	// chunks are in order of collector.
	chunks []*Chunk
}

// own is the part about planwatch itself.
type own struct {
	families []*dto.MetricFamily
	encoded
}

func newOwn(made []*dto.MetricFamily) *own {
	return &own{made, encoded{write: families(func() []*dto.MetricFamily { return made })}}
}

// Own are the metrics about planwatch itself. They never change: the same slice is the
// same metrics.
func (s *Snapshot) Own() []*dto.MetricFamily { return s.own.families }

// Gauges is the part with the metrics of the plan.
func (s *Snapshot) Gauges() *Gauges { return s.gauges }

// Chunks are the collectors' parts, in order of name.
func (s *Snapshot) Chunks() []*Chunk { return s.chunks }

// Chunk is the part of one collector, or nil if it has none yet.
func (s *Snapshot) Chunk(collector string) *Chunk { return s.chunk(collector) }

func (c content) chunk(collector string) *Chunk {
	if i, found := c.place(collector); found {
		return c.chunks[i]
	}
	return nil
}

// place is where the part of a collector is, or would be.
func (c content) place(collector string) (i int, found bool) {
	return slices.BinarySearchFunc(c.chunks, collector, func(c *Chunk, name string) int { return strings.Compare(c.Collector, name) })
}

// Answer is the whole snapshot in one form. It is kept once it is made; several who ask
// for a new form at once may each make it.
func (s *Snapshot) Answer(encoding Encoding, compression Compression) *Answer {
	made := &s.answers[encoding][compression]
	if a := made.Load(); a != nil {
		return a
	}
	a := newAnswer(s.parts(), form{encoding, compression})
	made.Store(a)
	return a
}

// prepare makes the answers in forms.
func (s *Snapshot) prepare(wanted forms) {
	for encoding := range encodingCount {
		for compression := range compressionCount {
			if wanted&(form{encoding, compression}).bit() != 0 {
				s.Answer(encoding, compression)
			}
		}
	}
}

// keep forgets all that is made in other forms than those wanted. It is made again
// where it is asked for after all.
func (s *Snapshot) keep(wanted forms) {
	for encoding := range encodingCount {
		for compression := range compressionCount {
			if wanted&(form{encoding, compression}).bit() == 0 {
				s.answers[encoding][compression].Store(nil)
			}
		}
	}
	for _, part := range s.parts() {
		part.keep(wanted)
	}
}

// parts are what is written, in order.
func (c content) parts() []part {
	all := make([]part, 0, len(c.chunks)+3)
	all = append(all, &c.info.encoded, c.gauges)
	for _, chunk := range c.chunks {
		all = append(all, &chunk.encoded)
	}
	return append(all, &c.own.encoded)
}

// with is the content in which chunk takes the place of its collector's.
func (c content) with(chunk *Chunk) content {
	c.chunks = slices.Clone(c.chunks)
	if i, found := c.place(chunk.Collector); found {
		c.chunks[i] = chunk
	} else {
		c.chunks = slices.Insert(c.chunks, i, chunk)
	}
	return c
}
