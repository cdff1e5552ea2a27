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

// Format is one of the ways in which samples are exposed.
type Format int

// The formats, in the order in which the server prefers them.
const (
	OpenMetrics Format = iota
	Protobuf
	Text
	formatCount
)

// formats are what the library calls ours.
var formats = [formatCount]expfmt.Format{
	OpenMetrics: expfmt.NewFormat(expfmt.TypeOpenMetrics),
	Protobuf:    expfmt.NewFormat(expfmt.TypeProtoDelim),
	Text:        expfmt.NewFormat(expfmt.TypeTextPlain),
}

// Negotiate is the format that the request's Accept header asks for, and the
// Content-Type to answer with.
func Negotiate(header http.Header) (Format, expfmt.Format) {
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

// encoded is a list of families, encoded once in each form asked for.
// Encodings join by concatenation: text and protobuf as they are, OpenMetrics
// because its end mark is left to the last part, deflate by pieces that end
// on a byte.
type encoded struct {
	families []*dto.MetricFamily
	forms    [formatCount][compressionCount]struct {
		once  sync.Once
		bytes []byte
	}
}

// in is the encoding in one form. The first call makes it; a family that
// cannot be encoded is a fault in planwatch, which checks every name before.
func (e *encoded) in(format Format, compression Compression) []byte {
	form := &e.forms[format][compression]
	form.once.Do(func() {
		if compression == Gzip {
			form.bytes = compress(e.in(format, Plain))
			return
		}
		var buffer bytes.Buffer
		if err := Encode(&buffer, e.families, format); err != nil {
			panic(err)
		}
		form.bytes = buffer.Bytes()
	})
	return form.bytes
}

// Encode writes families in a format, without OpenMetrics' end mark.
func Encode(w io.Writer, families []*dto.MetricFamily, format Format) error {
	encoder := expfmt.NewEncoder(w, formats[format])
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return fmt.Errorf("encode %s: %w", family.GetName(), err)
		}
	}
	return nil
}

// compress makes a piece of a deflate stream that ends on a byte and refers to
// nothing before it, so that pieces join. Nothing in, nothing out.
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

// writeGzip writes the encodings and then tail as one gzip member: browsers
// and curl read no more than the first.
func writeGzip(w io.Writer, encodings []*encoded, format Format, tail []byte) error {
	if _, err := w.Write(gzipHeader); err != nil {
		return err
	}
	var sum, size uint32
	for _, e := range encodings {
		plain := e.in(format, Plain)
		sum, size = crc32.Update(sum, crc32.IEEETable, plain), size+uint32(len(plain))
		if _, err := w.Write(e.in(format, Gzip)); err != nil {
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
