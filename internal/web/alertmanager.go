package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"planwatch/alerts/silences"
	"planwatch/internal/audit"
	"planwatch/internal/comment"
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
	ID        string    `json:"id"`
	CreatedBy string    `json:"createdBy"`
	Comment   string    `json:"comment"`
	EndsAt    time.Time `json:"endsAt"`
	Matchers  []struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		IsRegex bool   `json:"isRegex"`
		IsEqual *bool  `json:"isEqual"`
	} `json:"matchers"`
}

// silence is what was sent as a silence.
func (s silenceSent) silence() silences.Silence {
	var all silences.Silence
	for _, m := range s.Matchers {
		all.Matchers = append(all.Matchers, silences.Matcher{Name: m.Name, Value: m.Value, Regex: m.IsRegex, Negative: m.IsEqual != nil && !*m.IsEqual})
	}
	return all
}

// check returns why the silence is refused, or nil: as on the page, nobody
// silences in another's name, without a reason, for long, or for good; and an
// acknowledgement, which planwatch keeps until its alerts resolve, is set by the
// page and the command only.
func (s silenceSent) check(who string, now time.Time) error {
	switch comment, err := comment.Clean(s.Comment); {
	case s.CreatedBy != who:
		return errors.New("a silence in another's name: createdBy must be who has signed in")
	case s.ID != "":
		return errors.New("a silence in place of another: end that one, and set a new one")
	case err != nil || comment == "":
		return errors.New("a silence without a reason, or one that cannot be kept: the comment must say why")
	case strings.HasPrefix(comment, silences.Acknowledged):
		return errors.New("an acknowledgement: use the event's page or planwatch alerts ack")
	case s.EndsAt.After(now.Add(longestSilence)):
		return fmt.Errorf("a silence of more than %d days", int(longestSilence.Hours()/24))
	case s.silence().Matches(map[string]string{naming.LabelAlertName: naming.Watchdog, naming.LabelSeverity: naming.SeverityNone, naming.LabelDomain: naming.DomainPlanwatch}):
		return errors.New("a silence of the watchdog, which says that alerts arrive; name what is to be silenced")
	}
	return nil
}

// inOwnName lets a silence through that whoever sends it may set, and keeps that
// it was set.
func inOwnName(guard *writing, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
		if err != nil {
			guard.refuse(w, r, forbidden(errFormTooLong.Error()))
			return
		}
		var sent silenceSent
		if err := json.Unmarshal(body, &sent); err != nil {
			guard.refuse(w, r, forbidden("not a silence in JSON"))
			return
		}
		if err := sent.check(person(r), time.Now()); err != nil {
			guard.refuse(w, r, forbidden(err.Error()))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		done := &answered{ResponseWriter: w}
		next.ServeHTTP(done, r)
		guard.keep(r, audit.Entry{Action: audit.Silence, Why: sent.Comment, Until: sent.EndsAt, Matchers: sent.silence().String()}, done.status)
	})
}

// ended keeps whose silence was ended, and of what.
func ended(guard *writing, of Silences, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entry := audit.Entry{Action: audit.End, Silence: bounded(r.PathValue("id"), shownWords)}
		if of != nil {
			all, _ := of.InForce(r.Context()) // what it does not know is not there to be ended
			for _, s := range all {
				if s.ID == r.PathValue("id") {
					entry.Matchers, entry.Why = s.String(), "set by "+s.CreatedBy
				}
			}
		}
		done := &answered{ResponseWriter: w}
		next.ServeHTTP(done, r)
		guard.keep(r, entry, done.status)
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
