package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"planwatch/internal/audit"
)

// driven is a headless Chromium that a test has press buttons, by Chrome's
// DevTools protocol over two pipes.
type driven struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	asked   int
	session string
}

// drive starts Chromium. Of names, planwatch.test alone leads anywhere: here.
func drive(t *testing.T) *driven {
	t.Helper()
	read, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	profile := t.TempDir()
	command := exec.CommandContext(ctx, browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--host-resolver-rules=MAP planwatch.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	command.Env, command.ExtraFiles, command.WaitDelay = append(os.Environ(), "HOME="+profile), []*os.File{read, write}, 10*time.Second
	if err := command.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	_, _ = read.Close(), write.Close()
	d := &driven{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		_, _ = d.to.WriteString(`{"id":0,"method":"Browser.close"}` + "\x00")
		_ = command.Wait()
		cancel()
		_, _ = to.Close(), from.Close()
		// Chromium's other processes may still write as it ends.
		for deadline := time.Now().Add(10 * time.Second); os.RemoveAll(profile) != nil && time.Now().Before(deadline); {
			runtime.Gosched()
		}
	})
	return d
}

// ask sends a command, and decodes its answer into result.
func (d *driven) ask(method string, parameters, result any) {
	d.t.Helper()
	d.asked++
	message := map[string]any{"id": d.asked, "method": method, "params": parameters}
	if d.session != "" {
		message["sessionId"] = d.session
	}
	encoded, err := json.Marshal(message)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.to.Write(append(encoded, 0)); err != nil {
		d.t.Fatal(err)
	}
	for {
		text, err := d.from.ReadBytes(0)
		if err != nil {
			d.t.Fatalf("%s: %v", method, err)
		}
		var answer struct {
			ID     int
			Error  *struct{ Message string }
			Result json.RawMessage
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			d.t.Fatal(err)
		}
		switch {
		case answer.ID != d.asked: // what happens meanwhile
			continue
		case answer.Error != nil:
			d.t.Fatalf("%s: %s", method, answer.Error.Message)
		}
		if err := json.Unmarshal(answer.Result, result); err != nil {
			d.t.Fatal(err)
		}
		return
	}
}

// open opens a page on a phone, as who has signed in.
func (d *driven) open(url string, signedIn http.Header) {
	d.t.Helper()
	var made struct{ TargetID, SessionID string }
	var nothing struct{}
	d.ask("Target.createTarget", map[string]any{"url": "about:blank"}, &made)
	d.ask("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &made)
	d.session = made.SessionID
	d.ask("Emulation.setDeviceMetricsOverride", map[string]any{"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true}, &nothing)
	d.ask("Network.enable", map[string]any{}, &nothing)
	d.ask("Network.setExtraHTTPHeaders", map[string]any{"headers": map[string]string{"Authorization": signedIn.Get("Authorization")}}, &nothing)
	d.ask("Page.navigate", map[string]any{"url": url}, &nothing)
}

// run runs a script in the page and returns what it gives, as text; "" while
// the page changes.
func (d *driven) run(script string) string {
	d.t.Helper()
	var ran struct{ Result struct{ Value any } }
	d.ask("Runtime.evaluate", map[string]any{"expression": "String(" + script + ")"}, &ran)
	return fmt.Sprint(ran.Result.Value)
}

// await waits until the page shows the words.
func (d *driven) await(words string) {
	d.t.Helper()
	shown := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		shown = d.run(`document.readyState == "complete" ? location.pathname + "\n" + document.body.innerText : ""`)
		if strings.Contains(shown, words) {
			return
		}
	}
	d.t.Fatalf("the page does not show %q:\n%s", words, shown)
}

// A real browser sends the forms: over plain HTTP too, where it tells nothing
// but an origin, and only to a page with a referrer. No page scrolls sideways,
// and everything to press is large enough for a finger.
func TestBrowserAnswers(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "planwatch.test"} {
		t.Run(host, func(t *testing.T) {
			w := startWard(t, withUsers(t), nil)
			_, port, err := net.SplitHostPort(strings.TrimPrefix(w.base, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			d := drive(t)
			d.open("http://"+net.JoinHostPort(host, port)+sunderbyPage+"&lang=en", basic("anna", "anna"))
			d.await("I have this")
			d.narrow()
			d.run(`document.querySelector("#acknowledge-comment").value = "Jag ringer."`)
			d.run(`document.querySelector("form[action^='event/acknowledge'] button").click()`)
			d.await("anna has this, until it is resolved")
			d.await("/event\n")
			d.run(`document.querySelector("input[value='4h']").checked = true`)
			d.run(`document.querySelector("#silence-comment").value = "Stängt."`)
			d.run(`document.querySelector("form[action^='event/silence'] button").click()`)
			d.await("Silenced by anna until 2025-03-18 06:1")
			d.run(`document.querySelector("#comment").value = "<b>Two</b>\nlines"`)
			d.run(`document.querySelector("form[action^='event/comment'] button").click()`)
			d.await("<b>Two</b>\nlines")
			d.run(`document.querySelector("form.end button").click()`)
			d.await("ended the acknowledgement")
			d.run(`document.querySelector("form.end button").click()`)
			d.await("Nobody has this yet.")
			d.narrow()
			if all := w.comments.All(); len(all) != 1 || all[0].Text != "<b>Two</b>\nlines" {
				t.Errorf("comments: %+v", all)
			}
			if entries := w.audited(t); len(entries) != 5 || slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Action == audit.Refused || e.Who != "anna" }) {
				t.Errorf("audit log: %+v", entries)
			}
		})
	}
}

// narrow finds what is wider than a phone, or too small for a finger.
func (d *driven) narrow() {
	d.t.Helper()
	if width := d.run(`document.documentElement.scrollWidth + " of " + innerWidth`); width != "360 of 360" {
		d.t.Errorf("the page is %s wide", width)
	}
	small := d.run(`[...document.querySelectorAll("button, .button, main summary, .choice, textarea, main input:not([type=hidden],[type=radio])")].filter(e => e.offsetHeight > 0 && e.getBoundingClientRect().height < 44).map(e => e.textContent + " " + e.getBoundingClientRect().height).join("; ")`)
	if small != "" {
		d.t.Errorf("too small: %s", small)
	}
	unlabelled := d.run(`[...document.querySelectorAll("main textarea, main input:not([type=hidden])")].filter(e => e.labels.length == 0).map(e => e.name).join()`)
	if unlabelled != "" {
		d.t.Errorf("without a label: %s", unlabelled)
	}
}
