package push

import (
	"math"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
)

// These are as Prometheus has them.
func TestAsPrometheus(t *testing.T) {
	if !value.IsStaleNaN(staleMarker) || !isStale(math.Float64frombits(value.StaleNaN)) || isStale(math.Float64frombits(value.NormalNaN)) || isStale(math.NaN()) {
		t.Error("the stale marker is another")
	}
	for _, bound := range []float64{0, 1, -1, 10, 0.5, 90.5, 2592000, 1e21, 1e-9, 123456789, math.Inf(1), math.Inf(-1), math.NaN()} {
		if got, want := written(bound), labels.FormatOpenMetricsFloat(bound); got != want {
			t.Errorf("%v is written %s, want %s", bound, got, want)
		}
	}
}
