package snapshot

import (
	"bytes"
	"compress/gzip"
	"fmt"
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
// because its end mark is left to the last part, gzip by its members.
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

// compress makes one gzip member. Nothing in, nothing out.
func compress(plain []byte) []byte {
	if len(plain) == 0 {
		return nil
	}
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	// A bytes.Buffer takes all that it is given.
	_, _ = w.Write(plain)
	_ = w.Close()
	return buffer.Bytes()
}
