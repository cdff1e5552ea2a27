// Package exposition answers Prometheus' scrapes.
package exposition

import (
	"net/http"
	"strconv"
	"sync/atomic"
)

// Handler answers scrapes of the figures, and of the metrics about planwatch
// itself. It copies bytes that are there.
func Handler(own *Own) http.Handler { return &handler{own: own} }

type handler struct {
	own *Own
	// last is the newest negotiation: a Prometheus asks for the same form again and again.
	last atomic.Pointer[negotiation]
}

// vary are the headers of a request that an answer depends on.
var vary = []string{"Accept, Accept-Encoding"}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := h.last.Load()
	if asked == nil || !asked.of(r.Header) {
		asked = negotiate(r.Header)
		h.last.Store(asked)
	}
	h.own.prepare()
	answer := h.own.store.Answer(asked.encoding, asked.compression)
	header := w.Header()
	header["Content-Type"] = asked.contentType
	header["Content-Length"] = []string{strconv.FormatInt(answer.Length(), 10)}
	header["Vary"] = vary
	if asked.contentEncoding != nil {
		header["Content-Encoding"] = asked.contentEncoding
	}
	// An error is that the reader is gone.
	_, _ = answer.WriteTo(w)
}
