package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"planwatch/internal/storage"
)

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	first, second := storage.NewDirectory(path), storage.NewDirectory(path)
	for range 2 {
		if err := first.Hold(); err != nil {
			t.Fatal(err)
		}
	}
	if err := second.Hold(); !errors.Is(err, storage.ErrInUse) || err.Error() != "another planwatch uses the storage: "+path {
		t.Errorf("held twice: %v", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if err := second.Hold(); err != nil {
		t.Errorf("after the release: %v", err)
	}
	if err := second.Release(); err != nil {
		t.Error(err)
	}
}

// Only a lock that is held means that another planwatch is there.
func TestUnusable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := t.TempDir()
	if err := os.Mkdir(filepath.Join(blocked, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"its parent is a file":      filepath.Join(file, "data"),
		"it is a file":              file,
		"the lock cannot be opened": blocked,
		"the system's":              "/proc/self/data",
	} {
		t.Run(name, func(t *testing.T) {
			d := storage.NewDirectory(path)
			if err := d.Hold(); err == nil || errors.Is(err, storage.ErrInUse) {
				t.Errorf("got %v", err)
			}
			if err := d.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}
