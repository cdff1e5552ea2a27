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
func activeAlerts(overview func() evaluator.Overview) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		now := overview()
		unknown := func(why string) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_ = json.NewEncoder(w).Encode(answer{Status: "error", Error: why})
		}
		switch {
		case now.Off:
			unknown("embedded alerting is off; ask Prometheus")
		case !now.Evaluated && len(now.Alerts) == 0:
			unknown("alerts are being evaluated; ask again in a moment")
		default:
			_ = json.NewEncoder(w).Encode(answer{Status: "success", Data: map[string]any{"alerts": now.Alerts}})
		}
	}
}
