package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"planwatch/internal/audit"
	"planwatch/internal/naming"
)

// alertmanagerAPI answers Alertmanager's API, for amtool and others. Alerts are
// not taken from there: only planwatch's own rules say what fires.
func alertmanagerAPI(api http.HandlerFunc) http.Handler {
	if api == nil {
		return http.NotFoundHandler()
	}
	return http.StripPrefix("/"+naming.AlertmanagerPath, api)
}

// silenceSent is what planwatch looks at of a silence that is sent.
type silenceSent struct {
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
	EndsAt    time.Time `json:"endsAt"`
}

// inOwnName lets a silence through that is in the name of whoever sends it, and
// keeps that it was set.
func inOwnName(guard *writing, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
		if err != nil {
			guard.refuse(w, r, forbidden(errFormTooLong.Error()))
			return
		}
		var sent silenceSent
		if err := json.Unmarshal(body, &sent); err != nil {
			http.Error(w, "refused: not a silence in JSON", http.StatusBadRequest)
			return
		}
		if sent.CreatedBy != person(r) {
			guard.refuse(w, r, forbidden("a silence in another's name: createdBy must be who has signed in"))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		done := &answered{ResponseWriter: w}
		next.ServeHTTP(done, r)
		guard.keep(r, audit.Entry{Action: audit.Silence, Why: sent.Comment, Until: sent.EndsAt}, done.status)
	})
}

// recorded keeps that the action was done.
func recorded(guard *writing, action audit.Action, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done := &answered{ResponseWriter: w}
		next.ServeHTTP(done, r)
		guard.keep(r, audit.Entry{Action: action, Silence: r.PathValue("id")}, done.status)
	})
}

// keep keeps what somebody did, by the status of the answer.
func (g *writing) keep(r *http.Request, entry audit.Entry, status int) {
	entry.Who, entry.Address, entry.Outcome = person(r), address(r), audit.Done
	if status/100 != 2 && status != 0 {
		entry.Outcome = "failed: " + http.StatusText(status)
	}
	g.audit.Record(entry)
}
