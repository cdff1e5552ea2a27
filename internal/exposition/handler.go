// Package exposition answers Prometheus' scrapes.
package exposition

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"planwatch/internal/snapshot"
)

// Handler answers scrapes of the figures in store and of what gatherer gives.
func Handler(store *snapshot.Store, gatherer prometheus.Gatherer, logger *slog.Logger) http.Handler {
	return handler{store, gatherer, logger}
}

// handler answers a scrape: the snapshot's bytes as they are, and
// after them planwatch's few metrics about itself, gathered now.
type handler struct {
	store  *snapshot.Store
	own    prometheus.Gatherer
	logger *slog.Logger
}

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	encoding, contentType := snapshot.Negotiate(r.Header)
	compression := snapshot.Plain
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		compression = snapshot.Gzip
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", string(contentType))
	w.Header().Set("Vary", "Accept, Accept-Encoding")
	h.store.Ask(encoding, compression)
	// An error is that the reader is gone.
	_ = h.store.Current().WriteTo(w, encoding, compression, h.gather(encoding))
}

// gather gives the metrics about planwatch itself. Those that cannot be gathered
// are left out, and the log says so.
func (h handler) gather(encoding snapshot.Encoding) []byte {
	families, err := h.own.Gather()
	if err != nil {
		h.logger.Error("metrics about planwatch itself are incomplete", "err", err)
	}
	var plain bytes.Buffer
	if err := snapshot.Encode(&plain, families, encoding); err != nil {
		h.logger.Error("metrics about planwatch itself are incomplete", "err", err)
	}
	if encoding == snapshot.OpenMetrics {
		_, _ = expfmt.FinalizeOpenMetrics(&plain)
	}
	return plain.Bytes()
}

// acceptsGzip reads the Accept-Encoding headers: what they say of gzip, or
// else of any coding.
func acceptsGzip(headers []string) bool {
	anything := false
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		switch coding = strings.TrimSpace(coding); {
		case strings.EqualFold(coding, "gzip"):
			return wanted(parameters)
		case coding == "*":
			anything = wanted(parameters)
		}
	}
	return anything
}

// wanted reports whether a coding's parameters give it any weight.
func wanted(parameters string) bool {
	quality, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameters, " ", "")), "q=")
	weight, err := strconv.ParseFloat(quality, 64)
	return !found || err == nil && weight > 0
}
