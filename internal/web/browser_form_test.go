package web_test

import (
	"net"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/audit"
	"planwatch/internal/browsertest"
)

// driven is a Chromium that a test has press buttons.
type driven struct{ *browsertest.Browser }

func drive(t *testing.T) driven {
	t.Helper()
	return driven{browsertest.Start(t)}
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
			d.Open("http://"+net.JoinHostPort(host, port)+sunderbyPage+"&lang=en", basic("anna", "anna"))
			d.Await("I have this")
			d.narrow()
			d.Run(`document.querySelector("#acknowledge-comment").value = "Jag ringer."`)
			d.Run(`document.querySelector("form[action^='event/acknowledge'] button").click()`)
			d.Await("anna has this, until it is resolved")
			d.Await("/event\n")
			d.Run(`document.querySelector("input[value='4h']").checked = true`)
			d.Run(`document.querySelector("#silence-comment").value = "Stängt."`)
			d.Run(`document.querySelector("form[action^='event/silence'] button").click()`)
			d.Await("Silenced by anna until 2025-03-18 06:1")
			d.Run(`document.querySelector("#comment").value = "<b>Two</b>\nlines"`)
			d.Run(`document.querySelector("form[action^='event/comment'] button").click()`)
			d.Await("<b>Two</b>\nlines")
			d.Run(`document.querySelector("form.end button").click()`)
			d.Await("ended the acknowledgement")
			d.Run(`document.querySelector("form.end button").click()`)
			d.Await("Nobody has this yet.")
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
func (d driven) narrow() {
	d.T.Helper()
	if width := d.Run(`document.documentElement.scrollWidth + " of " + innerWidth`); width != "360 of 360" {
		d.T.Errorf("the page is %s wide", width)
	}
	small := d.Run(`[...document.querySelectorAll("button, .button, main summary, .choice, textarea, main input:not([type=hidden],[type=radio])")].filter(e => e.offsetHeight > 0 && e.getBoundingClientRect().height < 44).map(e => e.textContent + " " + e.getBoundingClientRect().height).join("; ")`)
	if small != "" {
		d.T.Errorf("too small: %s", small)
	}
	unlabelled := d.Run(`[...document.querySelectorAll("main textarea, main input:not([type=hidden])")].filter(e => e.labels.length == 0).map(e => e.name).join()`)
	if unlabelled != "" {
		d.T.Errorf("without a label: %s", unlabelled)
	}
}
