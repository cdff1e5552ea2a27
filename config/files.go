package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

var errNotRegular = errors.New("is a pipe or a device, not a regular file")

// largestFile is how many bytes a file of a region may have.
const largestFile = 64 << 20

// regionFiles are a region's files in a directory of the machine. A pipe or a
// device among them would be read for ever.
type regionFiles struct {
	fs.FS
	directory string
}

func filesIn(directory string) fs.FS { return regionFiles{os.DirFS(directory), directory} }

// Open implements fs.FS.
func (f regionFiles) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	info, err := os.Stat(filepath.Join(f.directory, filepath.FromSlash(name)))
	switch {
	case err != nil: // as opening it says
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNotRegular}
	case info.Size() > largestFile && !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: fmt.Errorf("has %d bytes; a file of a region has at most %d", info.Size(), largestFile)}
	}
	return f.FS.Open(name)
}
