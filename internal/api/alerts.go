package api

import "planwatch/alerts/evaluator"

// Alerts is the answer of Prometheus' own /api/v1/alerts.
type Alerts struct {
	// success or error.
	Status string `json:"status" jsonschema:"enum=success,enum=error"`
	// Why it is not known which alerts fire.
	Error string `json:"error,omitempty"`
	// The alerts, where they are known.
	Data *AlertsData `json:"data,omitempty"`
	// Why the data may not be what it seems, or may be known to nobody else.
	Warnings []string `json:"warnings,omitempty"`
}

// AlertsData is the pending and firing alerts.
type AlertsData struct {
	Alerts []evaluator.Alert `json:"alerts"`
}
