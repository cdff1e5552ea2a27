package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Owner is the id of the user whom a directory belongs to or, if it is not there yet, the
// nearest one above it that is.
func Owner(path string) (int, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, fmt.Errorf("storage: %w", err)
	}
	info, err := os.Stat(path)
	for errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
		path = filepath.Dir(path)
		info, err = os.Stat(path)
	}
	if err != nil {
		return 0, fmt.Errorf("storage: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, fmt.Errorf("storage: the system does not tell whom %s belongs to", path)
	}
	return int(stat.Uid), nil
}
