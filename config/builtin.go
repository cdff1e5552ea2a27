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
// dir is not empty.
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
			return os.MkdirAll(target, 0o755)
		}
		data, err := fs.ReadFile(Builtin(), name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, editable(name, data), 0o644)
	})
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
