package config_test

import (
	"log/slog"
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
		{"a pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "open units.yaml: a pipe, not a regular file"},
		{"a device", func(path string) error { return os.Symlink("/dev/zero", path) }, "open units.yaml: a device, not a regular file"},
		{"a very large file", func(path string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 1<<30)
		}, "read units.yaml: larger than the 67108864 bytes that it may have"},
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

// Nor is one that planwatch.yaml names.
func TestSchemaIsARegularFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	schema := filepath.Join(t.TempDir(), "schema.sql")
	if err := syscall.Mkfifo(schema, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_SCHEMA", schema)
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "source warehouse: schema: open " + schema + ": a pipe, not a regular file"
	if _, err := region.OpenSources(t.Context(), slog.New(slog.DiscardHandler)); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
