package web

import (
	"encoding/json"
	"net/http"

	"planwatch/alerts/evaluator"
)

// answer is the envelope of Prometheus' HTTP API.
type answer struct {
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
	Data   any    `json:"data,omitempty"`
}

// activeAlerts answers in the form of Prometheus' /api/v1/alerts.
func activeAlerts(active func() ([]evaluator.Alert, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		alerts, embedded := active()
		if !embedded {
			w.WriteHeader(http.StatusServiceUnavailable)
			_ = json.NewEncoder(w).Encode(answer{Status: "error", Error: "embedded alerting is off; ask Prometheus"})
			return
		}
		_ = json.NewEncoder(w).Encode(answer{Status: "success", Data: map[string]any{"alerts": alerts}})
	}
}
