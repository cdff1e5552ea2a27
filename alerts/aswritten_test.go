package alerts_test

import (
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/alerts"
	"planwatch/alerts/message"
	"planwatch/config"
	"planwatch/internal/genfiles"
)

// bracedTitle, bracedOwner and bracedWord are texts of a region that the
// templates of Prometheus and Alertmanager would take for their own.
const (
	bracedTitle = `Platser {{ $labels.owner }} ${owner} {`
	bracedOwner = `Division {{ template "planwatch.number" . }} <b>2</b> & {`
	bracedWord  = `plats{{ . }}`
)

// braced is the built-in region with these texts, and what is generated of it.
func braced(t *testing.T) (*config.Region, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct{ file, old, replacement string }{
		{"collectors/beds.yaml", "title: {sv: Disponibla vårdplatser, en: Available beds}", "title: {sv: '" + bracedTitle + "', en: '" + bracedTitle + "'}"},
		{"oncall.yaml", "name: {sv: Division Länssjukvård 2, en: Hospital care division 2}", "name: {sv: '" + bracedOwner + "', en: '" + bracedOwner + "'}"},
		{"units.yaml", "{one: vårdplats, other: vårdplatser}", "{one: '" + bracedWord + "', other: '" + bracedWord + "'}"},
	} {
		name := filepath.Join(dir, edit.file)
		text := read(t, name)
		if !strings.Contains(text, edit.old) {
			t.Fatalf("%s: no %s", edit.file, edit.old)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(text, edit.old, edit.replacement, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return generated(t, dir)
}

// generated is the region in dir, and the directory of what is generated of it.
func generated(t *testing.T, dir string) (*config.Region, string) {
	t.Helper()
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := genfiles.Write(root, made); err != nil {
		t.Fatal(err)
	}
	return region, filepath.Join(root, filepath.FromSlash(alerts.Directory(region)))
}

// A title with braces stands in alerts as it is written: the generated tests
// expect it so, and Prometheus expands the rules.
func TestTitlesStandInRulesAsWritten(t *testing.T) {
	_, made := braced(t)
	tests := filepath.Join(made, "tests")
	if !strings.Contains(read(t, filepath.Join(tests, "beds.yaml")), bracedTitle) {
		t.Fatal("the tests do not expect the title")
	}
	if said, err := run(t, tests, "promtool", "test", "rules", "beds.yaml"); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// An owner's name and a unit's word stand in messages as they are written, in
// HTML and Markdown too.
func TestTextsStandInMessagesAsWritten(t *testing.T) {
	region, made := braced(t)
	alert := notified{
		Status: "firing", StartsAt: "2025-03-18T07:30:00Z", EndsAt: "0001-01-01T00:00:00Z",
		Labels: map[string]string{"alertname": "BedsAvailableOffPlan", "severity": "critical", "owner": "lanssjukvard-2"},
		Annotations: map[string]string{
			"summary": bracedTitle, "actual": "30.0 beds", "expected": "38.0 beds", "target": "38.0 beds", "threshold": "34.2 beds", "difference": "8.0 beds",
			"better": "higher", "data_time": "2025-03-18 06:00", "data_age": "2h 30m", "runbook_url": "r", "dashboard_url": "d",
		},
	}
	n := notification{Status: "firing", Alerts: []notified{alert}, CommonLabels: alert.Labels}
	for part, kind := range map[string]string{"text": "text", "markdown": "text", "html": "html"} {
		said := render(t, filepath.Join(made, "templates", "*.tmpl"), n, kind, `{{ template "`+message.Name(part, region.Languages, region.Languages.First())+`" . }}`)
		if kind == "html" {
			if strings.Contains(said, "<b>2</b>") {
				t.Errorf("%s: an owner's name is taken for HTML", part)
			}
			said = html.UnescapeString(said)
		}
		if part == "markdown" {
			said = shown(t, said)
		}
		for _, want := range []string{bracedTitle, bracedOwner, "30\u00a0" + bracedWord} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: no %q in\n%s", part, want, said)
			}
		}
	}
}
