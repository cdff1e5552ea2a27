package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"planwatch/alerts/alertmanager"
	"planwatch/alerts/evaluator"
	"planwatch/internal/api"
)

// activeAlerts answers in the form of Prometheus' /api/v1/alerts.
func activeAlerts(overview func() evaluator.Overview, undelivered func() []alertmanager.Undelivered) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		now := overview()
		unknown := func(why string) {
			w.WriteHeader(http.StatusServiceUnavailable)
			_ = json.NewEncoder(w).Encode(api.Alerts{Status: "error", Error: why})
		}
		switch {
		case now.Off || now.Elsewhere:
			unknown("embedded alerting is off; ask Prometheus")
		case !now.Evaluated && len(now.Alerts) == 0 && now.Err != nil:
			unknown("alerts are not evaluated: " + bounded(now.Err.Error(), shownError))
		case !now.Evaluated && len(now.Alerts) == 0:
			unknown("alerts are being evaluated; ask again in a moment")
		default:
			_ = json.NewEncoder(w).Encode(api.Alerts{Status: "success", Data: &api.AlertsData{Alerts: now.Alerts}, Warnings: warnings(now, undelivered())})
		}
	}
}

// warnings say how far the alerts are known, and whom they do not reach.
func warnings(now evaluator.Overview, undelivered []alertmanager.Undelivered) []string {
	var all []string
	switch {
	case now.Err != nil && now.AsOf.IsZero():
		all = append(all, "alerts are not evaluated: "+bounded(now.Err.Error(), shownError))
	case now.Err != nil:
		all = append(all, fmt.Sprintf("alerts are as of %s, since they are not evaluated: %s", now.AsOf.Format(time.RFC3339), bounded(now.Err.Error(), shownError)))
	}
	if !now.Evaluated {
		all = append(all, "some rules have not been evaluated yet; more alerts may fire")
	}
	for _, am := range now.Unreached {
		all = append(all, fmt.Sprintf("no alert has reached the Alertmanager %s since %s: %s", bounded(am.URL, shownWords), am.Since.Format(time.RFC3339), bounded(am.Err.Error(), shownError)))
	}
	for _, u := range undelivered {
		all = append(all, fmt.Sprintf("no message has reached %s (%s) since %s: %s", bounded(u.Receiver, shownWords), byFile(u.Kind, u.File), u.Since.Format(time.RFC3339), bounded(u.Err.Error(), shownError)))
	}
	return all
}
