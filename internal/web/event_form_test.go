package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"planwatch/internal/comment"
	"planwatch/internal/web"
)

// FuzzForm reads any form: what it takes has no field but those of the page,
// each as it was sent, labels and a comment that can be kept and shown, and a
// moment that a silence may end at.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"", "owner=surgery&hospital=Sunderby&comment=x&until=1h", "owner=surgery&owner=finance", "author=bo", "owner=%zz", "owner=a;hospital=b", "owner=%00", "comment=%ff%fe",
		"until=at&at=2025-03-30T02:30", "until=at&at=2025-03-19T02:30", "until=at&at=9999-12-31T23:59", "until=monday&at=x", "comment=a%0D%0Ab&owner=%E2%80%AE", "&&=&=", "comment=" + strings.Repeat("%C3%A5", 2001),
	} {
		f.Add(seed)
	}
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2025, 3, 18, 2, 10, 0, 0, stockholm)
	english := bare(f).Languages.English()
	names := []string{"owner", "hospital"}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := web.DecodeForm(body, append(names, "comment", "until", "at"))
		if err != nil {
			return
		}
		values, err := url.ParseQuery(body)
		if err != nil {
			t.Fatalf("%q was taken: %v", body, err)
		}
		for name, sent := range values {
			if len(sent) != 1 || form[name] != sent[0] {
				t.Errorf("%s: %q of %q", name, form[name], sent)
			}
		}
		if labels, err := form.Labels(names); err == nil {
			for name, value := range labels {
				if name != "owner" && name != "hospital" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) || utf8.RuneCountInString(value) > 300 {
					t.Errorf("label %q=%q", name, value)
				}
			}
		}
		if text, err := form.Comment(); err == nil && text != "" {
			if again, err := comment.Clean(text); err != nil || again != text {
				t.Errorf("%q is not kept as it is: %q, %v", text, again, err)
			}
		}
		if end, wrong := form.Until(now, english); wrong == "" && (!end.After(now) || end.After(now.Add(30*24*time.Hour))) {
			t.Errorf("a silence until %s", end)
		}
	})
}
