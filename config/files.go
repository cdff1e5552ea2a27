package config

import (
	"errors"
	"io/fs"
	"path/filepath"

	"planwatch/internal/diskfile"
)

// largestFile is how many bytes a file of a region may have.
const largestFile = 64 << 20

// filesIn are a region's files in a directory of the machine.
func filesIn(directory string) fs.FS { return regionFiles(directory) }

type regionFiles string

// Open implements fs.FS.
func (d regionFiles) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	file, err := diskfile.Open(d.path(name))
	if errors.Is(err, diskfile.ErrDirectory) {
		file, err = diskfile.OpenDirectory(d.path(name))
	}
	if err != nil {
		return nil, within(name, err)
	}
	return file, nil
}

// ReadFile implements fs.ReadFileFS.
func (d regionFiles) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	data, err := diskfile.Read(d.path(name), largestFile)
	return data, within(name, err)
}

func (d regionFiles) path(name string) string {
	return filepath.Join(string(d), filepath.FromSlash(name))
}

// within is the error with the file's name in the region. What may not be read is named
// whole, since the fault may be a directory's above it.
func within(name string, err error) error {
	if failed, ok := errors.AsType[*fs.PathError](err); ok && !errors.Is(err, fs.ErrPermission) {
		return &fs.PathError{Op: failed.Op, Path: name, Err: failed.Err}
	}
	return err
}
