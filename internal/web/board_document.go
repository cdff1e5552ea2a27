package web

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/version"

	"planwatch/config"
	"planwatch/internal/boardreport"
	"planwatch/internal/clock"
	"planwatch/internal/document"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

// The names in the address of the director's report, beside those that choose rows.
const (
	fieldSince  = "since"
	fieldFormat = "format"
)

// documentWait is how long a browser waits for the report of the earlier moment, before it
// is told to ask again.
const documentWait = 20 * time.Second

// lastReport is the value of since that the command takes too.
const lastReport = "last-report"

// documentsAtOnce is how many are written at a time: the curves of one for Word take
// seconds.
const documentsAtOnce = 2

// askAgain is how many seconds later a browser asks again.
const askAgain = "10"

// documentType is a format with what a browser is told of it, and how a file's name ends;
// without that it is a page.
type documentType struct {
	format          format.Format
	mediaType, ends string
}

var documentTypes = []documentType{
	{format.HTML, "text/html; charset=utf-8", ""},
	{format.Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
	{format.Markdown, "text/markdown; charset=utf-8", ".md"},
}

// documentView is the form that asks for the director's report.
type documentView struct {
	// Since is the day of the last report, as an input takes it; "" without one.
	Since string
	// Hidden keeps what rows are chosen by.
	Hidden []hiddenView
}

type hiddenView struct{ Name, Value string }

// documentForm is that of the rows that are chosen, but for a search: the report says what
// it leaves out by the other fields alone.
func documentForm(current *report.Report, c chosen) documentView {
	var v documentView
	if then, err := current.Region.LastReport(current.At); err == nil {
		v.Since = then.Format(time.DateOnly)
	}
	for _, field := range slices.Concat([]string{fieldOwner, fieldArea, fieldStatus}, c.labels, []string{config.LanguageQuery}) {
		for _, value := range c.query[field] {
			v.Hidden = append(v.Hidden, hiddenView{field, value})
		}
	}
	return v
}

// serveDocument answers with the director's report, as a page or as a file.
func (b *board) serveDocument(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "document", current)
	kind, made, refused := b.document(r, current, p.Lang)
	if refused != nil {
		b.documentRefused(w, p, refused)
		return
	}
	select {
	case b.documents <- struct{}{}:
		defer func() { <-b.documents }()
	case <-r.Context().Done():
		return // the browser has gone on
	}
	var text bytes.Buffer
	if err := made.Write(&text, kind.format); err != nil {
		b.notMade(w, "document", err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", kind.mediaType)
	header.Set("Content-Language", p.Lang.Code())
	if kind.ends != "" {
		b.content.attached(header, current.Region, "report-"+current.At.Format(time.DateOnly)+kind.ends)
	} else if header.Get(contentPolicy) == securityPolicy {
		header.Set(contentPolicy, document.Policy()+"; frame-ancestors 'self'")
	}
	_, _ = text.WriteTo(w)
}

// documentRefusal is why there is no report: with what status, and in words.
type documentRefusal struct {
	code   int
	notice notice
	// again is set where it will be there when it is asked for again.
	again bool
}

// document makes the report that an address asks for.
func (b *board) document(r *http.Request, current *report.Report, l *language.Language) (documentType, boardreport.Document, *documentRefusal) {
	query := r.URL.Query()
	none := func(code int, n notice) (documentType, boardreport.Document, *documentRefusal) {
		return documentType{}, boardreport.Document{}, &documentRefusal{code: code, notice: n}
	}
	kind := documentTypes[0]
	if name := query.Get(fieldFormat); name != "" {
		i := slices.IndexFunc(documentTypes, func(t documentType) bool { return string(t.format) == name })
		if i < 0 {
			return none(http.StatusBadRequest, notice{Text: l.Say("There is no format “%s”; there are %s.", bounded(name, shownWords), formatNames())})
		}
		kind = documentTypes[i]
	}
	choice := maps.Clone(query)
	for _, field := range []string{fieldSearch, fieldSince, fieldFormat} {
		delete(choice, field)
	}
	shown, err := newChosen(choice, current).rows(current, l)
	if err != nil {
		return none(http.StatusBadRequest, unchosen(err, current, l))
	}
	then, ok := since(current, query.Get(fieldSince))
	if !ok {
		return none(http.StatusBadRequest, notice{Text: l.Say("“%s” is no day to compare with: one of the past hundred years before %s, written as 2025-02-18.", bounded(query.Get(fieldSince), shownWords), current.At.Format(time.DateOnly))})
	}
	if !then.IsZero() {
		waiting, cancel := context.WithTimeout(r.Context(), documentWait)
		defer cancel()
		earlier, err := b.content.EarlierReport(waiting, then)
		switch {
		case errors.Is(err, report.ErrBeingMade):
			_, _, refused := none(http.StatusServiceUnavailable, notice{Text: l.Say("The figures of %s are being read. This page asks again by itself.", l.Moment(then))})
			refused.again = true
			return kind, boardreport.Document{}, refused
		case err != nil:
			b.logger.Warn("director's report not made", "err", err)
			return none(http.StatusServiceUnavailable, notice{Text: l.Say("The figures of %s cannot be read; the log says why.", l.Moment(then))})
		}
		shown = shown.Against(earlier)
	}
	content, err := b.documentContent(shown.WithoutParts())
	if err != nil {
		b.logger.Warn("director's report not made", "err", err)
		return none(http.StatusInternalServerError, notice{Text: l.Say("The report cannot be made; the log says why.")})
	}
	return kind, boardreport.New(content, l), nil
}

func (b *board) documentContent(shown *report.Report) (boardreport.Content, error) {
	reconciled, err := plan.Reconcile(shown.Region.Plan.Tables, shown.Region.Plan.Reconciliation)
	if err != nil {
		return boardreport.Content{}, err
	}
	c := boardreport.Content{Report: shown, Plan: &reconciled, Version: version.Version}
	if b.content.Comments != nil {
		c.Comments = boardreport.During(b.content.Comments.All(), shown, b.content.Clock.Now(), b.content.Clock)
	}
	return c, nil
}

// since is the moment that the report compares with: a day's end, or that of the last
// report, and zero where there was none; ok is false of what is no moment before now.
func since(current *report.Report, day string) (then time.Time, ok bool) {
	if day == "" {
		then, err := current.Region.LastReport(current.At)
		if err != nil {
			return time.Time{}, true // no report was given yet
		}
		return then, true
	}
	if day == lastReport {
		then, err := current.Region.LastReport(current.At)
		return then, err == nil
	}
	then, err := clock.ParseMoment(day, current.Region.Location, current.At.Truncate(time.Second))
	return then, err == nil && then.Before(current.At.Truncate(time.Second))
}

// formatNames are those of the formats.
func formatNames() string {
	names := make([]string, len(documentTypes))
	for i, t := range documentTypes {
		names[i] = string(t.format)
	}
	return strings.Join(names, ", ")
}

// documentRefused answers with a page that says why there is no report.
func (b *board) documentRefused(w http.ResponseWriter, p page, refused *documentRefusal) {
	if refused.again {
		w.Header().Set("Retry-After", askAgain)
		w.Header().Set("Refresh", askAgain)
	}
	p.Heading, p.Notices = p.Say("The director's report"), []notice{refused.notice}
	p.Other = nil // the address in the other language would be refused alike
	b.renderStatus(w, refused.code, "document", p.Lang, struct{ page }{p})
}
