package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"planwatch/config"
	"planwatch/internal/audit"
	"planwatch/internal/comment"
	"planwatch/internal/format"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

// commentsView holds the page of comments on one KPI or target.
type commentsView struct {
	page
	// Field and Value say what it is about, as forms send it.
	Field, Value string
	// KPI is the page of the KPI, and Rows are where the report shows it.
	KPI                          string
	Rows                         []string
	Problem                      string
	Writer, ReadOnly, NoComments string
	Sent                         form
	History                      []historyView
}

// serveCommentsCSV writes all comments, the oldest first.
func (b *board) serveCommentsCSV(w http.ResponseWriter, _ *http.Request) {
	if b.content.Comments == nil {
		http.Error(w, "comments are not kept, since the storage cannot be written to", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	b.content.attached(w.Header(), b.content.Report().Region, "comments.csv")
	_ = comment.Write(w, b.content.Comments.All(), format.CSV, nil)
}

// subjectOf is the KPI or target that is named. What is wrong with it is said in the
// language, or "".
func subjectOf(current *report.Report, field func(string) string, l *language.Language) (s comment.Subject, wrong string) {
	s = comment.Subject{KPI: field(fieldKPI), Target: field(fieldTarget)}
	if s.Validate() != nil {
		return s, l.Say("Comments are about one key figure or one target.")
	}
	if _, ok := current.Region.KPIs.Get(s.KPI); s.KPI != "" && !ok {
		return s, l.Say("There is no key figure %s.", bounded(s.KPI, shownWords))
	}
	if s.Target != "" && !hasTarget(current, s.Target) {
		return s, l.Say("There is no target %s.", bounded(s.Target, shownWords))
	}
	return s, ""
}

func hasTarget(current *report.Report, id string) bool {
	if current.Region.Plan == nil {
		return false
	}
	for _, target := range current.Region.Plan.Targets {
		if target.ID == id {
			return true
		}
	}
	return false
}

func (b *board) serveComments(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	if query := r.URL.Query(); query.Get(fieldKPI) == "" && query.Get(fieldTarget) == "" {
		b.showAllComments(w, r, current, mishap{code: http.StatusOK})
		return
	}
	about, wrong := subjectOf(current, r.URL.Query().Get, b.page(r, "comments", current).Lang)
	if wrong != "" {
		b.showAllComments(w, r, current, mishap{code: http.StatusNotFound, problem: wrong})
		return
	}
	b.showComments(w, r, current, about, mishap{code: http.StatusOK})
}

// showComments writes the page of a KPI's or target's comments, after what went
// wrong.
func (b *board) showComments(w http.ResponseWriter, r *http.Request, current *report.Report, about comment.Subject, wrong mishap) {
	p := b.page(r, "comments", current)
	l, zone := p.Lang, current.At.Location()
	view := commentsView{page: p, Problem: wrong.problem, Sent: wrong.sent, Field: fieldKPI, Value: about.KPI}
	if about.Target != "" {
		view.Field, view.Value = fieldTarget, about.Target
	}
	view.Heading = l.Say("Comments") + " · " + titleOf(current, about, l)
	view.at(b.now(zone))
	if p.Other != nil {
		view.OtherURL = view.Root + commentsAddress(about, p.Other.Code())
	}
	view.Rows, view.KPI = rowsAbout(current, about, l), view.Root+kpiAbout(current, about, p.Asked)
	reader := b.writing.persons.viewer(r)
	view.Writer, view.ReadOnly = b.may(reader, l)
	if b.content.Comments == nil {
		view.NoComments, view.Writer = l.Say("Comments are not kept, since the storage cannot be written to."), ""
	} else {
		for _, c := range slices.Backward(b.content.Comments.About(about)) {
			at := b.content.Clock.At(c.Time).In(zone)
			view.History = append(view.History, historyView{Moment: moment{at.Format(time.RFC3339), l.Moment(at)}, Who: format.Cell(c.Author), What: l.Say("commented"), Text: c.Text})
		}
	}
	if view.Writer != "" {
		allowForms(w)
	}
	b.renderStatus(w, wrong.code, "comments", l, view)
}

// titleOf is what people call the KPI or target.
func titleOf(current *report.Report, about comment.Subject, l *language.Language) string {
	for _, row := range current.Rows {
		if isAbout(row, about) {
			return row.Title(l)
		}
	}
	return cmp.Or(about.KPI, about.Target)
}

func isAbout(row report.Row, about comment.Subject) bool {
	if about.Target != "" {
		return row.Target != nil && row.Target.ID == about.Target
	}
	return row.KPI.Name == about.KPI
}

// kpiAbout is the page of the KPI that the comments are about.
func kpiAbout(current *report.Report, about comment.Subject, language string) string {
	if about.Target != "" {
		for _, t := range current.Region.Plan.Targets {
			if t.ID == about.Target {
				return kpiAddress(t.KPI, t.ID, nil, language)
			}
		}
	}
	return kpiAddress(about.KPI, "", nil, language)
}

// shownRows is how many rows of the report stand above comments.
const shownRows = 5

// rowsAbout are the report's rows about it in short: place and figure.
func rowsAbout(current *report.Report, about comment.Subject, l *language.Language) []string {
	var rows []string
	for _, row := range current.Rows {
		if isAbout(row, about) && len(rows) < shownRows {
			parts := slices.DeleteFunc([]string{row.Place(l), row.Figure(l, row.Actual)}, func(part string) bool { return part == "" })
			rows = append(rows, bounded(strings.Join(parts, ": "), shownWords))
		}
	}
	return rows
}

// commentsAddress is the page of a subject's comments, from the pages' root.
func commentsAddress(about comment.Subject, language string) string {
	query := url.Values{}
	for name, value := range map[string]string{fieldKPI: about.KPI, fieldTarget: about.Target, config.LanguageQuery: language} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "comments?" + query.Encode()
}

// takeComment keeps a comment on a KPI or target.
func (b *board) takeComment(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	sent, err := readForm(w, r, []string{fieldKPI, fieldTarget, fieldComment})
	if err != nil {
		b.writing.refuse(w, r, &refusal{http.StatusBadRequest, err.Error()})
		return
	}
	p := b.page(r, "comments", current)
	l := p.Lang
	about, wrong := subjectOf(current, func(name string) string { return sent[name] }, l)
	if wrong != "" {
		b.showAllComments(w, r, current, mishap{code: http.StatusUnprocessableEntity, problem: wrong})
		return
	}
	fail := func(code int, problem string) {
		b.showComments(w, r, current, about, mishap{code, problem, audit.Comment, sent})
	}
	text, err := sent.comment()
	switch {
	case err != nil:
		fail(http.StatusUnprocessableEntity, l.Say("The text cannot be kept: it has too many characters, at most %d, or some that cannot be shown.", comment.MaxText))
		return
	case text == "":
		fail(http.StatusUnprocessableEntity, l.Say("The comment has no text."))
		return
	case b.content.Comments == nil:
		fail(http.StatusConflict, l.Say("Comments are not kept, since the storage cannot be written to."))
		return
	}
	entry := audit.Entry{Who: person(r), Address: address(r), Action: audit.Comment, About: about, Why: text}
	err = b.content.Comments.Add(comment.Comment{Time: time.Now().UTC().Truncate(time.Second), Author: entry.Who, About: about, Text: text})
	if err != nil {
		entry.Outcome = err.Error()
	}
	b.content.Audit.Record(entry)
	if err != nil {
		fail(http.StatusInternalServerError, l.Say("It was not done: %s", bounded(err.Error(), shownError)))
		return
	}
	w.Header().Set("Location", commentsAddress(about, p.Asked))
	w.WriteHeader(http.StatusSeeOther)
}
