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
	// joined is whether the last piece is made of small ones, while it is made.
	joined bool
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
	a := &Answer{pieces: make([][]byte, 0, len(all)+2)}
	if f.compression == Gzip {
		a.add(gzipHeader)
	}
	var sum, size uint32
	for _, p := range all {
		a.add(p.bytes)
		sum, size = multiplied(sum, p.behind)^p.sum, size+uint32(p.size) // modulo 2³², as RFC 1952 has it
	}
	if f.compression == Gzip {
		a.add(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, sum), size))
	}
	return a
}

// add adds a piece. Small ones are joined, since each write to a connection is a call
// of the system; a copy of large ones would cost more than the call.
func (a *Answer) add(piece []byte) {
	a.length += int64(len(piece))
	last := len(a.pieces) - 1
	switch {
	case len(piece) == 0:
	case len(piece) >= largePiece:
		a.pieces, a.joined = append(a.pieces, piece), false
	case a.joined && len(a.pieces[last])+len(piece) <= joinedPiece:
		a.pieces[last] = append(a.pieces[last], piece...)
	default:
		a.pieces, a.joined = append(a.pieces, slices.Clone(piece)), true
	}
}

const (
	largePiece  = 32 << 10
	joinedPiece = 256 << 10
)

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
