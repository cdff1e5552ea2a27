// Package browsertest has tests press the buttons of a real Chromium, by Chrome's DevTools
// protocol.
package browsertest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Path is where Chromium is.
func Path(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium; make test installs it")
	return ""
}

// Browser is a headless Chromium with one page at a time.
type Browser struct {
	// T is the test that is under way.
	T testing.TB
	// Complaints are what Chromium has said on the console of its pages: errors of scripts,
	// what a policy has kept from them, and answers that are errors.
	Complaints []string

	to      *os.File
	from    *bufio.Reader
	asked   int
	session string
}

// Start starts Chromium. Of names, planwatch.test alone leads anywhere: here.
func Start(t testing.TB) *Browser {
	t.Helper()
	read, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	profile := t.TempDir()
	command := exec.CommandContext(ctx, Path(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--host-resolver-rules=MAP planwatch.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	command.Env, command.ExtraFiles, command.WaitDelay = append(os.Environ(), "HOME="+profile), []*os.File{read, write}, 10*time.Second
	if err := command.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	_, _ = read.Close(), write.Close()
	b := &Browser{T: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		_, _ = b.to.WriteString(`{"id":0,"method":"Browser.close"}` + "\x00")
		_ = command.Wait()
		cancel()
		_, _ = to.Close(), from.Close()
		// Chromium's other processes may still write as it ends.
		for deadline := time.Now().Add(10 * time.Second); os.RemoveAll(profile) != nil && time.Now().Before(deadline); {
			runtime.Gosched()
		}
	})
	return b
}

// Ask sends a command, and decodes its answer into result.
func (b *Browser) Ask(method string, parameters, result any) {
	b.T.Helper()
	if err := b.try(method, parameters, result); err != nil {
		b.T.Fatal(err)
	}
}

// try is Ask, with what Chromium says against it.
func (b *Browser) try(method string, parameters, result any) error {
	b.T.Helper()
	b.asked++
	message := map[string]any{"id": b.asked, "method": method, "params": parameters}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	encoded, err := json.Marshal(message)
	if err != nil {
		b.T.Fatal(err)
	}
	if _, err := b.to.Write(append(encoded, 0)); err != nil {
		b.T.Fatal(err)
	}
	for {
		text, err := b.from.ReadBytes(0)
		if err != nil {
			b.T.Fatalf("%s: %v", method, err)
		}
		var answer struct {
			ID     int
			Error  *struct{ Message string }
			Result json.RawMessage
			event
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			b.T.Fatal(err)
		}
		switch {
		case answer.ID != b.asked: // what happens meanwhile
			b.hear(answer.event)
			continue
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", method, answer.Error.Message)
		}
		if err := json.Unmarshal(answer.Result, result); err != nil {
			b.T.Fatal(err)
		}
		return nil
	}
}

// event is something that Chromium tells unasked.
type event struct {
	Method string
	Params struct {
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
		Entry *struct{ Level, Text, URL string }
		Type  string
		Args  []struct{ Value any }
	}
}

func (b *Browser) hear(e event) {
	switch e.Method {
	case "Runtime.exceptionThrown":
		b.Complaints = append(b.Complaints, e.Params.ExceptionDetails.Text+" "+e.Params.ExceptionDetails.Exception.Description)
	case "Log.entryAdded":
		if e.Params.Entry.Level == "error" || e.Params.Entry.Level == "warning" {
			b.Complaints = append(b.Complaints, e.Params.Entry.Text+" "+e.Params.Entry.URL)
		}
	case "Runtime.consoleAPICalled":
		b.Complaints = append(b.Complaints, fmt.Sprintf("%s: %v", e.Params.Type, e.Params.Args))
	}
}

// Open opens a page on a phone. Every request has the headers, such as who has signed in.
func (b *Browser) Open(url string, headers http.Header) {
	b.T.Helper()
	var made struct{ TargetID, SessionID string }
	b.session = ""
	b.Ask("Target.createTarget", map[string]any{"url": "about:blank"}, &made)
	b.Ask("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &made)
	b.session = made.SessionID
	b.Size(360, 740)
	for _, domain := range []string{"Network", "Runtime", "Log"} {
		b.Do(domain+".enable", map[string]any{})
	}
	sent := map[string]string{}
	for name := range headers {
		sent[name] = headers.Get(name)
	}
	b.Do("Network.setExtraHTTPHeaders", map[string]any{"headers": sent})
	b.Go(url)
}

// Do sends a command whose answer says nothing.
func (b *Browser) Do(method string, parameters any) {
	b.T.Helper()
	var nothing struct{}
	b.Ask(method, parameters, &nothing)
}

// Go leads the page to another address.
func (b *Browser) Go(url string) {
	b.T.Helper()
	b.Do("Page.navigate", map[string]any{"url": url})
}

// Size sets the size of the window, in pixels of the page; a narrow one is a phone's.
func (b *Browser) Size(width, height int) {
	b.T.Helper()
	scale := 1
	if width < 500 {
		scale = 2
	}
	b.Do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500})
}

// Run runs a script in the page and returns what it gives, as text; "" while the page
// changes.
func (b *Browser) Run(script string) string {
	b.T.Helper()
	var ran struct{ Result struct{ Value any } }
	if err := b.try("Runtime.evaluate", map[string]any{"expression": "String(" + script + ")"}, &ran); err != nil {
		if strings.Contains(err.Error(), "navigated or closed") {
			return ""
		}
		b.T.Fatal(err)
	}
	return fmt.Sprint(ran.Result.Value)
}

// patience is how long a page may take to show what is awaited.
const patience = time.Minute

// Await waits until the page shows the words.
func (b *Browser) Await(words string) {
	b.T.Helper()
	shown := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		shown = b.Run(`document.readyState == "complete" ? location.pathname + "\n" + document.body.innerText : ""`)
		if strings.Contains(shown, words) {
			return
		}
	}
	b.T.Fatalf("the page does not show %q:\n%s", words, shown)
}

// Until waits until a script gives true.
func (b *Browser) Until(what, script string) {
	b.T.Helper()
	for deadline := time.Now().Add(patience); b.Run(script) != "true"; {
		if time.Now().After(deadline) {
			b.T.Fatalf("%s: not %s\n%s", what, script, b.Run("location.href + document.body.innerText"))
		}
	}
}
