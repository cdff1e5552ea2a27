package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"planwatch/alerts/evaluator"
	"planwatch/internal/comment"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/report"
)

// kpiAlertView is an alert about the KPI or its data, with the event that it is of.
type kpiAlertView struct {
	alertView
	Pending              string
	EventURL, EventTitle string
}

// alerts adds what fires about the KPI, the chosen place first.
func (v *kpiView) alerts(b *kpiPages, current *report.Report, entry kpi.Entry, chosen report.Row) {
	now := b.content.Alerts()
	l, zone := v.Lang, current.At.Location()
	v.AlertsFault = cmp.Or(b.unknown(now, l), b.alertsFault(now, zone, l))
	var ours, others []kpiAlertView
	for _, severity := range severities {
		for _, alert := range now.Alerts {
			if alert.Labels[naming.LabelSeverity] != severity.name || !isAboutKPI(alert, entry) || isHeldBack(alert, now.Alerts) {
				continue
			}
			view := kpiAlertView{alertView: b.viewAlert(v.page, current.Region, alert, severity.status, zone)}
			if alert.State != naming.StateFiring {
				view.Pending = l.Say("pending")
			}
			if names := eventLabels(current.Region); names != nil && alert.State == naming.StateFiring {
				e := eventOf(names, func(name string) string { return alert.Labels[name] })
				view.EventURL, view.EventTitle = v.Root+e.address(v.Asked), e.name(current.Region, l)
			}
			if chosen.Target != nil && alert.Labels[naming.LabelTarget] == chosen.Target.ID {
				ours = append(ours, view)
			} else {
				others = append(others, view)
			}
		}
	}
	v.Alerts = slices.Concat(ours, others)
}

// isAboutKPI reports whether the alert is about the KPI, or about the data of its collector.
func isAboutKPI(a evaluator.Alert, entry kpi.Entry) bool {
	if about := a.Labels[naming.LabelKPI]; about != "" {
		return about == entry.Name
	}
	return a.Labels[naming.LabelCollector] == entry.Collector
}

// markView is something that happened or was said, as the picture's marks have it.
type markView struct {
	Number      int
	Class, What string
	Moment      moment
	Text        string
	at          time.Time
}

// shownMarks is how many comments are marked in a picture, the newest, and markWords how
// much of each is told beside it.
const (
	shownMarks = 12
	markWords  = 120
)

// commentsOn are the comments on the KPI and its targets, the oldest first.
func (b *kpiPages) commentsOn(current *report.Report, entry kpi.Entry) []comment.Comment {
	if b.content.Comments == nil {
		return nil
	}
	targets := map[string]bool{}
	for _, t := range current.Region.Targets(entry.Name) {
		targets[t.ID] = true
	}
	return slices.DeleteFunc(b.content.Comments.All(), func(c comment.Comment) bool {
		return c.About.KPI != entry.Name && !targets[c.About.Target]
	})
}

// mark numbers the events and the comments of the time that the picture shows.
func (v *kpiView) mark(b *kpiPages, current *report.Report, row report.Row, comments []comment.Comment) {
	l, zone := v.Lang, current.At.Location()
	begins := chartBegins(current.At)
	if current.Region.Events != nil {
		for _, e := range current.Region.Events.Of(row.KPI.Collector) {
			if at := e.Begins(zone); !at.Before(begins) && !at.After(current.At) {
				v.Marks = append(v.Marks, markView{Class: "event-mark", What: l.Say("Something that happened"), Moment: moment{e.On, e.On}, Text: l.Of(e.Title), at: at})
			}
		}
	}
	marked := 0
	for _, c := range slices.Backward(comments) {
		about := c.About.KPI != "" || row.Target != nil && c.About.Target == row.Target.ID
		at := b.content.Clock.At(c.Time).In(zone)
		if !about || at.Before(begins) || at.After(current.At.Add(time.Minute)) || marked == shownMarks {
			continue
		}
		marked++
		if at.After(current.At) { // said since the figures were compared
			at = current.At
		}
		v.Marks = append(v.Marks, markView{Class: "comment-mark", What: l.Say("A comment"), Moment: momentOf(at, l), Text: format.Cell(c.Author) + ": " + bounded(c.Text, markWords), at: at})
	}
	slices.Reverse(v.Marks) // of the same second, the oldest first
	slices.SortStableFunc(v.Marks, func(a, b markView) int { return a.at.Compare(b.at) })
	for i := range v.Marks {
		v.Marks[i].Number = i + 1
	}
}

// shownComments is how many comments the page of a KPI has, the newest.
const shownComments = 20

// comment adds what people said, and a form for who may.
func (v *kpiView) comment(b *kpiPages, r *http.Request, current *report.Report, row report.Row, comments []comment.Comment) {
	l, zone := v.Lang, current.At.Location()
	about := comment.Subject{KPI: row.KPI.Name}
	v.Field, v.Value, v.About = fieldKPI, row.KPI.Name, v.Title
	if row.Target != nil {
		about = comment.Subject{Target: row.Target.ID}
		v.Field, v.Value, v.About = fieldTarget, row.Target.ID, v.Title+", "+v.Place
	}
	v.Writer, v.ReadOnly = b.may(b.writing.persons.viewer(r), l)
	if b.content.Comments == nil {
		v.NoComments, v.Writer = l.Say("Comments are not kept, since the storage cannot be written to."), ""
		return
	}
	place := subjects(current, row.KPI, l)
	for _, c := range slices.Backward(comments) {
		if len(v.History) == shownComments {
			v.Earlier, v.EarlierURL = l.Say("%d earlier", len(comments)-shownComments), v.Root+commentsAddress(about, v.Asked)
			break
		}
		what := l.Say("commented")
		if where := place[c.About.String()]; where != "" {
			what += " · " + bounded(where, shownWords)
		}
		v.History = append(v.History, historyView{Moment: momentOf(b.content.Clock.At(c.Time).In(zone), l), Who: format.Cell(c.Author), What: what, Text: c.Text})
	}
}
