// Package diskfile opens files and directories of the machine. What is neither,
// such as a pipe or a device, could be waited for or read for ever, so it is
// refused.
package diskfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Small is the most bytes of a file that a person writes or a program makes for
// one purpose: a password, a key, certificates, settings.
const Small = 1 << 20

// Open opens a regular file. The error is a *fs.PathError.
func Open(path string) (*os.File, error) {
	// Without waiting, in case that it is a pipe; and the file that is looked at
	// is the one that is open, whatever is put in its place meanwhile.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: notRegular(info.Mode())}
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}

// OpenDirectory opens a directory. The error is a *fs.PathError.
func OpenDirectory(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY, 0)
}

// Read reads a regular file of at most limit bytes. The error is a
// *fs.PathError.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	// Its size is not asked for: it may grow, and that of a file which the
	// kernel makes up is none.
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("larger than the %d bytes that it may have", limit)}
	}
	_ = file.Close() // nothing was written
	if err != nil {
		return nil, err
	}
	return data, nil
}

// ErrDirectory is why a directory is not opened as a file.
var ErrDirectory = errors.New("a directory, not a regular file")

func notRegular(mode fs.FileMode) error {
	switch {
	case mode.IsDir():
		return ErrDirectory
	case mode&fs.ModeNamedPipe != 0:
		return errors.New("a pipe, not a regular file")
	}
	return errors.New("a device, not a regular file") // a socket is not opened
}
