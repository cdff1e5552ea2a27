// Package hangup takes SIGHUP, which reloads planwatch, from the first moment
// that it can: without a handler the signal ends the process. It imports next to
// nothing, so that Go initialises it before the large packages, which takes a
// tenth of a second.
package hangup

import (
	"os"
	"os/signal"
	"syscall"
)

// signals holds a signal that nobody has received yet; more are one reload too.
var signals = take()

func take() chan os.Signal {
	received := make(chan os.Signal, 1)
	signal.Notify(received, syscall.SIGHUP)
	return received
}

// Signals receives SIGHUP, and the one that came before anybody asked.
func Signals() <-chan os.Signal { return signals }

// Release has SIGHUP end the process again, as a command that does not serve
// does.
func Release() { signal.Stop(signals) }
