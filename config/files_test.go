package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"planwatch/config"
)

// What is no regular file would be read for ever, and fill the memory.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	tests := []struct {
		name string
		make func(path string) error
		want string
	}{
		{"a pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "open units.yaml: is a pipe or a device, not a regular file"},
		{"a device", func(path string) error { return os.Symlink("/dev/zero", path) }, "open units.yaml: is a pipe or a device, not a regular file"},
		{"a very large file", func(path string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 1<<30)
		}, "open units.yaml: has 1073741824 bytes; a file of a region has at most 67108864"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "region")
			if err := config.WriteBuiltin(dir); err != nil {
				t.Fatal(err)
			}
			units := filepath.Join(dir, "units.yaml")
			if err := os.Remove(units); err != nil {
				t.Fatal(err)
			}
			if err := tt.make(units); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(dir, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}
