package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/internal/stack"
)

// stopping is an output that ends a run at its first line.
type stopping struct {
	strings.Builder
	stop context.CancelFunc
}

func (s *stopping) Write(line []byte) (int, error) {
	s.stop()
	return s.Builder.Write(line)
}

// A run that a person ends is no failure, and says of the past what is so.
func TestRun(t *testing.T) {
	const ended = "interrupted before all parts were ready\n"
	tests := []struct {
		name, want string
		past       []string
		// has is what Prometheus' directory holds.
		has string
	}{
		{"the first time", "starting; first the past is written, which takes some minutes; logs are in DIR\n" + ended, stack.Past(), ""},
		{"later", "starting; logs are in DIR\n" + ended, stack.Past(), "wal"},
		{"without a past", "starting; logs are in DIR\n" + ended, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			directory := t.TempDir()
			if tt.has != "" {
				if err := os.MkdirAll(filepath.Join(directory, "prometheus", tt.has), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			said := &stopping{stop: cancel}
			if err := run(ctx, said, stack.Options{Root: "../../..", Directory: directory, Past: tt.past}); err != nil {
				t.Errorf("got %v", err)
			}
			if got := strings.ReplaceAll(said.String(), directory, "DIR"); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// A failure is one, though nobody waits for it.
func TestRunFails(t *testing.T) {
	if err := run(t.Context(), new(strings.Builder), stack.Options{Root: t.TempDir(), Directory: t.TempDir()}); err == nil || !strings.HasPrefix(err.Error(), "prometheus: ") {
		t.Errorf("got %v", err)
	}
}

// go run ends with 1 after a Ctrl-C, whatever the program does, and make with it.
func TestMakeRunsTheProgramItself(t *testing.T) {
	command := exec.CommandContext(t.Context(), "make", "--dry-run", "--no-print-directory", "stack")
	command.Dir = "../../.."
	command.Env = append(os.Environ(), "MAKEFLAGS=") // those of the make that runs the tests
	said, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if last := lines[len(lines)-1]; last != "exec bin/stack" {
		t.Errorf("make stack runs %q", last)
	}
}
