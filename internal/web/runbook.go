package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"planwatch/alerts/rules"
	"planwatch/alerts/runbook"
	"planwatch/config"
	"planwatch/internal/language"
)

// runbooks serves the runbooks of the running region, each as a page.
type runbooks struct {
	board *board
	// made are those of the region that was asked for last.
	made atomic.Pointer[regionRunbooks]
}

// regionRunbooks are a region's. They are nil where it calls nobody.
type regionRunbooks struct {
	region *config.Region
	books  *runbook.Books
}

// markdown writes HTML from Markdown. HTML in it is left out, and so are addresses of
// programs, such as javascript:.
// The security policy takes no style of an element.
var markdown = goldmark.New(goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))))

// of returns the runbooks of the region.
func (s *runbooks) of(region *config.Region) (*runbook.Books, error) {
	if made := s.made.Load(); made != nil && made.region == region {
		return made.books, nil
	}
	made := &regionRunbooks{region: region}
	if region.OnCall != nil {
		var err error
		if made.books, err = runbook.New(region, rules.Files(region)); err != nil {
			return nil, err
		}
	}
	s.made.Store(made)
	return made.books, nil
}

type runbookView struct {
	page
	Body template.HTML
}

type runbookListView struct {
	page
	// Unknown is the alert that was asked for, if there is none of that name.
	Unknown  string
	Runbooks []runbookLink
}

type runbookLink struct{ Alert, Title, URL string }

// serveOne answers with the runbook of an alert, or with the list of all.
func (s *runbooks) serveOne(w http.ResponseWriter, r *http.Request) {
	current := s.board.content.Report()
	p := s.board.page(r, "runbook", current)
	books, err := s.of(current.Region)
	if err != nil {
		s.fail(w, err)
		return
	}
	name := r.PathValue("alert")
	if books == nil {
		s.list(w, p, nil, name)
		return
	}
	text, ok := books.Markdown(name, p.Lang)
	if !ok {
		s.list(w, p, books, name)
		return
	}
	var made bytes.Buffer
	if err := markdown.Convert(text, &made); err != nil {
		s.fail(w, err)
		return
	}
	p.Heading = books.Title(name, p.Lang)
	//nolint:gosec // goldmark escapes what is text, and leaves out what is HTML
	s.board.render(w, "runbook", p.Lang, runbookView{page: p, Body: template.HTML(scrolling.Replace(made.String()))})
}

// scrolling lets tables scroll where they are wider than the window, also with a
// keyboard. In goldmark's HTML a tag is a tag: what is text has none.
var scrolling = strings.NewReplacer("<table>", `<div class="scrolling" tabindex="0"><table>`, "</table>", "</table></div>")

// serveList answers with a list of all runbooks.
func (s *runbooks) serveList(w http.ResponseWriter, r *http.Request) {
	current := s.board.content.Report()
	books, err := s.of(current.Region)
	if err != nil {
		s.fail(w, err)
		return
	}
	s.list(w, s.board.page(r, "runbooks", current), books, "")
}

func (s *runbooks) list(w http.ResponseWriter, p page, books *runbook.Books, unknown string) {
	p.Heading = p.Say("Runbooks")
	view := runbookListView{page: p, Unknown: bounded(unknown, shownWords)}
	if books != nil {
		view.Runbooks = runbookLinks(books, p.Lang, p.Root, p.Query)
	}
	if unknown == "" {
		s.board.render(w, "runbooks", p.Lang, view)
		return
	}
	s.board.renderStatus(w, http.StatusNotFound, "runbooks", p.Lang, view)
}

func runbookLinks(books *runbook.Books, l *language.Language, root, query string) []runbookLink {
	var links []runbookLink
	for _, entry := range books.List(l) {
		links = append(links, runbookLink{entry.Alert, entry.Title, root + "runbook/" + url.PathEscape(entry.Alert) + query})
	}
	return links
}

// fail answers that there are no runbooks, with the reason in the log.
func (s *runbooks) fail(w http.ResponseWriter, err error) {
	s.board.logger.Error("page not made", "page", "runbook", "err", fmt.Errorf("runbooks: %w", err))
	http.Error(w, "the page could not be made; the log says why", http.StatusInternalServerError)
}
