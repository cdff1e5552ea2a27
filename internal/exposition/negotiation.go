package exposition

import (
	"net/http"
	"slices"

	"planwatch/internal/snapshot"
)

// negotiation is the form that a request's headers ask for, with the headers that say so
// in the answer. It never changes.
type negotiation struct {
	accept, acceptEncoding       []string
	encoding                     snapshot.Encoding
	compression                  snapshot.Compression
	contentType, contentEncoding []string
}

func negotiate(header http.Header) *negotiation {
	n := &negotiation{accept: header["Accept"], acceptEncoding: header["Accept-Encoding"]}
	encoding, contentType := snapshot.Negotiate(header)
	n.encoding, n.contentType = encoding, []string{string(contentType)}
	n.compression = negotiateCompression(n.acceptEncoding)
	if name := contentEncodings[n.compression]; name != "" {
		n.contentEncoding = []string{name}
	}
	return n
}

// of reports whether it is that of headers.
func (n *negotiation) of(header http.Header) bool {
	return slices.Equal(n.accept, header["Accept"]) && slices.Equal(n.acceptEncoding, header["Accept-Encoding"])
}
