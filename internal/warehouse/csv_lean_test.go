//go:build !gms_pure_go

package warehouse

import (
	"testing"
	"testing/fstest"
)

func TestCSVNeedsTheEngine(t *testing.T) {
	c := Default()
	c.Driver, c.Folder = CSV, "builtin:sample"
	_, err := Open(t.Context(), c, Options{Name: "warehouse", Files: fstest.MapFS{}})
	if want := "source warehouse: built without the embedded engine; make build has it, or use driver: mysql"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
