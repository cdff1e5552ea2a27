package check_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/check"
)

// KPIs of one name that regions define otherwise are told with both files; what may differ
// is not.
func TestDisagreements(t *testing.T) {
	var regions []*config.Region
	for _, name := range []string{"nord", "sor"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.CopyFS(dir, os.DirFS("../../examples/fjord")); err != nil {
			t.Fatal(err)
		}
		if name == "sor" {
			file := filepath.Join(dir, "collectors", "capacity.yaml")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(data), "Senger som er bemannet og kan tas i bruk når det telles.", "Senger som er bemannet.", 1)
			text = strings.Replace(text, "Senger i bruk\n", "Senger som er i bruk\n", 1)
			text = strings.Replace(text, "title: {nb: Belegg}", "title: {nb: Beleggsprosent}", 1)
			if text = strings.Replace(text, "better: higher", "better: lower", 1); text == string(data) {
				t.Fatal("nothing is changed")
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		region, err := config.Load(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		regions = append(regions, region)
	}
	want := []string{
		`kpi beds_staffed: definition.nb: "Senger som er bemannet og kan tas i bruk når det telles." in nord/collectors/capacity.yaml, "Senger som er bemannet." in sor/collectors/capacity.yaml`,
		`kpi beds_staffed: better: "higher" in nord/collectors/capacity.yaml, "lower" in sor/collectors/capacity.yaml`,
	}
	if got := check.Disagreements(regions); !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	if got := check.Disagreements(regions[:1]); len(got) > 0 {
		t.Errorf("%q", got)
	}
}
