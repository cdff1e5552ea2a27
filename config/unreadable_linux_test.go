package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"planwatch/config"
)

// Whoever reads the log of a service knows which directory it could not read.
func TestUnreadableFileIsNamedWhole(t *testing.T) {
	for name, where := range map[string]string{"planwatch.yaml": "configuration", "units.yaml": "units.yaml"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "region")
			if err := config.WriteBuiltin(dir); err != nil {
				t.Fatal(err)
			}
			// Others may not enter the directories of a test.
			for _, parent := range []string{filepath.Join(dir, ".."), filepath.Join(dir, "..", "..")} {
				if err := os.Chmod(parent, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, name)
			if err := os.Chmod(path, 0); err != nil {
				t.Fatal(err)
			}
			loaded := make(chan error, 1)
			go func() {
				// Root may read everything, so the thread, which ends with the goroutine, reads as
				// somebody else.
				runtime.LockOSThread()
				if os.Geteuid() == 0 {
					if err := syscall.Setfsuid(65534); err != nil {
						loaded <- err
						return
					}
				}
				_, err := config.Load(dir, nil)
				loaded <- err
			}()
			want := where + ": open " + path + ": permission denied"
			if err := <-loaded; err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}
