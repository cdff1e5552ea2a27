package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/internal/report"
	"planwatch/internal/web"
)

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// The director's report is a page with a style of its own and nothing else, or a file.
func TestDocument(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	for _, c := range []struct {
		name, query, mediaType, file string
		says                         []string
	}{
		{"a page", "lang=sv", "text/html; charset=utf-8", "", []string{"<h1>Regiondirektörens rapport</h1>", "Sammanfattning"}},
		{"in English", "lang=en&format=html", "text/html; charset=utf-8", "", []string{"<h1>The director&#39;s report</h1>"}},
		{"since a day", "lang=en&since=2025-02-18", "text/html; charset=utf-8", "", []string{"Compared with 2025-02-18 23:59", "What is new"}},
		{"Markdown", "lang=sv&format=markdown", "text/markdown; charset=utf-8", "report-2025-03-18.md", []string{"# Regiondirektörens rapport\n"}},
		{"of an owner", "lang=en&format=markdown&owner=surgery", "text/markdown; charset=utf-8", "report-2025-03-18.md", []string{"Not the whole report, only Owner: "}},
		{"a search, which is left out", "lang=en&format=markdown&q=nothing", "text/markdown; charset=utf-8", "report-2025-03-18.md", []string{"## Summary"}},
		{"for Word", "lang=sv&format=docx", docxType, "report-2025-03-18.docx", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, base+"/report?"+c.query, nil)
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != c.mediaType {
				t.Fatalf("%s, %s: %s", response.Status, response.Header.Get("Content-Type"), body)
			}
			if got := response.Header.Get("Content-Disposition"); c.file == "" && got != "" || c.file != "" && got != `attachment; filename="`+c.file+`"` {
				t.Errorf("disposition %q", got)
			}
			policy := response.Header.Get("Content-Security-Policy")
			if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
				t.Errorf("policy %q", policy)
			}
			for _, text := range c.says {
				if !strings.Contains(string(body), text) {
					t.Errorf("it does not say %q:\n%s", text, body)
				}
			}
			if c.mediaType == docxType {
				if _, err := zip.NewReader(bytes.NewReader(body), int64(len(body))); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// What cannot be made is a page that says why.
func TestDocumentRefused(t *testing.T) {
	var fault error
	base := "http://" + serve(t, "", func(c *web.Content) {
		everything(t, "[sv, en]")(c)
		c.EarlierReport = func(context.Context, time.Time) (*report.Report, error) { return nil, fault }
	})
	for _, c := range []struct {
		name, query string
		fault       error
		code        int
		says, again string
	}{
		{"no format", "format=<b>", nil, http.StatusBadRequest, "Formatet ”&lt;b&gt;” finns inte; det finns html, docx, markdown.", ""},
		{"no owner", "owner=nobody", nil, http.StatusBadRequest, "nobody", ""},
		{"no day", "since=yesterday", nil, http.StatusBadRequest, "”yesterday” är ingen dag att jämföra med: en av de senaste hundra årens dagar före 2025-03-18, skriven som 2025-02-18.", ""},
		{"a day to come", "since=2025-03-19", nil, http.StatusBadRequest, "”2025-03-19” är ingen dag att jämföra med", ""},
		{"today", "since=2025-03-18", nil, http.StatusBadRequest, "”2025-03-18” är ingen dag att jämföra med", ""},
		{"no report before", "since=last-report", nil, http.StatusBadRequest, "”last-report” är ingen dag att jämföra med", ""},
		{"not there yet", "since=2025-02-18", report.ErrBeingMade, http.StatusServiceUnavailable, "Siffrorna för 2025-02-18 23:59 läses just nu.", "10"},
		{"a source that is down", "since=2025-02-18", errors.New("beds: connection refused"), http.StatusServiceUnavailable, "Siffrorna för 2025-02-18 23:59 går inte att läsa; loggen säger varför.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			fault = c.fault
			response, body := get(t, http.MethodGet, base+"/report?lang=sv&"+c.query, nil)
			if response.StatusCode != c.code || !strings.Contains(string(body), c.says) || response.Header.Get("Refresh") != c.again {
				t.Errorf("%s, refresh %q: %s", response.Status, response.Header.Get("Refresh"), body)
			}
			if strings.Contains(string(body), "connection refused") {
				t.Error("the page says what the log is for")
			}
		})
	}
}

// The form keeps the choice of rows and the language, and no search.
func TestDocumentForm(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	_, body := get(t, http.MethodGet, base+"/?owner=surgery&q=beds&lang=en", nil)
	_, form, _ := strings.Cut(string(body), `action="report"`)
	form, _, _ = strings.Cut(form, "</form>")
	for _, text := range []string{`name="owner" value="surgery"`, `name="lang" value="en"`, `type="date" name="since"`, `value="docx"`} {
		if !strings.Contains(form, text) {
			t.Errorf("no %s in %s", text, form)
		}
	}
	if strings.Contains(form, "beds") {
		t.Errorf("it keeps the search: %s", form)
	}
}
