package exposition

import (
	"strconv"
	"strings"

	"planwatch/internal/snapshot"
)

// contentEncodings are HTTP's names for the compressions.
var contentEncodings = map[snapshot.Compression]string{snapshot.Gzip: "gzip", snapshot.Zstd: "zstd"}

// negotiateCompression reads the Accept-Encoding headers. Of what is weighted
// alike gzip goes first, so that a browser beside a Prometheus does not have all
// figures compressed in two ways; and zstd only where it is named.
func negotiateCompression(headers []string) snapshot.Compression {
	weights, anything := map[string]float64{}, 0.0
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		if coding = strings.ToLower(strings.TrimSpace(coding)); coding == "*" {
			anything = weight(parameters)
		} else {
			weights[coding] = weight(parameters)
		}
	}
	gzip, named := weights[contentEncodings[snapshot.Gzip]]
	if !named {
		gzip = anything
	}
	switch zstd := weights[contentEncodings[snapshot.Zstd]]; {
	case zstd > gzip:
		return snapshot.Zstd
	case gzip > 0:
		return snapshot.Gzip
	default:
		return snapshot.Plain
	}
}

// weight is what a coding's parameters give it: 1 if they say nothing, and 0 where
// they are not understood.
func weight(parameters string) float64 {
	quality, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(parameters, " ", "")), "q=")
	if !found {
		return 1
	}
	w, err := strconv.ParseFloat(quality, 64)
	if err != nil || !(w > 0) { // nor is NaN
		return 0
	}
	return w
}
