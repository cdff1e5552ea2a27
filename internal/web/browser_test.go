package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/internal/browsertest"
)

// browsing is what came of a visit.
type browsing struct {
	// dom is the page, as the browser has it in the end.
	dom string
	// console is what the browser complains of.
	console string
	// requests are the addresses that the page asked for.
	requests []string
}

// browse visits with headless Chromium. No name but this machine's resolves.
func browse(t *testing.T, args ...string) browsing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	profile := t.TempDir()
	netLog := filepath.Join(profile, "requests.json")
	command := exec.CommandContext(ctx, browsertest.Path(t), append([]string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--hide-scrollbars", "--enable-logging=stderr",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--log-net-log=" + netLog, "--user-data-dir=" + profile,
	}, args...)...)
	command.Env = append(os.Environ(), "HOME="+profile)
	command.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, stderr.String())
	}
	console := regexp.MustCompile(`.*CONSOLE.*`).FindAllString(stderr.String(), -1)
	return browsing{stdout.String(), strings.Join(console, "\n"), requests(t, netLog)}
}

// requests are those in Chromium's log that a page began: what Chromium asks
// for on its own account has no origin.
func requests(t *testing.T, netLog string) []string {
	t.Helper()
	data, err := os.ReadFile(netLog)
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Events []struct {
			Params struct {
				URL       string `json:"url"`
				Initiator string `json:"initiator"`
			} `json:"params"`
		} `json:"events"`
	}
	if err := json.Unmarshal(data, &log); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, event := range log.Events {
		if strings.HasPrefix(event.Params.Initiator, "http") {
			asked = append(asked, event.Params.URL)
		}
	}
	return asked
}

// A real browser shows the pages in both languages, without a complaint and
// without a request to any other machine.
func TestBrowser(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	tests := []struct {
		name, path, lang string
		contains         []string
	}{
		{"the report in Swedish", "/?lang=sv", "sv", []string{"Läget mot planen", "Aktiva larm", "Vårdplatser: 33 mot 38", "Disponibla vårdplatser", "Kritisk", "1&nbsp;234,5&nbsp;mnkr"}},
		{"the report in English", "/?lang=en", "en", []string{"How we stand to the plan", "Firing alerts", "Beds: 33 against 38", "Available beds", "Critical"}},
		{"a key figure", "/kpi/beds_available?lang=sv&target=beds-surgery", "sv", []string{"Disponibla vårdplatser", "Kritisk", "Varje del", "Var siffran kommer ifrån"}},
		{"the key figures that a search finds", "/kpi?lang=en&q=beds", "en", []string{"Available beds", "Search key figures"}},
		{"the collectors", "/collectors?lang=en", "en", []string{"has not run yet", "collectors/waiting.sql: row 3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			visit := browse(t, "--dump-dom", base+tt.path)
			if !strings.Contains(visit.dom, `lang="`+tt.lang+`"`) {
				t.Errorf("not in %s", tt.lang)
			}
			for _, want := range tt.contains {
				if !strings.Contains(visit.dom, want) {
					t.Errorf("no %q", want)
				}
			}
			if visit.console != "" {
				t.Error(visit.console)
			}
			if len(visit.requests) == 0 {
				t.Error("the page did not ask for its style")
			}
			for _, url := range visit.requests {
				if !strings.HasPrefix(url, base+"/static/") {
					t.Errorf("the page asks for %s", url)
				}
			}
		})
	}
}

// What TestBrowser looks for is seen where it happens.
func TestBrowserSeesWhatIsWrong(t *testing.T) {
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE html><title>bad</title><link rel="icon" href="data:,"><img src="http://elsewhere.example/x.png"><script>nothing()</script>`)
	}))
	defer bad.Close()
	visit := browse(t, "--dump-dom", bad.URL)
	if !slices.Contains(visit.requests, "http://elsewhere.example/x.png") {
		t.Errorf("requests: %v", visit.requests)
	}
	if !strings.Contains(visit.console, "nothing is not defined") {
		t.Errorf("console: %q", visit.console)
	}
}

// The page has its style, and no part of it is wider than a phone.
func TestBrowserDrawsThePage(t *testing.T) {
	base := "http://" + serve(t, "", everything(t, "[sv, en]"))
	for name, size := range map[string]string{"desktop": "1280,900", "phone": "390,844"} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "page.png")
			browse(t, "--window-size="+size, "--screenshot="+file, base+"/?lang=sv")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			// The header's colour stands at the top left and right only where
			// the style was taken and nothing pushes the page wider.
			bounds := picture.Bounds()
			for _, x := range []int{2, bounds.Dx() - 3} {
				if r, g, b, _ := picture.At(x, 3).RGBA(); r>>8 > 0x20 || g>>8 > 0x40 || b>>8 < 0x20 {
					t.Errorf("the page's top is not drawn at %d of %d", x, bounds.Dx())
				}
			}
		})
	}
}
