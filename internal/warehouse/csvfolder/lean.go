//go:build !gms_pure_go

// This file is for builds without the tag, and so without the engine; the
// package comment says where the tag's name comes from.

package csvfolder

import (
	"context"
	"errors"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/warehouse/settings"
)

// Embedded reports whether this binary has the engine that reads CSV folders.
const Embedded = false

// Open refuses, since this binary has no engine.
func Open(context.Context, settings.Config, Options) (backend.Backend, error) {
	return nil, errors.New("built without the embedded engine; make build has it, or use driver: mysql")
}
