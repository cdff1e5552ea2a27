package config

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// regions holds the built-in region, which is compiled in.
//
//go:embed */*.yaml */collectors */plan */runbooks
var regions embed.FS

// BuiltinSample is the folder name of the sample warehouse that is compiled in.
const BuiltinSample = "builtin:sample"

// Builtin returns the files of the built-in region, which is the default.
func Builtin() fs.FS {
	region, err := fs.Sub(regions, BuiltinName())
	if err != nil {
		panic(err) // not reached: the directory is compiled in
	}
	return region
}

// BuiltinName returns the short name of the built-in region: its directory, the
// only one here that has a planwatch.yaml.
func BuiltinName() string {
	names, err := fs.Glob(regions, "*/"+serviceFile)
	if err != nil || len(names) != 1 {
		panic(fmt.Sprintf("%d regions are compiled in, and not one: %v", len(names), names))
	}
	return path.Dir(names[0])
}

// WriteBuiltin writes the built-in region to dir for editing. It is an error if
// dir is not empty. Everyone may read what is made, whatever the umask: nothing in a
// region is secret, and another user serves it.
func WriteBuiltin(dir string) error {
	switch entries, err := os.ReadDir(dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("init: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("init: %s is not empty; name a new directory", dir)
	}
	return fs.WalkDir(Builtin(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if entry.IsDir() {
			return makeReadable(target)
		}
		data, err := fs.ReadFile(Builtin(), name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, editable(name, data), 0o644); err != nil {
			return err
		}
		return permit(target, 0o644)
	})
}

// makeReadable makes a directory and those above it that are missing, which everyone
// may read. One that is there already stays as it is.
func makeReadable(dir string) error {
	switch _, err := os.Stat(dir); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeReadable(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return permit(dir, 0o755)
}

// permit gives what the umask has taken. Nothing is asked of a file system that has
// no modes of its own, if it gives them.
func permit(path string, mode fs.FileMode) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&mode == mode {
		return err
	}
	return os.Chmod(path, mode)
}

// editable removes the line with the path of a schema in planwatch's
// repository.
func editable(name string, data []byte) []byte {
	if path.Ext(name) != ".yaml" {
		return data
	}
	text := string(data)
	if line, rest, found := strings.Cut(text, "\n"); found && strings.HasPrefix(line, "# yaml-language-server:") {
		return []byte(rest)
	}
	return data
}
