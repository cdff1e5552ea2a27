// Package snapshot holds planwatch's current samples: one immutable value with
// a chunk for each collector, which is encoded when it changes and copied when
// it is scraped.
package snapshot

import (
	"io"
	"slices"
	"strings"
)

// Snapshot is everything that is shown at one moment. It never changes.
type Snapshot struct {
	info   *Info
	gauges *Gauges
	// chunks are in order of collector.
	chunks []*Chunk
}

// Chunks are the collectors' parts, in order of name.
func (s *Snapshot) Chunks() []*Chunk { return s.chunks }

// Chunk is the part of one collector, or nil if it has none yet.
func (s *Snapshot) Chunk(collector string) *Chunk {
	for _, c := range s.chunks {
		if c.Collector == collector {
			return c
		}
	}
	return nil
}

// WriteTo copies the encoded snapshot, without OpenMetrics' end mark, and after
// it tail, which is in the same encoding and not compressed.
func (s *Snapshot) WriteTo(w io.Writer, encoding Encoding, compression Compression, tail []byte) error {
	if compression == Gzip {
		return writeGzip(w, s.parts(), encoding, tail)
	}
	for _, e := range s.parts() {
		if _, err := w.Write(e.in(encoding, compression)); err != nil {
			return err
		}
	}
	_, err := w.Write(tail)
	return err
}

// parts are what is written, in order.
func (s *Snapshot) parts() []*encoded {
	all := make([]*encoded, 0, len(s.chunks)+2)
	all = append(all, &s.info.encoded, &s.gauges.encoded)
	for _, c := range s.chunks {
		all = append(all, &c.encoded)
	}
	return all
}

// with is a Snapshot in which chunk takes the place of its collector's.
func (s *Snapshot) with(chunk *Chunk) *Snapshot {
	chunks := slices.Clone(s.chunks)
	i, found := slices.BinarySearchFunc(chunks, chunk.Collector, func(c *Chunk, name string) int { return strings.Compare(c.Collector, name) })
	if found {
		chunks[i] = chunk
	} else {
		chunks = slices.Insert(chunks, i, chunk)
	}
	return &Snapshot{info: s.info, gauges: s.gauges, chunks: chunks}
}
