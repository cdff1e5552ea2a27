package snapshot

import (
	"encoding/binary"
	"io"
	"slices"
)

// Answer is a whole exposition in one form, as pieces that are sent one after the
// other. It never changes.
type Answer struct {
	pieces [][]byte
	length int64
}

// gzipHeader begins a gzip stream without name and time (RFC 1952).
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// newAnswer joins parts. Those compressed by Gzip become one member, since browsers
// and curl read no more than the first.
func newAnswer(parts []part, f form) *Answer {
	all := make([]*piece, 0, len(parts)+1)
	for _, part := range parts {
		all = part.pieces(all, f)
	}
	all = append(all, ends[f.encoding][f.compression])
	joining := make([][]byte, 0, len(all)+2)
	if f.compression == Gzip {
		joining = append(joining, gzipHeader)
	}
	var sum, size uint32
	for _, p := range all {
		joining = append(joining, p.bytes)
		sum, size = multiplied(sum, p.behind)^p.sum, size+uint32(p.size) // modulo 2³², as RFC 1952 has it
	}
	if f.compression == Gzip {
		joining = append(joining, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, sum), size))
	}
	a := &Answer{pieces: joined(joining)}
	for _, piece := range a.pieces {
		a.length += int64(len(piece))
	}
	return a
}

// joinedPiece is how many bytes pieces have at most that are joined: each write to a
// connection is a call of the system, and a copy of more would cost more than the call.
const joinedPiece = 512 << 10

// joined joins pieces that are small together.
func joined(pieces [][]byte) [][]byte {
	var all [][]byte
	for begin, end := 0, 0; begin < len(pieces); begin = end {
		size := len(pieces[begin])
		for end++; end < len(pieces) && size+len(pieces[end]) <= joinedPiece; end++ {
			size += len(pieces[end])
		}
		if end == begin+1 {
			all = append(all, pieces[begin])
		} else {
			all = append(all, slices.Concat(pieces[begin:end]...))
		}
	}
	return all
}

// Length is how many bytes it is.
func (a *Answer) Length() int64 { return a.length }

// WriteTo implements io.WriterTo.
func (a *Answer) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for _, piece := range a.pieces {
		n, err := w.Write(piece)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
