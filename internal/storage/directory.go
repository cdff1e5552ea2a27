// Package storage is a directory that planwatch keeps things in, and that one
// process holds at a time.
package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// ErrInUse means that another process holds the directory.
var ErrInUse = errors.New("another planwatch uses the storage")

// LockFile is the file in a Directory that its holder has locked.
const LockFile = "lock"

// Directory is a directory that one process holds at a time. The system
// releases it when the process ends, in whichever way.
type Directory struct {
	path string
	mu   sync.Mutex
	lock *os.File
}

// NewDirectory makes a Directory, which is not held yet.
func NewDirectory(path string) *Directory { return &Directory{path: path} }

// Path is the directory's.
func (d *Directory) Path() string { return d.path }

// Hold makes the directory if need be, and holds it. It may be called again. The
// error is ErrInUse only if another process holds it; any other error means that
// the directory cannot be written to.
func (d *Directory) Hold() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock != nil {
		return nil
	}
	if err := os.MkdirAll(d.path, 0o750); err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(d.path, LockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("%w: %s", ErrInUse, d.path)
	case err != nil:
		err = fmt.Errorf("storage: lock %s: %w", lock.Name(), err)
	default:
		d.lock = lock
		return nil
	}
	return errors.Join(err, lock.Close())
}

// Release lets others hold the directory.
func (d *Directory) Release() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return nil
	}
	err := d.lock.Close()
	d.lock = nil
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	return nil
}
