package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
)

// answering is one attempt to answer an event.
type answering struct {
	board   *board
	w       http.ResponseWriter
	r       *http.Request
	current *report.Report
	l       *language.Language
	// asked is the language that was asked for, or "".
	asked string
	// event is the one that is answered, with what fires of it.
	event event
	sent  form
	// text is the comment that was sent, as it is kept.
	text string
	// entry is what the audit log has of it.
	entry audit.Entry
}

// answer serves an address to which an event's labels and the fields are sent.
func (b *board) answer(action audit.Action, do func(*answering), fields ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		current := b.content.Report()
		names := eventLabels(current.Region)
		if names == nil {
			http.Error(w, "there are no events: the region has no oncall.yaml", http.StatusNotFound)
			return
		}
		sent, err := readForm(w, r, slices.Concat(names, fields))
		if err != nil {
			b.writing.refuse(w, r, &refusal{http.StatusBadRequest, err.Error()})
			return
		}
		wanted, err := sent.event(names)
		if err != nil {
			b.writing.refuse(w, r, &refusal{http.StatusBadRequest, "labels that no event has"})
			return
		}
		p := b.page(r, "event", current)
		a := &answering{
			board: b, w: w, r: r, current: current, l: p.Lang, asked: p.Asked,
			event: find(current.Region, b.content.Alerts().Alerts, wanted), sent: sent,
			entry: audit.Entry{Who: person(r), Address: address(r), Action: action, About: wanted.subject()},
		}
		if a.text, err = sent.comment(); err != nil {
			a.fail(http.StatusUnprocessableEntity, a.l.Say("The text cannot be kept: it has too many characters, at most %d, or some that cannot be shown.", comment.MaxText))
			return
		}
		a.entry.Why = a.text
		do(a)
	}
}

// fail shows the event's page with what was sent and why it was not done; a
// command asks for the latter alone.
func (a *answering) fail(code int, problem string) {
	if a.r.Header.Get("Accept") == "text/plain" {
		http.Error(a.w, problem, code)
		return
	}
	a.board.showEvent(a.w, a.r, a.current, a.event, mishap{code, problem, a.entry.Action, a.sent})
}

// done keeps that it was done, and leads back to the event's page.
func (a *answering) done() {
	a.board.content.Audit.Record(a.entry)
	a.w.Header().Set("Location", "../"+a.event.address(a.asked))
	a.w.WriteHeader(http.StatusSeeOther)
}

// failed keeps that somebody tried, and says what came of it.
func (a *answering) failed(err error) {
	a.entry.Outcome = err.Error()
	a.board.content.Audit.Record(a.entry)
	a.fail(http.StatusBadGateway, a.l.Say("It was not done: %s", bounded(err.Error(), shownError)))
}

// silenceable says that the event's alerts can be acknowledged and silenced, or
// answers why not.
func (a *answering) silenceable() bool {
	switch {
	case a.board.content.Silences == nil:
		a.fail(http.StatusConflict, a.l.Say("Alerts cannot be acknowledged or silenced here: there is no Alertmanager to keep it."))
	case len(a.event.firing) == 0:
		now := a.board.content.Alerts()
		a.fail(http.StatusConflict, cmp.Or(a.board.unknown(now, a.l), a.board.alertsFault(now, a.current.At.Location(), a.l), a.board.gone(now, a.l)))
	default:
		return true
	}
	return false
}

// longestAsk is how long an Alertmanager may take.
const longestAsk = 20 * time.Second

func acknowledge(a *answering) {
	if !a.silenceable() {
		return
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), longestAsk)
	defer cancel()
	a.entry.Alerts = a.event.firingLabels()
	ids, err := a.board.content.Silences.Acknowledge(ctx, a.event.firingLabels(), a.entry.Who, a.text)
	a.entry.Silence = strings.Join(ids, " ")
	if err != nil {
		a.failed(err)
		return
	}
	a.done()
}

func silence(a *answering) {
	if !a.silenceable() {
		return
	}
	until, wrong := a.sent.until(a.board.now(a.current.At.Location()), a.l)
	if a.text == "" {
		wrong = a.l.Say("Say why: whoever looks next has to know.")
	}
	if wrong != "" {
		a.fail(http.StatusUnprocessableEntity, wrong)
		return
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), longestAsk)
	defer cancel()
	wall := a.board.content.Clock.Wall(until)
	a.entry.Alerts, a.entry.Until = a.event.firingLabels(), wall.UTC()
	ids, err := a.board.content.Silences.Silence(ctx, a.event.firingLabels(), a.entry.Who, a.text, wall)
	a.entry.Silence = strings.Join(ids, " ")
	if err != nil {
		a.failed(err)
		return
	}
	a.done()
}

// end ends silences that are about the event, and no others.
func end(a *answering) {
	if !a.silenceable() {
		return
	}
	ctx, cancel := context.WithTimeout(a.r.Context(), longestAsk)
	defer cancel()
	all, err := a.board.content.Silences.InForce(ctx)
	if err != nil {
		a.failed(err)
		return
	}
	ended := map[string]bool{}
	for _, s := range a.event.of(all) {
		if ended[s.ID] || !slices.Contains(strings.Fields(a.sent[fieldID]), s.ID) {
			continue
		}
		ended[s.ID] = true
		a.entry.Silence = strings.TrimSpace(a.entry.Silence + " " + s.ID)
		if err := a.board.content.Silences.End(ctx, s.ID); err != nil {
			a.failed(err)
			return
		}
	}
	if len(ended) == 0 {
		a.fail(http.StatusConflict, a.l.Say("It has ended already."))
		return
	}
	a.done()
}

func commentOn(a *answering) {
	kept := a.board.content.Comments
	region := a.current.Region
	owner := a.event.labels[naming.LabelOwner]
	_, known := region.OnCall.Owner(owner)
	switch {
	case kept == nil:
		a.fail(http.StatusConflict, a.l.Say("Comments are not kept, since the storage cannot be written to."))
		return
	case !known && len(a.event.firing) == 0:
		a.fail(http.StatusUnprocessableEntity, a.l.Say("There is no owner %s.", bounded(owner, shownWords)))
		return
	case a.text == "":
		a.fail(http.StatusUnprocessableEntity, a.l.Say("The comment has no text."))
		return
	}
	err := kept.Add(comment.Comment{Time: time.Now().UTC().Truncate(time.Second), Author: a.entry.Who, About: a.entry.About, Text: a.text})
	if err != nil {
		a.failed(err)
		return
	}
	a.done()
}
