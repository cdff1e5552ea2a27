package storage_test

import (
	"os"
	"path/filepath"
	"testing"

	"planwatch/internal/storage"
)

func TestOwner(t *testing.T) {
	mine := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/proc/1", link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(mine, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	type test struct {
		path string
		want int
	}
	tests := map[string]test{
		"there":           {mine, os.Geteuid()},
		"not there":       {filepath.Join(mine, "a", "b"), os.Geteuid()},
		"the system's":    {"/", 0},
		"not there in it": {"/none/a", 0},
		"a link":          {link, 0},
	}
	if os.Geteuid() == 0 {
		theirs := filepath.Join(mine, "theirs")
		if err := os.Mkdir(theirs, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(theirs, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		tests["another user's"] = test{theirs, 65534}
		tests["not there in another user's"] = test{filepath.Join(theirs, "nord"), 65534}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := storage.Owner(tt.path); err != nil || got != tt.want {
				t.Errorf("%s: %d, %v; want %d", tt.path, got, err, tt.want)
			}
		})
	}
	if got, err := storage.Owner(filepath.Join(file, "a")); err == nil {
		t.Errorf("below a file: %d", got)
	}
}
