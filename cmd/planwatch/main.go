// Command planwatch turns a health region's plan into live numbers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"planwatch/internal/format"
	"planwatch/internal/storage"
)

// The exit statuses.
const (
	exitFine        = 0
	exitFoundWrong  = 1
	exitCouldNotRun = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// What commands print may come from a warehouse or another server.
	stdout, stderr = format.NewVisible(stdout), format.NewVisible(stderr)
	root := newRoot(args)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitStatus(root.ExecuteContext(ctx), stderr)
}

// errFoundWrong is the error of a command that ran and found something wrong,
// which it has printed already.
var errFoundWrong = errors.New("something is wrong")

// configurationFault is an error of what somebody has written, so that to try again
// without a change is of no use.
type configurationFault struct{ error }

func (f configurationFault) Unwrap() error { return f.error }

// startFault is an error of a start. An address or a storage that another process has may
// be free in a while; the rest is as somebody has written it.
func startFault(err error) error {
	if _, ok := errors.AsType[*net.OpError](err); ok || errors.Is(err, storage.ErrInUse) {
		return err
	}
	return configurationFault{err}
}

func exitStatus(err error, stderr io.Writer) int {
	if err == nil {
		return exitFine
	}
	if errors.Is(err, errFoundWrong) {
		return exitFoundWrong
	}
	_, _ = fmt.Fprintf(stderr, "planwatch: %v\n", err)
	if _, ok := errors.AsType[configurationFault](err); ok {
		return exitFoundWrong
	}
	return exitCouldNotRun
}
