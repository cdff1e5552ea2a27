package alerts_test

import (
	"flag"
	"io/fs"
	"strings"
	"testing"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/generated"
)

var update = flag.Bool("update", false, "rewrite the committed files of the region")

const (
	region = "norrbotten"
	root   = ".."
)

// norrbotten is the built-in region as alerts are made of it.
func norrbotten(t *testing.T) *alerts.Region {
	t.Helper()
	cfg, err := config.Load("", config.Overrides{})
	if err != nil {
		t.Fatal(err)
	}
	onCall, err := alerts.LoadOnCall(config.Builtin(), "oncall.yaml")
	if err != nil {
		t.Fatal(err)
	}
	runbooks, err := fs.Sub(config.Builtin(), "runbooks")
	if err != nil {
		t.Fatal(err)
	}
	set, err := dashboards.Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &alerts.Region{
		Name: region, Location: cfg.Location, Collectors: cfg.Collectors,
		Plan: cfg.Plan, OnCall: onCall, Runbooks: runbooks, Dashboards: set.UIDs(),
	}
}

func generate(t *testing.T) []generated.File {
	t.Helper()
	files, err := alerts.Generate(norrbotten(t))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCommittedFilesAreThoseGenerated(t *testing.T) {
	files := generate(t)
	if *update {
		if err := generated.Write(root, files, alerts.Owned(region)...); err != nil {
			t.Fatal(err)
		}
	}
	drifts, err := generated.Check(root, files, alerts.Owned(region)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, drift := range drifts {
		t.Errorf("%s; go test ./alerts -update rewrites it", drift)
	}
}

func TestGenerateIsStable(t *testing.T) {
	first, second := generate(t), generate(t)
	if len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for i := range first {
		if first[i].Path != second[i].Path || string(first[i].Data) != string(second[i].Data) {
			t.Errorf("%s differs from run to run", first[i].Path)
		}
	}
}

func TestGeneratedFilesSayWhatTheyAre(t *testing.T) {
	for _, file := range generate(t) {
		head, _, _ := strings.Cut(string(file.Data), "\n")
		if !strings.Contains(head, "Generated from config/"+region+" by planwatch generate") {
			t.Errorf("%s: begins with %q", file.Path, head)
		}
	}
}

func TestRunbooksSayWhatToDo(t *testing.T) {
	for _, file := range generate(t) {
		if !strings.HasSuffix(file.Path, ".md") {
			continue
		}
		for _, section := range []string{"Betydelse", "Påverkan", "Felsökning", "Åtgärd", "Vem"} {
			if !strings.Contains(string(file.Data), "\n## "+section+"\n\n") {
				t.Errorf("%s: nothing under %s", file.Path, section)
			}
		}
	}
}
