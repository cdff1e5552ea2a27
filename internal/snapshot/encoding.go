package snapshot

import (
	"fmt"
	"io"
	"net/http"

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

// endMarks end an exposition.
var endMarks = [encodingCount]string{OpenMetrics: "# EOF\n"}

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
