//go:build gms_pure_go

package main

import (
	"bufio"
	"context"
	"net/http"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"planwatch/internal/logtest"
)

// serving is a planwatch that serves.
type serving struct {
	*exec.Cmd
	ctx    context.Context
	stderr *logtest.Log
	// said is what it says first, and url where it is served.
	said, url string
}

// startServing starts planwatch and waits until every collector has run. It is
// stopped with the test.
func startServing(t *testing.T, args ...string) serving {
	t.Helper()
	s := start(t, args...)
	s.until(t, "ready", func() bool { return status(t, http.MethodGet, s.url+"/-/ready") == http.StatusOK })
	return s
}

// start starts planwatch and waits until it is served. It is stopped with the
// test.
func start(t *testing.T, args ...string) serving {
	t.Helper()
	// Less than go test's own limit, which ends the test without what it started.
	ctx, cancel := context.WithTimeout(t.Context(), 9*time.Minute)
	s := serving{
		Cmd: exec.CommandContext(ctx, "planwatch", append([]string{"serve", "--web.listen-address", "127.0.0.1:0"}, args...)...),
		ctx: ctx, stderr: &logtest.Log{},
	}
	stdout, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.Stderr = s.stderr
	if err := s.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = s.Wait() // it has been killed, or the test has waited for it
	})
	if s.said, err = bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Fatal(err, s.stderr.String())
	}
	found := regexp.MustCompile(`http://[^ ]+`).FindString(s.said)
	if found == "" {
		t.Fatalf("serve said %q", s.said)
	}
	s.url = found
	return s
}

// until waits for a condition.
func (s serving) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 3*time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never %s\n%s", what, s.stderr.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
