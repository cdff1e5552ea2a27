package stack

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/term"
)

const (
	// startWithin is how long a part may take until it answers.
	startWithin = 90 * time.Second
	// endWithin is how long it may take to end.
	endWithin = 15 * time.Second
)

// process runs a program until it ends or ctx does. Its output goes to a log
// file of its own.
func (s *Stack) process(ctx context.Context, name, binary string, env []string, args ...string) error {
	output, err := os.Create(s.log(name))
	if err != nil {
		return err
	}
	defer output.Close()
	//nolint:gosec // what runs is the parts of the stack
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = output, output
	// A process group of its own, so that Ctrl-C ends it through this process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endWithin
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.parts.Go(func() {
		err := cmd.Wait()
		if ctx.Err() != nil {
			err = nil
		} else {
			err = fmt.Errorf("%s ended by itself: %w; see %s", name, orEnded(err), s.log(name))
		}
		s.ended <- err
		s.cancel()
	})
	return nil
}

// run runs a program until it has succeeded, or ctx ends. Its output goes to a log
// file of its own, and what it says of its progress to the terminal, if it is one.
func (s *Stack) run(ctx context.Context, name string, terminal *os.File, binary string, args ...string) error {
	output, err := os.Create(s.log(name))
	if err != nil {
		return err
	}
	defer output.Close()
	//nolint:gosec // what runs is the parts of the stack
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Stdout, cmd.Stderr = output, output
	where := "; see " + output.Name()
	if terminal != nil && term.IsTerminal(int(terminal.Fd())) {
		cmd.Stderr, where = terminal, ""
	}
	// As process has it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endWithin
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w%s", name, err, where)
	}
	return nil
}

func orEnded(err error) error {
	if err == nil {
		return fmt.Errorf("exit status 0")
	}
	return err
}

func (s *Stack) log(name string) string { return filepath.Join(s.directory, name+".log") }

// answers waits until the URL answers with 200.
func answers(ctx context.Context, url string) error {
	return until(ctx, startWithin, url, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s", response.Status)
		}
		return nil
	})
}

// until calls try until it succeeds, ctx ends or the limit has passed.
func until(ctx context.Context, limit time.Duration, what string, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		attempt, done := context.WithTimeout(ctx, 5*time.Second)
		err := try(attempt)
		done()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", what, err)
		}
	}
}

// listen takes a free port on loopback.
func listen(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}

// loopback is an address on loopback: that of the port, or of a free one.
func loopback(ctx context.Context, port int) (string, error) {
	if port != 0 {
		return net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), nil
	}
	listener, err := listen(ctx)
	if err != nil {
		return "", err
	}
	address := listener.Addr().String()
	return address, listener.Close()
}
