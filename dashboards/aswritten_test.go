package dashboards

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"planwatch/config"
)

// replaced is what Grafana replaces in titles, descriptions and legends, in its
// own words (templating, and the legends of its Prometheus data source).
var replaced = regexp.MustCompile(`\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}|\{\{\s*(.+?)\s*\}\}`)

// A title that looks like a variable of Grafana stands on dashboards as it is
// written.
func TestTitlesStandAsWritten(t *testing.T) {
	const title = `Beds $ward ${ward} ${ward:csv} [[ward]] {{ward}} {{{ward}}} $$ward for $5`
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	for file, old := range map[string]string{
		"collectors/beds.yaml": "{sv: Disponibla vårdplatser, en: Available beds}",
		"dashboards.yaml":      "{sv: Vårdplatser, en: Beds}",
	} {
		name := filepath.Join(dir, file)
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), old) {
			t.Fatalf("%s: no %s: %v", file, old, err)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, "{sv: '"+title+"', en: '"+title+"'}", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shown := 0
	for _, m := range generateFor(t, load(t, dir)) {
		// Every text of the board that has the title, however it is parted.
		for _, quoted := range regexp.MustCompile(`"(title|description|legendFormat)": "(?:[^"\\]|\\.)*Beds \$(?:[^"\\]|\\.)*"`).FindAllString(string(m.data), -1) {
			shown++
			if got := replaced.ReplaceAllString(quoted, "…"); !strings.Contains(strings.ReplaceAll(got, "\u2060", ""), title) {
				t.Errorf("%s: %s is shown as %s", m.path, quoted, got)
			}
		}
	}
	if shown < 6 {
		t.Errorf("%d texts with the title", shown)
	}
}
