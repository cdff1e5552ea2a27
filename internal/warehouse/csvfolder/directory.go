package csvfolder

import (
	"io/fs"
	"os"
	"path/filepath"

	"planwatch/internal/diskfile"
)

// Directory is a directory of the machine as a folder's files.
func Directory(path string) fs.FS { return directory{path} }

type directory struct{ path string }

// Open implements fs.FS.
func (d directory) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	path := filepath.Join(d.path, filepath.FromSlash(name))
	if name == "." {
		return diskfile.OpenDirectory(path)
	}
	return diskfile.Open(path)
}

// Stat implements fs.StatFS, without opening the file.
func (d directory) Stat(name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	return os.Stat(filepath.Join(d.path, filepath.FromSlash(name)))
}
