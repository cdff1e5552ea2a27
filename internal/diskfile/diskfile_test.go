package diskfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"planwatch/internal/diskfile"
)

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		make func(path string) error
		want string
		err  string
	}{
		"a file":         {func(path string) error { return os.WriteFile(path, []byte("12345678"), 0o600) }, "12345678", ""},
		"an empty file":  {func(path string) error { return os.WriteFile(path, nil, 0o600) }, "", ""},
		"too large":      {func(path string) error { return os.WriteFile(path, []byte("123456789"), 0o600) }, "", "read PATH: larger than the 8 bytes that it may have"},
		"without a size": {func(path string) error { return os.Symlink("/proc/self/status", path) }, "", "read PATH: larger than the 8 bytes that it may have"},
		"a pipe":         {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "", "open PATH: a pipe, not a regular file"},
		"a device":       {func(path string) error { return os.Symlink("/dev/zero", path) }, "", "open PATH: a device, not a regular file"},
		"a directory":    {func(path string) error { return os.Mkdir(path, 0o700) }, "", "open PATH: a directory, not a regular file"},
		"nothing":        {func(string) error { return nil }, "", "open PATH: no such file or directory"},
		"a link to a file": {func(path string) error {
			return linked(path, func(to string) error { return os.WriteFile(to, []byte("1"), 0o600) })
		}, "1", ""},
		"a link to a pipe": {func(path string) error {
			return linked(path, func(to string) error { return syscall.Mkfifo(to, 0o600) })
		}, "", "open PATH: a pipe, not a regular file"},
		"a link to no file": {func(path string) error { return os.Symlink(path+".none", path) }, "", "open PATH: no such file or directory"},
		"a link to itself":  {func(path string) error { return os.Symlink(path, path) }, "", "open PATH: too many levels of symbolic links"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := test.make(path); err != nil {
				t.Fatal(err)
			}
			data, err := diskfile.Read(path, 8)
			if string(data) != test.want {
				t.Errorf("got %q, want %q", data, test.want)
			}
			got := ""
			if err != nil {
				got = strings.ReplaceAll(err.Error(), path, "PATH")
				if _, ok := errors.AsType[*fs.PathError](err); !ok {
					t.Errorf("%T is not a *fs.PathError", err)
				}
			}
			if got != test.err {
				t.Errorf("got  %s\nwant %s", got, test.err)
			}
		})
	}
}

// linked makes path a link to what is made.
func linked(path string, to func(path string) error) error {
	return errors.Join(to(path+".target"), os.Symlink(path+".target", path))
}

func TestOpenDirectory(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := diskfile.OpenDirectory(pipe); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("a pipe: %v", err)
	}
	opened, err := diskfile.OpenDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := opened.ReadDir(-1); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v", entries, err)
	}
	if err := opened.Close(); err != nil {
		t.Error(err)
	}
}
