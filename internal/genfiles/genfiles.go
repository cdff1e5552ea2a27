// Package genfiles writes generated files, and finds those that differ from what
// is generated.
package genfiles

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"planwatch/internal/storage"
)

// File is one generated file.
type File struct {
	// Path from the root, with slashes.
	Path string
	Data []byte
}

// Notice says of a generated file what it is made of: it stands, as a comment,
// in the file's first line.
func Notice(region string) string {
	return fmt.Sprintf("Generated from config/%s by planwatch generate; edit that, not this.", region)
}

// Write writes the files under root that differ, and removes from the owned
// directories, which hold generated files alone, those that are not in files.
func Write(root string, files []File, owned ...string) error {
	for _, file := range files { // what a kill has left
		storage.RemoveTemporary(filepath.Join(root, filepath.FromSlash(file.Path)))
	}
	drifts, err := Check(root, files, owned...)
	if err != nil {
		return err
	}
	for _, drift := range drifts {
		name := filepath.Join(root, filepath.FromSlash(drift.Path))
		if drift.Kind == Stale {
			if err := os.Remove(name); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		// Prometheus and Grafana may read them at any moment, and a kill leaves none half.
		if err := storage.ReplaceForAll(name, drift.want); err != nil {
			return err
		}
	}
	return nil
}

// Kind is how a file differs from what is generated.
type Kind string

// The kinds.
const (
	Missing   Kind = "missing"
	OutOfDate Kind = "out of date"
	Stale     Kind = "no longer generated"
)

// Drift is a file that differs from what is generated.
type Drift struct {
	// Path from the root, with slashes.
	Path string
	Kind Kind

	want []byte
}

func (d Drift) String() string { return d.Path + ": " + string(d.Kind) }

// Check gives every file under root that differs, in order of path, among them
// those in owned directories that are not in files.
func Check(root string, files []File, owned ...string) ([]Drift, error) {
	var drifts []Drift
	made := map[string]bool{}
	for _, file := range files {
		if !fs.ValidPath(file.Path) {
			return nil, fmt.Errorf("generated file %q: not a path under the root", file.Path)
		}
		if made[file.Path] {
			return nil, fmt.Errorf("generated file %s: made twice", file.Path)
		}
		made[file.Path] = true
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file.Path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			drifts = append(drifts, Drift{file.Path, Missing, file.Data})
		case err != nil:
			return nil, err
		case !bytes.Equal(data, file.Data):
			drifts = append(drifts, Drift{file.Path, OutOfDate, file.Data})
		}
	}
	for _, directory := range owned {
		stale, err := stale(root, directory, made)
		if err != nil {
			return nil, err
		}
		drifts = append(drifts, stale...)
	}
	slices.SortFunc(drifts, func(a, b Drift) int { return strings.Compare(a.Path, b.Path) })
	return drifts, nil
}

// stale are the files in a directory that are no longer generated.
func stale(root, directory string, made map[string]bool) ([]Drift, error) {
	if !fs.ValidPath(directory) || directory == "." {
		return nil, fmt.Errorf("generated directory %q: not a path under the root", directory)
	}
	var drifts []Drift
	err := fs.WalkDir(os.DirFS(filepath.Join(root, filepath.FromSlash(directory))), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == ".":
			return fs.SkipAll
		case err != nil:
			return err
		}
		if full := path.Join(directory, name); !entry.IsDir() && !made[full] {
			drifts = append(drifts, Drift{Path: full, Kind: Stale})
		}
		return nil
	})
	return drifts, err
}
