//go:build !gms_pure_go

package warehouse

import (
	"context"
	"errors"
)

// openCSV is what a binary without the embedded engine has for a csv source.
func openCSV(context.Context, Config, Options) (backend, error) {
	return nil, errors.New("built without the embedded engine; make build has it, or use driver: mysql")
}

// Embedded tells whether this binary has the engine that reads CSV folders.
const Embedded = false
