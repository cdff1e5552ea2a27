//go:build gms_pure_go

package main

import (
	"os"
	"strings"
	"testing"
)

// Root at a terminal is told before the service that the storage belongs to is: its files
// would be root's.
func TestServeAsRootOverTheStorageOfAnother(t *testing.T) {
	const warning = `level=WARN source=served.go:`
	const message = `msg="planwatch runs as root over the storage of another user, who cannot read what root writes there; run it as that user" path=`
	owners := map[string]int{"its own": os.Geteuid()}
	if os.Geteuid() == 0 {
		owners["another user's"] = 65534
	}
	for name, owner := range owners {
		t.Run(name, func(t *testing.T) {
			storage := t.TempDir()
			if err := os.Chown(storage, owner, -1); err != nil {
				t.Fatal(err)
			}
			log := start(t, "--storage.path", storage).stderr.String()
			want := owner != os.Geteuid()
			found := false
			for line := range strings.Lines(log) {
				found = found || strings.Contains(line, warning) && strings.Contains(line, message+storage+" user=nobody\n")
			}
			if found != want {
				t.Errorf("warned: %t, want %t, in\n%s", found, want, log)
			}
		})
	}
}
