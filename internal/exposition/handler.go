// Package exposition answers Prometheus' scrapes.
package exposition

import (
	"net/http"
	"strconv"

	"planwatch/internal/snapshot"
)

// Handler answers scrapes of the figures, and of the metrics about planwatch
// itself. It copies bytes that are there.
func Handler(own *Own) http.Handler { return handler{own} }

type handler struct{ own *Own }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	encoding, contentType := snapshot.Negotiate(r.Header)
	compression := negotiateCompression(r.Header.Values("Accept-Encoding"))
	h.own.prepare()
	answer := h.own.store.Answer(encoding, compression)
	header := w.Header()
	header.Set("Content-Type", string(contentType))
	header.Set("Content-Length", strconv.FormatInt(answer.Length(), 10))
	header.Set("Vary", "Accept, Accept-Encoding")
	if name := contentEncodings[compression]; name != "" {
		header.Set("Content-Encoding", name)
	}
	// An error is that the reader is gone.
	_, _ = answer.WriteTo(w)
}
