package web

import (
	"net/http"
	"time"

	"planwatch/alerts/silences"
	"planwatch/internal/format"
	"planwatch/internal/report"
)

// eventsView holds the page of all events of which alerts fire.
type eventsView struct {
	page
	// Off says why nothing is known of alerts, and None that none fires. Fault says
	// that they are not evaluated, Unknown that it is not known who has them.
	Off, None, Fault, Unknown string
	Events                    []eventLine
	// Outbox is whether messages are kept there in place of being sent.
	Outbox bool
}

// eventLine is one event in short.
type eventLine struct {
	Class, Symbol, Severity string
	Name, URL               string
	Alerts                  []string
	More                    string
	Since                   moment
	Held                    []silenceView
	// Nobody says of how many alerts it is known that nobody has them.
	Nobody string
}

// shownOfEvent is how many alerts of an event are named on the page of all.
const shownOfEvent = 3

func (b *board) serveEvents(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "events", current)
	l, zone := p.Lang, current.At.Location()
	p.Heading = l.Say("Alerts, and who has them")
	p.at(b.now(zone))
	now := b.content.Alerts()
	view := eventsView{page: p, Fault: b.alertsFault(now, zone, l)}
	if b.content.Outbox != nil {
		_, view.Outbox = b.content.Outbox()
	}
	if current.Region.OnCall == nil {
		view.Off = l.Say("Embedded alerting is off: ask Prometheus which alerts are firing.")
		b.render(w, "events", l, view)
		return
	}
	var held []silences.Silence
	known := false
	if kept := b.content.Silences; kept != nil {
		var err error
		if held, err = kept.InForce(r.Context()); err != nil {
			view.Unknown = l.Say("Who has these alerts is not known: %s", bounded(err.Error(), shownError))
		}
		known = err == nil
	}
	all := events(current.Region, now.Alerts)
	for _, e := range all {
		view.Events = append(view.Events, b.viewEvent(r, current, e, held, known, zone))
	}
	if len(all) == 0 {
		view.Off = b.unknown(now, l)
	}
	if len(all) == 0 && now.Up() {
		view.None = l.Say("No alert is firing.")
	}
	b.render(w, "events", l, view)
}

func (b *board) viewEvent(r *http.Request, current *report.Report, e event, held []silences.Silence, known bool, zone *time.Location) eventLine {
	p := b.page(r, "events", current)
	l := p.Lang
	severity := severities[min(e.rank(), len(severities)-1)].status
	since := b.viewAlert(p, current.Region, e.since(), severity, zone).Since
	line := eventLine{
		Class: severity.Class(), Symbol: severity.Symbol(), Severity: severity.Name(l), Name: format.Cell(e.name(current.Region, l)),
		URL: e.address(p.Asked), Since: since, Held: b.viewSilences(e.of(held), zone, l),
	}
	if known {
		line.Nobody = nobodyHas(e, held, l)
	}
	for _, alert := range e.firing[:min(len(e.firing), shownOfEvent)] {
		line.Alerts = append(line.Alerts, b.viewAlert(p, current.Region, alert, severity, zone).Summary)
	}
	if more := len(e.firing) - shownOfEvent; more > 0 {
		line.More = l.Say("%d more", more)
	}
	return line
}
