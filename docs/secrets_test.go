package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/exporter"
)

// What the packages make for secrets, and the region, which everyone can read.
const (
	packagesSecrets = "/etc/planwatch-secrets"
	packagesRegion  = "/etc/planwatch"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	// ofTheExamples matches the files that examples name.
	ofTheExamples = regexp.MustCompile(`/(it-mt[a-z-]*\.(tmpl|url)|smtp\.password)\b`)
	intoARegion   = regexp.MustCompile(`(>|install .*)\s*` + packagesRegion + `/`)
)

// commandsWithSecrets are the lines of shell in a document that write where the
// packages have secrets, in order.
func commandsWithSecrets(t *testing.T, document string) []string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		for line := range strings.Lines(block[1]) {
			if intoARegion.MatchString(line) {
				t.Errorf("%s: what it writes is where everyone can read it: %s", document, line)
			}
			if strings.HasPrefix(line, "install ") || strings.Contains(line, "| install ") {
				commands = append(commands, strings.TrimSpace(line))
			}
		}
	}
	return commands
}

// The commands that put secrets in place work as they are typed, whatever the umask is,
// and leave no file that others than its owner and group can read. By what they write, and
// the examples beside them, messages could be sent.
func TestCommandsKeepSecrets(t *testing.T) {
	commands := append(commandsWithSecrets(t, "operations.md"), commandsWithSecrets(t, "alerting.md")...)
	if len(commands) < 7 {
		t.Fatalf("%d commands: %q", len(commands), commands)
	}
	for _, umask := range []string{"0022", "0077", "0000"} {
		t.Run("umask "+umask, func(t *testing.T) {
			secrets := filepath.Join(t.TempDir(), "secrets")
			if err := os.Mkdir(secrets, 0o750); err != nil {
				t.Fatal(err)
			}
			// The test's own group stands in for the service's.
			here := strings.NewReplacer(packagesSecrets, secrets, "-g planwatch", fmt.Sprintf("-g %d", os.Getgid()))
			for _, command := range commands {
				if !strings.Contains(command, packagesSecrets) || !strings.Contains(command, "-g planwatch") {
					t.Errorf("not for the service alone: %s", command)
					continue
				}
				run := exec.CommandContext(t.Context(), "sh", "-ec", "umask "+umask+"; "+here.Replace(command))
				run.Stdin = strings.NewReader("https://gateway.example.org/send?key=hunter2\n")
				if out, err := run.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", command, err, out)
				}
			}
			err := filepath.WalkDir(secrets, func(path string, entry fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := entry.Info()
				want := fs.FileMode(0o640)
				if entry.IsDir() {
					want = 0o750
				}
				if err == nil && info.Mode().Perm() != want {
					t.Errorf("%s has the mode %04o, want %04o", path, info.Mode().Perm(), want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			sendable(t, here, secrets)
		})
	}
}

// sendable fails the test if a message could not be addressed in a region with one of the
// examples of receivers, by the files that are there, or if everyone can read one.
func sendable(t *testing.T, here *strings.Replacer, secrets string) {
	t.Helper()
	t.Setenv("PLANWATCH_ALERTING_OUTBOX", "false")
	tried := 0
	for i, e := range examples(t) {
		directory, ok := e.settings["directory"].(string)
		if !ok && !strings.Contains(fmt.Sprint(e.settings["receivers"]), "payload") {
			continue
		}
		tried++
		if ok && !strings.HasPrefix(directory, packagesSecrets+"/") {
			t.Errorf("alerting.md: directory %s is where everyone can read", directory)
		}
		e.settings["directory"] = here.Replace(packagesSecrets + "/oncall")
		loaded, err := config.Load(exampleRegion(t, e), nil)
		if err != nil {
			t.Fatal(err)
		}
		files, err := alerts.Generate(loaded)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range exporter.Sending(loaded, files).Unaddressed() {
			// The built-in region has other recipients too, whose files the document has not.
			if ofTheExamples.MatchString(fault.Error()) {
				t.Errorf("example %d: %v", i, fault)
			}
		}
		if open := loaded.OnCall.OpenSecrets(); len(open) > 0 {
			t.Errorf("example %d: %v", i, open)
		}
	}
	for _, name := range []string{"oncall/it-mt.tmpl", "oncall/it-mt-team.url", "oncall/it-mt-jour.url", "oncall/it-mt-jour.tmpl", "oncall/smtp.password", "warehouse"} {
		if _, err := os.Stat(filepath.Join(secrets, name)); err != nil {
			t.Errorf("no command writes it: %v", err)
		}
	}
	if tried != 2 {
		t.Errorf("%d examples of receivers were tried, want 2", tried)
	}
}

// exampleRegion is the built-in region with an example as a part of it.
func exampleRegion(t *testing.T, e example) string {
	t.Helper()
	region := t.TempDir()
	if err := os.CopyFS(region, config.Builtin()); err != nil {
		t.Fatal(err)
	}
	before, err := fs.ReadFile(config.Builtin(), e.file)
	if err != nil {
		t.Fatal(err)
	}
	after, err := yaml.Marshal(with(t, before, e.settings))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(region, e.file), after, 0o600); err != nil {
		t.Fatal(err)
	}
	return region
}
