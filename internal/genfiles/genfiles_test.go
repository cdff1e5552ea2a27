package genfiles_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/internal/genfiles"
)

func TestCheckAndWrite(t *testing.T) {
	files := []genfiles.File{
		{Path: "docs/kpis.md", Data: []byte("new\n")},
		{Path: "alerts/test/rules.yml", Data: []byte("groups: []\n")},
	}
	tests := []struct {
		name   string
		before map[string]string
		want   string
	}{
		{"an empty root", nil, "alerts/test/rules.yml: missing\ndocs/kpis.md: missing\n"},
		{"all right", map[string]string{"docs/kpis.md": "new\n", "alerts/test/rules.yml": "groups: []\n"}, ""},
		{"an old file", map[string]string{"docs/kpis.md": "old\n", "alerts/test/rules.yml": "groups: []\n"}, "docs/kpis.md: out of date\n"},
		{"a stale file in an owned directory", map[string]string{"docs/kpis.md": "new\n", "docs/readme.md": "by hand\n", "alerts/test/rules.yml": "groups: []\n", "alerts/test/runbooks/gone.md": "old\n"},
			"alerts/test/runbooks/gone.md: no longer generated\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range tt.before {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			drifts, err := genfiles.Check(root, files, "alerts/test")
			if err != nil {
				t.Fatal(err)
			}
			if got := printed(drifts); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
			if err := genfiles.Write(root, files, "alerts/test"); err != nil {
				t.Fatal(err)
			}
			if drifts, err = genfiles.Check(root, files, "alerts/test"); err != nil || len(drifts) > 0 {
				t.Errorf("after Write: %v %s", err, printed(drifts))
			}
			if text, byHand := tt.before["docs/readme.md"]; byHand {
				if data, err := os.ReadFile(filepath.Join(root, "docs", "readme.md")); err != nil || string(data) != text {
					t.Errorf("a file outside the owned directories: %q %v", data, err)
				}
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	tests := []struct {
		name  string
		files []genfiles.File
		owned string
		want  string
	}{
		{"a path that leaves the root", []genfiles.File{{Path: "../kpis.md"}}, "docs", `generated file "../kpis.md": not a path under the root`},
		{"a file made twice", []genfiles.File{{Path: "a.md"}, {Path: "a.md"}}, "docs", "generated file a.md: made twice"},
		{"the root itself as an owned directory", nil, ".", `generated directory ".": not a path under the root`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := genfiles.Check(t.TempDir(), tt.files, tt.owned); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func printed(drifts []genfiles.Drift) string {
	var b strings.Builder
	for _, d := range drifts {
		fmt.Fprintln(&b, d)
	}
	return b.String()
}
