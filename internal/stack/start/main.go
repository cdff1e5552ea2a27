// Command start runs the stack on its usual ports until it is interrupted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"planwatch/internal/stack"
)

func main() {
	o := stack.Options{
		PlanwatchPort: 9846, PrometheusPort: 9090, AlertmanagerPort: 9093, MariaDBPort: 3307,
		Past: stack.Past(), Progress: os.Stderr,
	}
	flag.StringVar(&o.Root, "root", ".", "the repository's `directory`")
	flag.StringVar(&o.Directory, "directory", filepath.Join(os.TempDir(), "planwatch-stack"), "`directory` for data and logs")
	flag.StringVar(&o.Planwatch, "planwatch", filepath.Join("bin", "planwatch"), "the planwatch `binary`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, o)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "stack: %v\n", err)
		os.Exit(1)
	}
}

// run runs the stack until ctx ends, which is no error.
func run(ctx context.Context, out io.Writer, o stack.Options) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	o.Starting = func(past bool) {
		if past {
			say("starting; first the past is written, which takes some minutes; logs are in %s", o.Directory)
		} else {
			say("starting; logs are in %s", o.Directory)
		}
	}
	s, err := stack.Start(ctx, o)
	if errors.Is(err, stack.ErrInterrupted) {
		say("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	say("planwatch    %s\nPrometheus   %s\nAlertmanager %s\nmail, calls  %s\nCtrl-C ends them", s.Planwatch, s.Prometheus, s.Alertmanager, s.Caught)
	return s.Wait()
}
