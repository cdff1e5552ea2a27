package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// temporarySuffix ends the names of files that are being written.
const temporarySuffix = ".tmp"

// Replace writes the file anew, in a directory that exists. A kill or a power
// failure leaves the file of before or the new one, and what RemoveTemporary
// removes.
func Replace(path string, data ...[]byte) error { return replace(path, 0o600, data) }

// ReplaceForAll is Replace of a file that everyone may read, or those who may read the
// one that is there.
func ReplaceForAll(path string, data ...[]byte) error {
	mode := os.FileMode(0o644)
	if former, err := os.Stat(path); err == nil {
		mode = former.Mode().Perm()
	}
	return replace(path, mode, data)
}

func replace(path string, mode os.FileMode, data [][]byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*"+temporarySuffix)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if mode != 0o600 { // which is that of temporary files
		err = temporary.Chmod(mode)
	}
	for _, part := range data {
		if err == nil {
			_, err = temporary.Write(part)
		}
	}
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("storage: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return syncDirectory(filepath.Dir(path))
}

// RemoveTemporaries removes what was being written in place of any file of a
// directory that has no other files than planwatch's.
func RemoveTemporaries(directory string) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), temporarySuffix) {
			_ = os.Remove(filepath.Join(directory, entry.Name()))
		}
	}
}

// RemoveTemporary removes what was being written in place of the file when a
// planwatch was killed. What cannot be removed does no harm.
func RemoveTemporary(path string) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, filepath.Base(path)+".") && strings.HasSuffix(name, temporarySuffix) {
			_ = os.Remove(filepath.Join(filepath.Dir(path), name))
		}
	}
}

// syncDirectory makes a rename survive a power failure.
func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if err := errors.Join(directory.Sync(), directory.Close()); err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	return nil
}
