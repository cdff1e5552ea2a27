package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"planwatch/internal/web"
)

// A page's title names what is chosen, so that windows and bookmarks can be told apart.
func TestTitlesNameTheChoice(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	planned := "http://" + serve(t, "", actions(t))
	for address, want := range map[string]string{
		base + "/?lang=sv": "Läget mot planen · Region Test",
		base + "/?lang=sv&owner=surgery&status=critical":             "Kirurgi, Kritisk · Läget mot planen · Region Test",
		base + "/?lang=en&q=%3Cb%3E&hospital=Sunderby":               `"<b>", Sunderby · How we stand to the plan · Region Test`,
		base + "/?lang=en&page=2":                                    "page 2 · How we stand to the plan · Region Test",
		base + "/?lang=en&owner=nobody":                              "How we stand to the plan · Region Test",
		base + "/kpi?lang=sv&q=platser":                              `"platser" · Nyckeltal · Region Test`,
		base + "/alerts?lang=sv&severity=critical":                   "Kritisk · Larm · Region Test",
		base + "/alerts?lang=sv&from=2025-03-01&to=2025-03-02":       "2025-03-01 till 2025-03-02 · Larm · Region Test",
		planned + "/activities?lang=sv&effect=missing&owner=surgery": "Kirurgi, Effekten uteblir · ",
	} {
		_, body := get(t, http.MethodGet, address, nil)
		title := html.UnescapeString(regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(string(body))[1])
		if title != want && (!strings.HasSuffix(want, " · ") || !strings.HasPrefix(title, want)) {
			t.Errorf("%s: %q, want %q", address, title, want)
		}
	}
}

// A search among key figures finds the places that they are kept for.
func TestKPIsAreFoundByPlace(t *testing.T) {
	r, samples := wards(t, nil)
	base := "http://" + serve(t, "", func(c *web.Content) { showing(r, samples)(c) })
	for search, found := range map[string]bool{"Piteå": true, "piteå kirurgi": true, "nowhere": false} {
		_, body := get(t, http.MethodGet, base+"/kpi?lang=en&q="+strings.ReplaceAll(search, " ", "+"), nil)
		if got := strings.Contains(string(body), `href="kpi/beds_available?lang=en"`); got != found {
			t.Errorf("%s: found %t", search, got)
		}
	}
}
