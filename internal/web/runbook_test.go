package web_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/report"
	"planwatch/internal/web"
	"planwatch/plan"
)

// loadBuiltin loads the built-in region once for all tests, which only read it.
var loadBuiltin = sync.OnceValues(func() (*config.Region, error) { return config.Load("", nil) })

// running serves the built-in region, as change makes it.
func running(t *testing.T, change func(*config.Region)) func(*web.Content) {
	t.Helper()
	loaded, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	region := *loaded
	if change != nil {
		change(&region)
	}
	return func(c *web.Content) {
		c.Report = func() *report.Report { return report.New(&region, plan.Assessments{}, nil, nil) }
	}
}

func TestRunbookPages(t *testing.T) {
	base := "http://" + serve(t, "", running(t, nil))
	tests := []struct {
		name, path, accept, language string
		status                       int
		contains                     []string
	}{
		{"a KPI's, in Swedish", "/runbook/BedsAvailableOffPlan", "sv", "sv", http.StatusOK, []string{
			"<title>Disponibla vårdplatser: avviker från planen", "<h2>Åtgärd</h2>", "<strong>Division Länssjukvård 2</strong>", `<code class="language-sql">`, "<table>",
			`href="../static/board.css"`, `href="../runbook"`, `href="?lang=en"`,
		}},
		{"a KPI's, in English", "/runbook/BedsAvailableOffPlan?lang=en", "sv", "en", http.StatusOK, []string{
			"<h2>Mitigation</h2>", `href="../runbook?lang=en"`, `href="../?lang=en"`, `href="http://localhost:3000/d/planwatch-beds-en"`,
		}},
		{"one about planwatch", "/runbook/SourceDown?lang=sv", "", "sv", http.StatusOK, []string{"Källan … svarar inte", "databasens driftjour"}},
		{"the list", "/runbook?lang=sv", "", "sv", http.StatusOK, []string{`<a href="runbook/BedsAvailableOffPlan?lang=sv">Disponibla vårdplatser: avviker från planen</a>`, `<a href="runbook/Watchdog?lang=sv">`}},
		{"an alert there is not", "/runbook/Unicorns?lang=en", "", "en", http.StatusNotFound, []string{"There is no alert Unicorns.", `<a href="../runbook/Watchdog?lang=en">`}},
		{"a name that tries to break out", "/runbook/%3Cimg%20src=x%3E", "en", "en", http.StatusNotFound, []string{"There is no alert &lt;img src=x&gt;."}},
		{"a name with a slash", "/runbook/a%2Fb", "en", "en", http.StatusNotFound, []string{"There is no alert a/b.", `href="../static/board.css"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := get(t, http.MethodGet, base+tt.path, http.Header{"Accept-Language": {tt.accept}})
			if response.StatusCode != tt.status || response.Header.Get("Content-Language") != tt.language {
				t.Fatalf("%s, %s", response.Status, response.Header.Get("Content-Language"))
			}
			for _, want := range tt.contains {
				if !strings.Contains(string(body), want) {
					t.Errorf("no %q", want)
				}
			}
			for _, never := range []string{"<script", "<img", "style="} {
				if strings.Contains(string(body), never) {
					t.Errorf("the page has %q", never)
				}
			}
		})
	}
}

// Each rule links to a page that there is.
func TestRunbooksOfAllRules(t *testing.T) {
	region, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + serve(t, "", running(t, nil))
	asked := map[string]bool{}
	for _, file := range rules.Files(region) {
		for _, rule := range file.Rules() {
			path, found := strings.CutPrefix(rule.Annotations["runbook_url"], region.Web.ExternalURL)
			if !found {
				t.Fatalf("%s: %s", rule.Alert, rule.Annotations["runbook_url"])
			}
			if asked[path] {
				continue
			}
			asked[path] = true
			if response, _ := get(t, http.MethodGet, base+path, nil); response.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", path, response.Status)
			}
		}
	}
}

// What is written by hand may hold anything.
func TestRunbookKeepsMarkdownHarmless(t *testing.T) {
	books := fstest.MapFS{"beds.md": {Data: []byte("## Åtgärd\n\n<script>alert(1)</script> <img src=x> [here](javascript:alert(2))\n\n| a |\n| :-: |\n| 1 |\n")}}
	base := "http://" + serve(t, "", running(t, func(r *config.Region) { r.Runbooks = fs.FS(books) }))
	_, body := get(t, http.MethodGet, base+"/runbook/BedsAvailableOffPlan?lang=sv", nil)
	for _, never := range []string{"<script", "<img", "javascript:", "style="} {
		if strings.Contains(string(body), never) {
			t.Errorf("the page has %q", never)
		}
	}
	if !strings.Contains(string(body), `<td align="center">1</td>`) {
		t.Error("no table")
	}
}

func TestRunbooksWithoutOnCall(t *testing.T) {
	base := "http://" + serve(t, "", running(t, func(r *config.Region) { r.OnCall = nil }))
	for path, status := range map[string]int{"/runbook?lang=en": http.StatusOK, "/runbook/Watchdog?lang=en": http.StatusNotFound} {
		response, body := get(t, http.MethodGet, base+path, nil)
		if response.StatusCode != status || !strings.Contains(string(body), "it has no oncall.yaml") {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}

// On a phone nothing pushes a runbook wider than the screen: what is wide scrolls by itself.
func TestRunbooksFitAPhone(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", web.Handler(config.Web{}, content(t, running(t, nil)), slog.New(slog.DiscardHandler)))
	paths := []string{"/runbook/BedsAvailableOffPlan?lang=sv", "/runbook/AgencyAndPurchasedCareSekOffPlan?lang=en", "/runbook?lang=sv", "/runbook/Watchdog?lang=en"}
	mux.HandleFunc("GET /measure", func(w http.ResponseWriter, _ *http.Request) {
		for _, path := range paths {
			_, _ = fmt.Fprintf(w, `<iframe src="%s" style="width:360px;height:700px;border:0" onload="this.after(this.contentDocument.documentElement.scrollWidth+'px')"></iframe>`, path)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	visit := browse(t, "--dump-dom", server.URL+"/measure")
	widths := regexp.MustCompile(`</iframe>(\d+)px`).FindAllStringSubmatch(visit.dom, -1)
	if len(widths) != len(paths) {
		t.Fatalf("%d of %d pages were measured: %s", len(widths), len(paths), visit.dom)
	}
	for i, width := range widths {
		if width[1] != "360" {
			t.Errorf("%s is %spx wide on a screen of 360", paths[i], width[1])
		}
	}
}
