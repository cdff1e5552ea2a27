package alertmanager_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// What would stop a message is told before there is one.
func TestUnaddressed(t *testing.T) {
	for name, test := range map[string]struct {
		file, text string
		want       string // after the directory
	}{
		"all is well":                   {},
		"no template":                   {"ward.tmpl", "ward@example.org", `/ward.tmpl: the template "address.ward" gives no address of e-mail; write {{ define "address.ward" }}name@example.org{{ end }}`},
		"a template of another":         {"ward.tmpl", `{{ define "address.other" }}ward@example.org{{ end }}`, `/ward.tmpl: the template "address.ward" gives no address of e-mail; write {{ define "address.ward" }}name@example.org{{ end }}`},
		"no address":                    {"ward.tmpl", `{{ define "address.ward" }}{{ end }}`, `/ward.tmpl: the template "address.ward" gives no address of e-mail; write {{ define "address.ward" }}name@example.org{{ end }}`},
		"a fault in the template":       {"ward.tmpl", `{{ define "address.ward" }}ward@example.org`, `/ward.tmpl: no template; write {{ define "address.ID" }}the address{{ end }}`},
		"a URL that is none":            {"hook.url", "example.org/secret", "/hook.url: no URL that begins with http:// or https://; the file holds the URL alone"},
		"an empty file":                 {"switch.url", "", "/switch.url: no URL that begins with http:// or https://; the file holds the URL alone"},
		"several addresses are as good": {"ward.tmpl", `{{ define "address.ward" }}ward@example.org, Ward <ward2@example.org>{{ end }}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			if test.file != "" {
				s.write(test.file, test.text)
			}
			var got []string
			for _, err := range s.configuration().Unaddressed() {
				got = append(got, strings.ReplaceAll(err.Error(), s.directory, ""))
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		s := newSite(t)
		s.directory = filepath.Join(s.directory, "elsewhere")
		got := s.configuration().Unaddressed()
		if len(got) != 3 {
			t.Fatalf("got %q", got)
		}
		for i, file := range []string{"hook.url", "switch.url", "ward.tmpl"} {
			if want := filepath.Join(s.directory, file); !strings.Contains(got[i].Error(), want) {
				t.Errorf("got %q, want %s", got[i], want)
			}
		}
	})
}
