package snapshot

import (
	"bytes"
	"sync"
	"sync/atomic"

	dto "github.com/prometheus/client_model/go"
)

// part is what can be written in any form.
type part interface {
	// pieces adds it in one form.
	pieces(all []*piece, f form) []*piece
	// encode makes it in all of the forms.
	encode(wanted forms)
	// keep forgets it in all others.
	keep(wanted forms)
}

// encoded is a part in those forms that are asked for. Each is made once.
type encoded struct {
	// write writes it in an encoding; nil where there is nothing. A part that cannot be encoded is a fault in
	// planwatch, which checks every name before.
	write  func(b *bytes.Buffer, encoding Encoding) error
	making sync.Mutex
	made   [encodingCount][compressionCount]atomic.Pointer[piece]
}

// families makes families, which take many times the memory of what they are made
// of, for as long as they are encoded.
func families(made func() []*dto.MetricFamily) func(*bytes.Buffer, Encoding) error {
	return func(b *bytes.Buffer, encoding Encoding) error { return Encode(b, made(), encoding) }
}

func (e *encoded) pieces(all []*piece, f form) []*piece { return append(all, e.in(f)) }

// in is the part in one form.
func (e *encoded) in(f form) *piece {
	made := &e.made[f.encoding][f.compression]
	if p := made.Load(); p != nil {
		return p
	}
	e.making.Lock()
	defer e.making.Unlock()
	e.make(f.bit())
	return made.Load() // still under the lock, so that it is not forgotten meanwhile
}

func (e *encoded) encode(wanted forms) {
	e.making.Lock()
	defer e.making.Unlock()
	e.make(wanted)
}

// plains are buffers for what is compressed, and then not needed.
var plains = pool[bytes.Buffer]{make: func() *bytes.Buffer { return new(bytes.Buffer) }}

// make makes the forms that are not made yet.
func (e *encoded) make(wanted forms) {
	for encoding := range encodingCount {
		var plain *bytes.Buffer
		for compression := range compressionCount {
			made := &e.made[encoding][compression]
			if wanted&(form{encoding, compression}).bit() == 0 || made.Load() != nil {
				continue
			}
			if plain == nil {
				plain = plains.get()
				plain.Reset()
				if e.write != nil {
					if err := e.write(plain, encoding); err != nil {
						panic(err)
					}
				}
			}
			made.Store(newPiece(plain.Bytes(), compression, false))
		}
		if plain != nil {
			plains.put(plain)
		}
	}
}

func (e *encoded) keep(wanted forms) {
	e.making.Lock()
	defer e.making.Unlock()
	for encoding := range encodingCount {
		for compression := range compressionCount {
			if wanted&(form{encoding, compression}).bit() == 0 {
				e.made[encoding][compression].Store(nil)
			}
		}
	}
}
