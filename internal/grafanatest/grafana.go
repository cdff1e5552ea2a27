// Package grafanatest shows panels of dashboards as Grafana does, for tests.
// Grafana's own library (@grafana/data, in Node) computes transformations,
// field options, texts, colours and links. Data frames from Prometheus' answers
// and the variables in links, which Grafana has elsewhere, are computed by the
// JavaScript modules in this directory.
package grafanatest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// Grafana is a process that shows panels. It may be used by several goroutines.
type Grafana struct {
	command *exec.Cmd
	errors  bytes.Buffer // what the process wrote on stderr; read when it has ended

	mu       sync.Mutex // one request at a time
	requests io.WriteCloser
	answers  *bufio.Reader
}

// Start begins a process of its own for the test, and ends it with the test.
// Without Node or the modules the test fails.
func Start(t testing.TB) *Grafana {
	t.Helper()
	g, err := start()
	if err != nil {
		t.Fatalf("grafanatest: %v", err)
	}
	t.Cleanup(func() {
		if err := g.end(); err != nil {
			t.Errorf("grafanatest: %v", err)
		}
	})
	return g
}

func start() (*Grafana, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("tests of dashboards need Node; tools/prerequisites installs it: %w", err)
	}
	_, file, _, ok := runtime.Caller(0)
	directory := filepath.Dir(file)
	if !ok || !filepath.IsAbs(directory) {
		return nil, errors.New("where the JavaScript modules are is not known in a test that is built with -trimpath")
	}
	if _, err := os.Stat(filepath.Join(directory, "node_modules", "@grafana", "data")); err != nil {
		return nil, fmt.Errorf("the modules of Node are missing; tools/prerequisites installs them: %w", err)
	}
	g := &Grafana{command: exec.Command(node, "render.mjs")}
	g.command.Dir = directory
	g.command.Stderr = &g.errors
	if g.requests, err = g.command.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := g.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	g.answers = bufio.NewReader(stdout)
	return g, g.command.Start()
}

// end closes the process' input, which ends it.
func (g *Grafana) end() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.requests.Close(); err != nil {
		return err
	}
	if err := g.command.Wait(); err != nil {
		return fmt.Errorf("node: %w: %s", err, g.errors.String())
	}
	return nil
}

// Show shows one panel. A panel that Grafana cannot show is no failure of the
// test: Shown.Error says why.
func (g *Grafana) Show(t testing.TB, r Request) Shown {
	t.Helper()
	shown, err := g.show(r)
	if err != nil {
		t.Fatalf("grafanatest: %v", err)
	}
	return shown
}

func (g *Grafana) show(r Request) (Shown, error) {
	line, err := json.Marshal(r.message())
	if err != nil {
		return Shown{}, fmt.Errorf("request: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.requests.Write(append(line, '\n')); err != nil {
		return Shown{}, fmt.Errorf("node has ended: %w", err)
	}
	answer, err := g.answers.ReadBytes('\n')
	if err != nil {
		return Shown{}, fmt.Errorf("node has ended without an answer: %w", err)
	}
	var shown Shown
	if err := json.Unmarshal(answer, &shown); err != nil {
		return Shown{}, fmt.Errorf("answer: %w", err)
	}
	return shown, nil
}
