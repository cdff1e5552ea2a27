package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/version"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/report"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// noticeableOffset is the smallest difference between planwatch's clock and the
// system's that the pages show.
const noticeableOffset = time.Minute

// board serves the HTML pages.
type board struct {
	content Content
	logger  *slog.Logger
	writing *writing
	// documents has room for those that are being written.
	documents chan struct{}
}

// messages gives a template planwatch's messages in one language.
type messages struct{ Lang *language.Language }

// Say returns a message in the language, as language.Language.Say does.
func (s messages) Say(key string, args ...any) string { return s.Lang.Say(key, args...) }

// page holds the fields that all pages share.
type page struct {
	messages
	Page, Region, Heading string
	// Root leads from the page to those beside the report's. It is relative, since a proxy
	// may have planwatch under a path.
	Root string
	// Regions leads to the page of all regions, where there are several; else it is "".
	Regions string
	// Asked is the language that was asked for, or "", and Query keeps it in links.
	Asked, Query string
	// Other is the other language that the page links to; nil if the region has
	// only one.
	Other *language.Language
	// OtherURL is the page in the other language.
	OtherURL  string
	Moment    *moment
	Notices   []notice
	Version   string
	ClockNote string
	// HasActivities and HasRisks are whether the region has such a table.
	HasActivities, HasRisks bool
	// Choice names what the page is a choice of, for its title; "" for all.
	Choice string
	// Reading says how far the past has been read, while it is being read.
	Reading string
}

// moment is a time for people and for programs.
type moment struct{ Machine, Human string }

type notice struct{ Text, Link string }

// page makes the common fields of the page with that name, in the language of
// the request.
func (b *board) page(r *http.Request, name string, current *report.Report) page {
	languages := current.Region.Languages
	asked, query := "", ""
	chosen := r.URL.Query().Get(config.LanguageQuery)
	l, err := languages.Get(chosen)
	if err != nil {
		l = languages.Negotiate(r.Header.Get("Accept-Language"))
	} else {
		asked, query = chosen, "?"+config.LanguageQuery+"="+chosen
	}
	p := page{messages: messages{l}, Page: name, Region: current.Region.Title, Root: root(r.URL), Asked: asked, Query: query, Version: version.Version,
		HasActivities: len(current.Region.Activities) > 0, HasRisks: len(current.Region.Risks) > 0}
	if b.content.Beside {
		p.Regions = p.Root + "../../" + query
	}
	if other := languages.Next(l); other != l {
		p.Other, p.OtherURL = other, "?"+config.LanguageQuery+"="+other.Code()
	}
	if clock := b.content.Clock; clock.Offset().Abs() > noticeableOffset {
		p.ClockNote = l.Say("planwatch's clock is set: it shows %s.", l.Moment(clock.Now().In(current.At.Location())))
	}
	return p
}

// root leads from a page to those beside the report's.
func root(from *url.URL) string {
	return strings.Repeat("../", max(strings.Count(from.EscapedPath(), "/")-1, 0))
}

func (p *page) at(t time.Time) {
	p.Moment = &moment{t.Format(time.RFC3339), p.Lang.Heading(t)}
}

// render writes a complete page, or an error.
func (b *board) render(w http.ResponseWriter, name string, l *language.Language, view any) {
	b.renderStatus(w, http.StatusOK, name, l, view)
}

// renderStatus writes a complete page with the status, or an error.
func (b *board) renderStatus(w http.ResponseWriter, code int, name string, l *language.Language, view any) {
	var made bytes.Buffer
	if err := templates.ExecuteTemplate(&made, name, view); err != nil {
		b.notMade(w, name, err)
		return
	}
	setPage(w.Header(), l)
	w.WriteHeader(code)
	_, _ = made.WriteTo(w)
}

// notMade answers that there is a fault in a template.
func (b *board) notMade(w http.ResponseWriter, name string, err error) {
	b.logger.Error("page not made", "page", name, "err", err)
	http.Error(w, "the page could not be made; the log says why", http.StatusInternalServerError)
}

// setPage sets the headers of a page.
func setPage(header http.Header, l *language.Language) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", l.Code())
	header.Add("Vary", "Accept-Language")
}

// static serves the style sheet and the icon, and lists no directory.
func static() http.Handler {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		panic(err) // the path is constant
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		if info, err := fs.Stat(files, name); err != nil || info.IsDir() {
			http.NotFound(w, r)
			return
		}
		w.Header().Del(cacheControl)
		http.ServeFileFS(w, r, files, name)
	})
}
