package structure

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A target begins with inputs that are committed: those that its function adds, or
// those that once failed.
func TestFuzzTargetsHaveSeeds(t *testing.T) {
	target := regexp.MustCompile(`(?ms)^func (Fuzz\w+)\(f \*testing\.F\) \{.*?\n\}`)
	targets := 0
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range target.FindAllStringSubmatch(string(text), -1) {
			targets++
			kept, globErr := filepath.Glob(filepath.Join(filepath.Dir(path), "testdata", "fuzz", found[1], "*"))
			if globErr != nil {
				return globErr
			}
			if !strings.Contains(found[0], "f.Add(") && len(kept) == 0 {
				t.Errorf("%s: %s has no f.Add, and nothing in testdata/fuzz", path, found[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if targets < 27 {
		t.Errorf("%d targets are found", targets)
	}
}

// What a target fails on can be kept from the log alone.
func TestFuzzTellsTheInput(t *testing.T) {
	dir := t.TempDir()
	script, err := filepath.Abs(root + "/tools/fuzz")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod": "module planwatch\n\ngo 1.26\n",
		// Not in lines of their own, where they would be a target here.
		"number_test.go": "package number\n\nimport \"testing\"\n\n" +
			"func FuzzNumber(f *testing.F) {\n\tf.Add(uint8(1))\n\tf.Fuzz(func(t *testing.T, n uint8) {\n" +
			"\t\tif n > 1 {\n\t\t\tt.Errorf(\"%d is too large\", n)\n\t\t}\n\t})\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), script, "60s", "-tags", "gms_pure_go")
	command.Dir = dir
	said, err := command.CombinedOutput()
	if err == nil {
		t.Fatalf("it passes:\n%s", said)
	}
	kept, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", "FuzzNumber", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %q, %v\n%s", kept, err, said)
	}
	input, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(kept[0])
	for _, want := range []string{
		"fuzz: to keep this input, write it to ./testdata/fuzz/FuzzNumber/" + name + ":\n" + string(input),
		"fuzz: to run it again: go test -tags gms_pure_go -run '^FuzzNumber$/^" + name + "$' .\n",
	} {
		if !strings.Contains(string(said), want) {
			t.Errorf("not said: %s\n%s", want, said)
		}
	}
	again := exec.CommandContext(t.Context(), "go", "test", "-run", "^FuzzNumber$/^"+name+"$", ".")
	again.Dir = dir
	if said, err := again.CombinedOutput(); err == nil || !strings.Contains(string(said), "is too large") {
		t.Errorf("%v\n%s", err, said)
	}
}
