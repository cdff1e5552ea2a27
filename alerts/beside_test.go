package alerts_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"

	"planwatch/alerts"
	"planwatch/alerts/rules"
	"planwatch/internal/genfiles"
	"planwatch/internal/naming"
)

// inTemplate matches a query that a template runs.
var inTemplate = regexp.MustCompile("(?:query|printf) `([^`]*[{][^`]*)`")

// The rules of one of several regions ask for that region's series only, wherever they ask,
// and their alerts say whose they are; otherwise they are the rules of the region by itself:
// promtool's tests of these hold for them too.
func TestRulesOfOneOfSeveralRegions(t *testing.T) {
	region := *builtin(t)
	region.Beside = true
	queries, inTemplates := 0, 0
	only := func(query string) {
		t.Helper()
		parsed, err := parser.NewParser(parser.Options{}).ParseExpr(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
			if selector, ok := node.(*parser.VectorSelector); ok && !strings.Contains(selector.String(), naming.LabelRegion+`="norrbotten"`) {
				t.Errorf("%s asks for %s of every region", query, selector)
			}
			return nil
		})
	}
	for _, file := range rules.Files(&region) {
		for _, rule := range file.Rules() {
			queries++
			only(rule.Expr)
			if rule.Labels[naming.LabelRegion] != region.Name {
				t.Errorf("%s: the alert does not say whose it is", rule.Alert)
			}
			for _, text := range rule.Annotations {
				for _, found := range inTemplate.FindAllStringSubmatch(text, -1) {
					inTemplates++
					only(regexp.MustCompile(`%(\[1\])?q`).ReplaceAllString(found[1], `"x"`))
				}
			}
		}
	}
	if queries < 100 || inTemplates < 500 {
		t.Fatalf("only %d rules with %d queries in their templates were looked at", queries, inTemplates)
	}

	made, err := alerts.Generate(&region)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := genfiles.Write(root, made); err != nil {
		t.Fatal(err)
	}
	directory := filepath.Join(root, filepath.FromSlash(alerts.Directory(&region)))
	if said, err := run(t, ".", "promtool", append([]string{"check", "rules", "--lint=all", "--lint-fatal"}, files(t, filepath.Join(directory, "rules", "*.yaml"))...)...); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	labels := map[string]string{"alertname": "X", "severity": "critical", "owner": "it-mt"}
	fires := notification{Status: "firing", CommonLabels: labels, Alerts: []notified{{
		Status: "firing", Labels: labels, Annotations: map[string]string{"summary": "Källan svarar inte", "description": "Ingen."}, StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
	}}}
	for part, want := range map[string]string{
		"subject": "[KRITISKT] " + region.Title + ": Källan svarar inte", "title": "KRITISKT: " + region.Title + ": Källan svarar inte", "sms": "KRITISKT norrbotten Källan svarar inte http",
	} {
		if said := render(t, filepath.Join(directory, "templates", "*.tmpl"), fires, "text", `{{ template "planwatch.`+part+`" . }}`); !strings.HasPrefix(said, want) {
			t.Errorf("%s: got %s\nwant %s at its beginning", part, said, want)
		}
	}
	for _, domain := range []string{"beds", "capital", "waiting"} {
		if said, err := run(t, filepath.Join(directory, "tests"), "promtool", "test", "rules", domain+".yaml"); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	}
}
