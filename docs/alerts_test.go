package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// Every alert about planwatch, its data and the plan stands in operations.md
// with its severities and a link to its runbook.
func TestOperationsListsEveryAlert(t *testing.T) {
	rows := tables(t, "operations.md", "alert")
	severities := map[string][]string{}
	for _, file := range ruleFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var rules struct {
			Groups []struct {
				Rules []struct {
					Alert  string
					Labels map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(data, &rules); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, group := range rules.Groups {
			for _, rule := range group.Rules {
				severities[rule.Alert] = append(severities[rule.Alert], rule.Labels["severity"])
			}
		}
	}
	for alert, want := range severities {
		row, ok := rows[alert]
		if !ok {
			t.Errorf("operations.md does not list the alert %s", alert)
			continue
		}
		got := strings.Split(row.text["severity"], ", ")
		slices.Sort(got)
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("operations.md: the severity of %s is %s, not %s", alert, strings.Join(want, ", "), row.text["severity"])
		}
		if !strings.Contains(row.text["runbook"], "/runbooks/"+alert+".md)") {
			t.Errorf("operations.md: no link to the runbook of %s", alert)
		}
	}
	for alert := range rows {
		if severities[alert] == nil {
			t.Errorf("operations.md lists the alert %s, of which there is no rule", alert)
		}
	}
}

// ruleFiles are the regions' rules about planwatch itself.
func ruleFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "alerts", "*", "rules", "planwatch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no rules found")
	}
	return files
}
