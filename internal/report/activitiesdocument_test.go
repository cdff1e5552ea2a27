package report_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"planwatch/config"
	"planwatch/internal/format"
	"planwatch/internal/report"
)

// The example of docs/activities.md is printed as the document says.
func TestActivitiesDocument(t *testing.T) {
	document, err := os.ReadFile("../../docs/activities.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```csv\n(.*?)```\n.*?```text\n(.*?)```\n").FindSubmatch(document)
	if example == nil {
		t.Fatal("no example")
	}
	dir := filepath.Join(t.TempDir(), "region")
	if err := os.CopyFS(dir, os.DirFS("testdata/region")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plan", "activities.csv"), example[1], 0o600); err != nil {
		t.Fatal(err)
	}
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, samples, at := loaded(t)
	r := report.New(region, assess(region, samples, at), samples, nil)
	_, en := languages(t, r)
	var out bytes.Buffer
	if err := r.WriteActivities(&out, r.Activities, format.Table, en); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), example[2]) {
		t.Errorf("got\n%swant\n%s", &out, example[2])
	}
}
