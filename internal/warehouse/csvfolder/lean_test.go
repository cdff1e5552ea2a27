//go:build !gms_pure_go

// This file is for builds without the tag, and so without the engine; the
// package comment says where the tag's name comes from.

package csvfolder

import (
	"testing"
	"testing/fstest"

	"planwatch/internal/warehouse/settings"
)

func TestOpenNeedsTheEngine(t *testing.T) {
	c := settings.Default()
	c.Driver, c.Folder = settings.CSV, "builtin:sample"
	_, err := Open(t.Context(), c, Options{Files: fstest.MapFS{}})
	if want := "built without the embedded engine; make build has it, or use driver: mysql"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
