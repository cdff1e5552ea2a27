package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/common/version"

	"planwatch/alerts/evaluator"
	"planwatch/internal/clock"
	"planwatch/internal/report"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.html"))

// securityPolicy lets a page have planwatch's own style and icon and nothing
// else: no script, and no request to any other place.
const securityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// noticeableOffset is a difference between planwatch's clock and the wall's
// that the pages tell of.
const noticeableOffset = time.Minute

// board is the pages for people.
type board struct {
	report     func() *report.Report
	collectors func() []report.CollectorStatus
	alerts     func() ([]evaluator.Alert, bool)
	ready      func() error
	clock      clock.Clock
	logger     *slog.Logger
}

// page is what the pages have in common.
type page struct {
	Page, Region, Heading string
	Lang, OtherLang       report.Language
	// Query keeps the language that the reader has chosen in links.
	Query, OtherPage string
	Text             text
	Words            report.Words
	Moment           *moment
	Notices          []notice
	Version          string
	ClockNote        string
}

// moment is a time for people and for programs.
type moment struct{ Machine, Human string }

type notice struct{ Text, Link string }

// page makes what the page of that name shares with the others, in the
// language that the request asks for.
func (b *board) page(r *http.Request, name string, current *report.Report) page {
	chosen := r.URL.Query().Get("lang")
	language, err := report.ParseLanguage(chosen)
	if err != nil {
		chosen, language = "", report.Negotiate(r.Header.Get("Accept-Language"))
	}
	other := report.English
	if language == report.English {
		other = report.Swedish
	}
	p := page{
		Page: name, Region: current.Region, Lang: language, OtherLang: other, Text: texts[language], Words: language.Words(),
		OtherPage: "?lang=" + string(other), Version: version.Version,
	}
	if chosen != "" {
		p.Query = "?lang=" + chosen
	}
	if b.clock.Offset().Abs() > noticeableOffset {
		p.ClockNote = fmt.Sprintf(p.Text.ClockNote, language.Moment(b.clock.Now().In(current.At.Location())))
	}
	return p
}

func (p *page) at(t time.Time) {
	p.Moment = &moment{t.Format(time.RFC3339), p.Lang.Heading(t)}
}

// render writes a page whole or not at all.
func (b *board) render(w http.ResponseWriter, name string, language report.Language, view any) {
	var made bytes.Buffer
	if err := templates.ExecuteTemplate(&made, name, view); err != nil {
		b.logger.Error("page not made", "page", name, "err", err)
		http.Error(w, "the page could not be made; the log says why", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", string(language))
	header.Set("Content-Security-Policy", securityPolicy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-cache")
	header.Add("Vary", "Accept-Language")
	_, _ = made.WriteTo(w)
}

// static serves the style and the icon.
func static() http.Handler {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		panic(err) // the path is constant
	}
	return http.StripPrefix("/static/", http.FileServerFS(files))
}
