package snapshot

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// Compression is how an exposition is compressed.
type Compression int

// The compressions.
const (
	Plain Compression = iota
	Gzip
	Zstd
	compressionCount
)

// zstdWindow is how far back zstd looks for what repeats. An encoder holds twice as much,
// and more than this makes pieces of an exposition hardly smaller.
const zstdWindow = 512 << 10

// A deflater holds a megabyte, and an encoder of zstd two, which are used again for the
// next piece.
var (
	deflaters = pool[flate.Writer]{make: func() *flate.Writer {
		w, err := flate.NewWriter(nil, flate.DefaultCompression)
		if err != nil {
			panic(err) // the level is one of the library's
		}
		return w
	}}
	zstandards = pool[zstd.Encoder]{make: func() *zstd.Encoder {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(zstdWindow))
		if err != nil {
			panic(fmt.Errorf("zstd: %w", err)) // the options are the library's
		}
		return w
	}}
)

// deflate makes a piece of a deflate stream that ends on a byte and refers to
// nothing before it, so that pieces can be concatenated; the last one ends the
// stream.
func deflate(plain []byte, last bool) []byte {
	w := deflaters.get()
	defer deflaters.put(w)
	var buffer bytes.Buffer
	w.Reset(&buffer)
	// A bytes.Buffer takes all that it is given.
	_, _ = w.Write(plain)
	if last {
		_ = w.Close()
	} else {
		_ = w.Flush()
	}
	return bytes.Clone(buffer.Bytes())
}

// zstandard makes a frame. A zstd stream may be several, one after the other
// (RFC 8878).
func zstandard(plain []byte) []byte {
	w := zstandards.get()
	defer zstandards.put(w)
	return bytes.Clone(w.EncodeAll(plain, nil))
}
