// Package boardreport makes the report that a region's director gives to the board: a
// document with the figures beside the plan, chapter by chapter, what has changed since the
// last report, what people have said, and what the words mean.
package boardreport

import (
	"strings"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/document"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// Content is what the report is made of.
type Content struct {
	// Report has the rows. Where it compares with an earlier moment, the document says what
	// has changed since that.
	Report *report.Report
	// Comments are those to print, the oldest first.
	Comments []comment.Comment
	// Plan is what differs within the plan; nil where it was not held against itself.
	Plan *plan.Result
	// Version is planwatch's.
	Version string
}

// New makes the document in a language. The same content gives the same document.
func New(c Content, l *language.Language) Document {
	w := &writer{Content: c, l: l, said: newSaid(c.Comments)}
	w.document = &document.Document{
		Title: l.Say("The director's report"), Creator: c.Report.Region.Title, Created: c.Report.At,
		Language: l.Code(), Contents: l.Say("Contents"),
		Footer: c.Report.Region.Title + " · " + l.Moment(c.Report.At) + " · " + w.program(),
	}
	w.cover()
	w.summary()
	w.news()
	for _, chapter := range c.Report.Chapters(l) {
		w.chapter(chapter)
	}
	w.promises()
	w.activities()
	w.risks()
	w.otherComments()
	w.reconciliation()
	w.definitions()
	w.sources()
	return Document{w.document}
}

// writer adds chapters to the document.
type writer struct {
	Content
	l        *language.Language
	document *document.Document
	said     *said
}

func (w *writer) heading(level int, text string) {
	w.document.Add(&document.Heading{Level: level, Text: text})
}

func (w *writer) note(text string) {
	if text != "" {
		w.document.Add(&document.Paragraph{Text: text, Note: true})
	}
}

func (w *writer) text(text string) {
	w.document.Add(&document.Paragraph{Text: text})
}

// program names planwatch and its version.
func (w *writer) program() string { return strings.TrimSpace("planwatch " + w.Version) }

// since is the moment that the report compares with; zero without one.
func (w *writer) since() time.Time {
	if w.Report.Compared == nil {
		return time.Time{}
	}
	return w.Report.Compared.At
}

// cover says of which moment the report is, and how the region stands.
func (w *writer) cover() {
	l, r := w.l, w.Report
	lines := []string{r.Region.Title, l.Heading(r.At)}
	if since := w.since(); !since.IsZero() {
		lines = append(lines, l.Say("Compared with %s", l.Moment(since)))
	}
	if words := r.SelectionWords(l); words != "" {
		lines = append(lines, words)
	}
	if r.Incomplete {
		lines = append(lines, l.Say("Not all figures could be read: what stands as unknown may be off plan."))
	}
	lines = append(lines, w.offWords(offOf(r.Rows)))
	if oldest, newest, ok := dataTimes(r.Rows); ok {
		lines = append(lines, l.Say("Figures from %s to %s", l.Moment(oldest), l.Moment(newest)))
	}
	lines = append(lines, w.program())
	w.document.Cover = lines
}

// tally counts the targets that are off plan, were, and are judged.
type tally struct{ off, judged, then int }

func offOf(rows []report.Row) (t tally) {
	for _, row := range rows {
		if row.Status.Judged() {
			t.judged++
		}
		if row.Status.Off() {
			t.off++
		}
		if row.Then != nil && row.Then.Status.Off() {
			t.then++
		}
	}
	return t
}

func (w *writer) offWords(t tally) string {
	if w.since().IsZero() {
		return w.l.Say("%d of %d judged targets are off plan", t.off, t.judged)
	}
	return w.l.Say("%d of %d judged targets are off plan; then %d", t.off, t.judged, t.then)
}

// dataTimes are those of the oldest and the newest figure; ok is false without any.
func dataTimes(rows []report.Row) (oldest, newest time.Time, ok bool) {
	for _, row := range rows {
		if row.DataTime.IsZero() {
			continue
		}
		if !ok || row.DataTime.Before(oldest) {
			oldest = row.DataTime
		}
		if !ok || row.DataTime.After(newest) {
			newest = row.DataTime
		}
		ok = true
	}
	return oldest, newest, ok
}

// toneOf is the colour beside a status.
func toneOf(s status.Status) document.Tone {
	switch s {
	case status.Critical:
		return document.Critical
	case status.Warning:
		return document.Warning
	case status.OnPlan:
		return document.Good
	default:
		return document.Plain
	}
}

// joined are the texts that are not empty.
func joined(separator string, texts ...string) string {
	var some []string
	for _, text := range texts {
		if text != "" {
			some = append(some, text)
		}
	}
	return strings.Join(some, separator)
}
