package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Every reason for which there is no forecast, or no interval, stands in
// forecasts.md, and no other.
func TestForecastsListsEveryReason(t *testing.T) {
	rows := tables(t, "forecasts.md", "reason")
	code, err := os.ReadFile(filepath.Join(root, "internal", "forecast", "forecast.go"))
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	for _, match := range regexp.MustCompile(`Reason = "([a-z_]+)"`).FindAllStringSubmatch(string(code), -1) {
		reasons[match[1]] = true
		if _, ok := rows[match[1]]; !ok {
			t.Errorf("forecasts.md does not list the reason %s", match[1])
		}
	}
	for name := range rows {
		if !reasons[name] {
			t.Errorf("forecasts.md lists the reason %s, which there is not", name)
		}
	}
}
