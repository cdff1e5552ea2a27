package web

import (
	"net/http"
	"time"

	"planwatch/alerts/alertmanager"
	"planwatch/internal/language"
)

// outboxView holds the fields of the outbox's page.
type outboxView struct {
	page
	// Off is shown where messages are not kept.
	Off      string
	Note     string
	Messages []messageView
}

// messageView is a message as it would have been sent.
type messageView struct {
	At             moment
	Receiver, Kind string
	Subject, Text  string
}

// serveOutbox writes the messages that were kept in place of being sent.
func (b *board) serveOutbox(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	view := outboxView{page: b.page(r, "outbox", current)}
	l, zone := view.Lang, current.At.Location()
	view.Heading = l.Say("Outbox")
	var messages []alertmanager.Message
	kept := false
	if b.content.Outbox != nil {
		messages, kept = b.content.Outbox()
	}
	if !kept {
		view.Off = l.Say("Messages are sent, not kept here. With alerting.outbox they would be shown in place of being sent.")
	}
	view.Note = l.Say("Nothing here has been sent to anybody: these are the messages that would have been.")
	for _, m := range messages {
		view.Messages = append(view.Messages, messageView{
			At: b.moment(m.At, zone, l), Receiver: bounded(m.Receiver, shownWords), Kind: kindName(m.Kind, l),
			Subject: bounded(m.Subject, shownWords), Text: bounded(m.Text, shownMessage),
		})
	}
	b.render(w, "outbox", l, view)
}

// shownMessage bounds the text of a message, in characters.
const shownMessage = 20_000

// moment is a time of the system's clock, as planwatch's clock shows it.
func (b *board) moment(at time.Time, zone *time.Location, l *language.Language) moment {
	shown := b.content.Clock.At(at).In(zone)
	return moment{shown.Format(time.RFC3339), l.Moment(shown)}
}

// kindName is what people call a kind of recipient.
func kindName(kind string, l *language.Language) string {
	switch kind {
	case alertmanager.Email:
		return l.Say("E-mail")
	case alertmanager.Teams:
		return "Teams"
	}
	return l.Say("Webhook")
}
