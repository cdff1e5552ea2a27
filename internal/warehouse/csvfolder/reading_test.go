//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/warehouse/backend"
)

// A pipe in place of a file is refused, and not waited for.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	for name, test := range map[string]struct {
		make func(path string) error
		want string
	}{
		"a pipe":      {func(path string) error { return syscall.Mkfifo(path, 0o600) }, "/bed.csv: a pipe, not a regular file"},
		"a directory": {func(path string) error { return os.Mkdir(path, 0o700) }, "/bed.csv: a directory, not a regular file"},
		"a link to a pipe": {func(path string) error {
			return errors.Join(syscall.Mkfifo(path+".pipe", 0o600), os.Symlink(path+".pipe", path))
		}, "/bed.csv: a pipe, not a regular file"},
		"a link to a device": {func(path string) error { return os.Symlink("/dev/zero", path) }, "/bed.csv: a device, not a regular file"},
		"a link to a file": {func(path string) error {
			return errors.Join(os.WriteFile(path+".txt", []byte("id,ward\n1,K\n"), 0o600), os.Symlink(path+".txt", path))
		}, ""},
		"a link to no file": {func(path string) error { return os.Symlink(path+".none", path) }, "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := test.make(filepath.Join(dir, "bed.csv")); err != nil {
				t.Fatal(err)
			}
			// Without the correction, opening a pipe does not end with ctx.
			opened := make(chan error, 1)
			go func() {
				c := sampleSettings()
				c.Folder = dir
				b, err := Open(t.Context(), c, Options{SchemaSQL: bedSchema, SchemaFile: "schema.sql", Files: Directory(dir), Logger: slog.New(slog.DiscardHandler)})
				if err == nil {
					err = errors.Join(b.Reload(t.Context()), b.Close())
				}
				opened <- err
			}()
			select {
			case err := <-opened:
				if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasSuffix(err.Error(), test.want)) {
					t.Errorf("got %v\nwant %s", err, test.want)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("opening the folder hangs")
			}
		})
	}
}

// A folder that is none says what to name instead.
func TestNoFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bed.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"none":    "folder: stat DIR/none: no such file or directory; name the directory that the CSV files are in",
		"bed.csv": "folder: DIR/bed.csv is not a directory; name the one that the CSV files are in",
	} {
		t.Run(name, func(t *testing.T) {
			c := sampleSettings()
			c.Folder = filepath.Join(dir, name)
			b, err := Open(t.Context(), c, Options{SchemaSQL: bedSchema, SchemaFile: "schema.sql", Files: Directory(c.Folder), Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if err := b.Reload(t.Context()); err == nil || strings.ReplaceAll(err.Error(), dir, "DIR") != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

// hangingFS is a folder on a share that may stop to answer.
type hangingFS struct {
	fstest.MapFS
	hangs   chan struct{} // open while the share does not answer
	waiting func()        // is called when somebody begins to wait
}

func (f *hangingFS) Open(name string) (fs.File, error) {
	f.wait(name)
	return f.MapFS.Open(name)
}

func (f *hangingFS) Stat(name string) (fs.FileInfo, error) {
	f.wait(name)
	return f.MapFS.Stat(name)
}

func (f *hangingFS) wait(name string) {
	if name != "." {
		f.waiting()
		<-f.hangs
	}
}

// A share that does not answer holds up nothing for longer than its time, and
// nothing that is cancelled.
func TestHangingShare(t *testing.T) {
	tables, err := readSchema(t.Context(), "schema.sql", bedSchema)
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan struct{})
	close(answers)
	files := &hangingFS{MapFS: fstest.MapFS{"bed.csv": {Data: []byte("id,ward\n1,K\n")}}, hangs: answers, waiting: func() {}}
	f := newFolder("share", files, tables, slog.New(slog.DiscardHandler))
	if err := f.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	hang := func() (answer func()) {
		f.mu.Lock() // what read before has ended
		defer f.mu.Unlock()
		files.hangs = make(chan struct{})
		f.checked = time.Time{}
		return func() { close(files.hangs) }
	}

	answer := hang()
	cancelled, cancel := context.WithCancel(t.Context())
	files.waiting = cancel
	if err := f.reload(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	answer()

	answer = hang()
	f.patience = 10 * time.Millisecond
	for range 3 {
		if err := f.reload(t.Context()); !errors.Is(err, errHangs) || !errors.Is(err, backend.ErrUnavailable) || !strings.HasPrefix(err.Error(), "folder share: ") {
			t.Errorf("hanging: %v", err)
		}
	}
	f.patience = time.Minute
	answer()
	deadline := time.After(20 * time.Second)
	for f.reload(t.Context()) != nil {
		select {
		case <-deadline:
			t.Fatal("the share answers again, and the folder does not")
		case <-time.After(time.Millisecond):
		}
	}
}
