package alerts_test

import (
	"flag"
	"strings"
	"sync"
	"testing"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/genfiles"
)

var update = flag.Bool("update", false, "rewrite the committed files of the region")

// root is the repository's.
const root = ".."

// loadBuiltin and generateBuiltin do so once for all tests, which only read.
var (
	loadBuiltin     = sync.OnceValues(func() (*config.Region, error) { return config.Load("", nil) })
	generateBuiltin = sync.OnceValues(func() ([]genfiles.File, error) {
		region, err := loadBuiltin()
		if err != nil {
			return nil, err
		}
		return alerts.Generate(region)
	})
)

// builtin is the region that is compiled in.
func builtin(t *testing.T) *config.Region {
	t.Helper()
	region, err := loadBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return region
}

// generate is every file of the region that is compiled in.
func generate(t *testing.T) []genfiles.File {
	t.Helper()
	files, err := generateBuiltin()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCommittedFilesAreThoseGenerated(t *testing.T) {
	files := generate(t)
	if *update {
		if err := genfiles.Write(root, files, alerts.Owned(builtin(t))...); err != nil {
			t.Fatal(err)
		}
	}
	drifts, err := genfiles.Check(root, files, alerts.Owned(builtin(t))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, drift := range drifts {
		t.Errorf("%s; go test ./alerts -update rewrites it", drift)
	}
}

func TestGenerateIsStable(t *testing.T) {
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	first := generate(t)
	second, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
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
		if !strings.Contains(head, alerts.Notice(builtin(t))) {
			t.Errorf("%s: begins with %q", file.Path, head)
		}
	}
}

func TestGenerateWithoutOnCall(t *testing.T) {
	region := *builtin(t)
	region.OnCall = nil
	if _, err := alerts.Generate(&region); err == nil || err.Error() != "alerts: the region has no oncall.yaml" {
		t.Errorf("got %v", err)
	}
}
