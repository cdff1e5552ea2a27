package web

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

// Metrics answers scrapes of the figures in store and of what gatherer gives.
func Metrics(store *snapshot.Store, gatherer prometheus.Gatherer, logger *slog.Logger) http.Handler {
	return metricsHandler{store, gatherer, logger}
}

// metricsHandler answers a scrape: the snapshot's bytes as they are, and
// after them planwatch's few metrics about itself, gathered now.
type metricsHandler struct {
	store  *snapshot.Store
	own    prometheus.Gatherer
	logger *slog.Logger
}

func (h metricsHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	format, contentType := snapshot.Negotiate(r.Header)
	compression := snapshot.Plain
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		compression = snapshot.Gzip
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Type", string(contentType))
	w.Header().Set("Vary", "Accept, Accept-Encoding")
	h.store.Ask(format, compression)
	// An error is that the reader is gone.
	_ = h.store.Current().WriteTo(w, format, compression, h.gather(format))
}

// gather gives the metrics about planwatch itself. Those that cannot be gathered
// are left out, and the log says so.
func (h metricsHandler) gather(format snapshot.Format) []byte {
	families, err := h.own.Gather()
	if err != nil {
		h.logger.Error("metrics about planwatch itself are incomplete", "err", err)
	}
	var plain bytes.Buffer
	if err := snapshot.Encode(&plain, families, format); err != nil {
		h.logger.Error("metrics about planwatch itself are incomplete", "err", err)
	}
	if format == snapshot.OpenMetrics {
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

// wanted tells whether a coding's parameters give it any weight.
func wanted(parameters string) bool {
	quality, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameters, " ", "")), "q=")
	weight, err := strconv.ParseFloat(quality, 64)
	return !found || err == nil && weight > 0
}
