package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/comment"
	"planwatch/internal/web"
)

// All comments are on a page, the newest first, each with a link to what it is about.
func TestAllComments(t *testing.T) {
	w := startWard(t, withUsers(t), func(c *web.Content) { everything(t, "[sv, en]")(c) })
	begin := time.Now().Add(-time.Hour).Truncate(time.Second)
	for i, about := range []comment.Subject{
		{KPI: "beds_available"}, {Target: "beds-surgery"}, {Event: map[string]string{"owner": "surgery", "hospital": "Sunderby"}}, {Event: map[string]string{"owner": "<b>"}},
	} {
		if err := w.comments.Add(comment.Comment{Time: begin.Add(time.Duration(i) * time.Minute), Author: "anna", About: about, Text: fmt.Sprintf("Nummer <%d>", i)}); err != nil {
			t.Fatal(err)
		}
	}
	w.page(t, "/comments?lang=sv", anna(), []string{
		`<a href="event?lang=sv&amp;owner=%3Cb%3E">&lt;b&gt;</a>`, "Nummer &lt;3&gt;",
		`<a href="event?lang=sv&amp;owner=surgery">Kirurgi</a>`, "Nummer &lt;2&gt;",
		`<a href="kpi/beds_available?lang=sv&amp;target=beds-surgery">`, "Nummer &lt;1&gt;",
		`<a href="kpi/beds_available?lang=sv">Disponibla vårdplatser</a>`, "anna</bdi> kommenterade", "Nummer &lt;0&gt;",
	}, "<b>", "Föregående")
	for range 40 {
		if err := w.comments.Add(comment.Comment{Time: begin.Add(time.Hour), Author: "bo", About: comment.Subject{KPI: "beds_available"}, Text: strings.Repeat("å", comment.MaxText)}); err != nil {
			t.Fatal(err)
		}
	}
	response, body := get(t, http.MethodGet, w.base+"/comments?lang=en", anna())
	if page := string(body); response.StatusCode != http.StatusOK || !strings.Contains(page, "1–20 of 44") || !strings.Contains(page, `rel="next" href="comments?lang=en&amp;page=2"`) || len(page) > 150_000 {
		t.Errorf("%s, %d bytes", response.Status, len(page))
	}
	w.page(t, "/comments?lang=en&page=99", anna(), []string{"Nummer", `rel="prev" href="comments?lang=en&amp;page=2"`, "41–44 of 44"}, "Next")
	for path, want := range map[string]string{
		"/comments?lang=sv&kpi=x": "Det finns inget nyckeltal x.", "/comments?lang=sv&target=y": "Det finns inget mål y.", "/comments?lang=sv&kpi=x&target=y": "Kommentarer gäller ett nyckeltal eller ett mål.",
	} {
		if got := w.page(t, path, anna(), []string{`role="alert">` + want, "Alla kommentarer"}); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	none := startWard(t, config.Web{}, func(c *web.Content) { c.Comments = nil })
	none.page(t, "/comments?lang=sv", nil, []string{"Kommentarer sparas inte"}, "Inget än")
}

// The address of a key figure without a name leads to the list of all.
func TestKPIWithoutAName(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	for path, want := range map[string]string{"/kpi/": "../kpi", "/kpi/?lang=en&q=a%20b": "../kpi?lang=en&q=a+b"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusMovedPermanently || response.Header.Get("Location") != want {
			t.Errorf("%s: %s, %q", path, response.Status, response.Header.Get("Location"))
		}
	}
}
