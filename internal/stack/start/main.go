// Command start runs the stack on its usual ports until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"planwatch/internal/stack"
)

func main() {
	root := flag.String("root", ".", "the repository's `directory`")
	directory := flag.String("directory", filepath.Join(os.TempDir(), "planwatch-stack"), "`directory` for data and logs")
	planwatch := flag.String("planwatch", filepath.Join("bin", "planwatch"), "the planwatch `binary`")
	flag.Parse()
	if err := run(*root, *directory, *planwatch); err != nil {
		fmt.Fprintf(os.Stderr, "stack: %v\n", err)
		os.Exit(1)
	}
}

func run(root, directory, planwatch string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	fmt.Printf("starting, the first time with the past, which takes some minutes; logs are in %s\n", directory)
	s, err := stack.Start(ctx, stack.Options{
		Root: root, Directory: directory, Planwatch: planwatch,
		PlanwatchPort: 9846, PrometheusPort: 9090, AlertmanagerPort: 9093, MariaDBPort: 3307,
		Past: stack.Past(), Progress: os.Stderr,
	})
	if err != nil {
		return err
	}
	fmt.Printf("planwatch    %s\nPrometheus   %s\nAlertmanager %s\nmail, calls  %s\nCtrl-C ends them\n", s.Planwatch, s.Prometheus, s.Alertmanager, s.Caught)
	return s.Wait()
}
