package snapshot

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"sync"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Encoding is one of the ways in which samples are exposed.
type Encoding int

// The encodings, in the order in which the server prefers them.
const (
	OpenMetrics Encoding = iota
	Protobuf
	Text
	encodingCount
)

// formats are the names that the library has for the encodings.
var formats = [encodingCount]expfmt.Format{
	OpenMetrics: expfmt.NewFormat(expfmt.TypeOpenMetrics),
	Protobuf:    expfmt.NewFormat(expfmt.TypeProtoDelim),
	Text:        expfmt.NewFormat(expfmt.TypeTextPlain),
}

// Negotiate is the encoding that the request's Accept header asks for, and the
// Content-Type to answer with.
func Negotiate(header http.Header) (Encoding, expfmt.Format) {
	contentType := expfmt.NegotiateAccept(header, formats[:]...)
	switch contentType.FormatType() {
	case expfmt.TypeOpenMetrics:
		return OpenMetrics, contentType
	case expfmt.TypeProtoDelim:
		return Protobuf, contentType
	default:
		return Text, contentType
	}
}

// Compression is how an exposition is compressed.
type Compression int

// The compressions.
const (
	Plain Compression = iota
	Gzip
	compressionCount
)

// encoded is a list of families, which is encoded once in each encoding and
// compression that is requested. The bytes of several can be concatenated: text
// and protobuf as they are, OpenMetrics because its end mark is written after
// the last, deflate because each ends on a byte.
type encoded struct {
	families []*dto.MetricFamily
	forms    [encodingCount][compressionCount]struct {
		once  sync.Once
		bytes []byte
	}
}

// in is the families in one encoding and compression. The first call encodes
// them; a family that cannot be encoded is a fault in planwatch, which checks
// every name before.
func (e *encoded) in(encoding Encoding, compression Compression) []byte {
	form := &e.forms[encoding][compression]
	form.once.Do(func() {
		if compression == Gzip {
			form.bytes = compress(e.in(encoding, Plain))
			return
		}
		var buffer bytes.Buffer
		if err := Encode(&buffer, e.families, encoding); err != nil {
			panic(err)
		}
		form.bytes = buffer.Bytes()
	})
	return form.bytes
}

// Encode writes families in an encoding, without OpenMetrics' end mark.
func Encode(w io.Writer, families []*dto.MetricFamily, encoding Encoding) error {
	encoder := expfmt.NewEncoder(w, formats[encoding])
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return fmt.Errorf("encode %s: %w", family.GetName(), err)
		}
	}
	return nil
}

// compress makes a piece of a deflate stream that ends on a byte and refers to
// nothing before it, so that pieces can be concatenated. Nothing gives nothing.
func compress(plain []byte) []byte {
	if len(plain) == 0 {
		return nil
	}
	var buffer bytes.Buffer
	// A bytes.Buffer takes all that it is given.
	w, _ := flate.NewWriter(&buffer, flate.DefaultCompression)
	_, _ = w.Write(plain)
	_ = w.Flush()
	return buffer.Bytes()
}

// gzipHeader begins a gzip stream without name and time (RFC 1952).
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// writeGzip writes the parts and then tail as one gzip member, since browsers
// and curl read no more than the first.
func writeGzip(w io.Writer, parts []*encoded, encoding Encoding, tail []byte) error {
	if _, err := w.Write(gzipHeader); err != nil {
		return err
	}
	var sum, size uint32
	for _, e := range parts {
		plain := e.in(encoding, Plain)
		sum, size = crc32.Update(sum, crc32.IEEETable, plain), size+uint32(len(plain))
		if _, err := w.Write(e.in(encoding, Gzip)); err != nil {
			return err
		}
	}
	sum, size = crc32.Update(sum, crc32.IEEETable, tail), size+uint32(len(tail))
	last, err := flate.NewWriter(w, flate.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := last.Write(tail); err != nil {
		return err
	}
	if err := last.Close(); err != nil {
		return err
	}
	_, err = w.Write(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, sum), size))
	return err
}
