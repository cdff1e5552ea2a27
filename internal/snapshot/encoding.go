package snapshot

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

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

// Encode writes families in an encoding, without OpenMetrics' end mark. OpenMetrics
// names a counter without _total: what else has that name is left out of it, since no
// two may have the same. So is client_golang's go_memstats_alloc_bytes, which is
// go_memstats_heap_alloc_bytes too.
func Encode(w io.Writer, families []*dto.MetricFamily, encoding Encoding) error {
	encoder := expfmt.NewEncoder(w, formats[encoding])
	for _, family := range families {
		if encoding == OpenMetrics && clashes(family, families) {
			continue
		}
		if err := encoder.Encode(family); err != nil {
			return fmt.Errorf("encode %s: %w", family.GetName(), err)
		}
	}
	return nil
}

// clashes reports whether one of all is a counter of the family's name in OpenMetrics.
func clashes(family *dto.MetricFamily, all []*dto.MetricFamily) bool {
	return slices.ContainsFunc(all, func(other *dto.MetricFamily) bool {
		name, counter := strings.CutSuffix(other.GetName(), "_total")
		return counter && other.GetType() == dto.MetricType_COUNTER && name == family.GetName()
	})
}
