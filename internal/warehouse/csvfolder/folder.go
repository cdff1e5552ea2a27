//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"planwatch/internal/warehouse/backend"
	"planwatch/internal/yamlfile"
)

// folder is the CSV files and what was read of them.
type folder struct {
	name   string // in front of the files' names in errors
	files  fs.FS
	tables map[string]*table // empty, by name in lower case
	log    *slog.Logger

	patience time.Duration // how long reading may take

	mu          sync.Mutex // guards what follows
	checked     time.Time
	fingerprint string // of the files when they were last read, valid or not

	current atomic.Pointer[dataset] // what new transactions read
	// abandoned is the reading that was last left to itself, and whether it has
	// ended since.
	abandoned atomic.Pointer[atomic.Bool]
}

// dataset is a folder as it was read once. Nothing changes it.
type dataset struct {
	tables map[string]*table // by name in lower case
	names  []string
	err    error // what is wrong with the files as they are now, or nil
}

// readTimeout is how long the files may take to be read. A share that hangs
// does not answer at all.
const readTimeout = time.Minute

// errHangs is that the files could not be read in time.
var errHangs = errors.New("reading the files takes too long; if they are on a share, it does not answer")

// apart does what reads files in a goroutine of its own, and waits for it no
// longer than the folder's patience and ctx. Then it leaves the goroutine to
// itself: nothing can end a system call to a share that hangs. What the
// goroutine does once it goes on is bounded by the context that it is given,
// which has ended by then.
func (f *folder) apart(ctx context.Context, do func(context.Context) error) error {
	limited, cancel := context.WithTimeoutCause(ctx, f.patience, fmt.Errorf("folder %s: %w", f.name, errHangs))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- do(limited) }()
	select {
	case err := <-done:
		return err
	case <-limited.Done():
		return context.Cause(limited)
	}
}

// unread is the fingerprint of files before they are read.
const unread = "unread"

// newFolder is a folder that has not been read.
func newFolder(name string, files fs.FS, tables map[string]*table, log *slog.Logger) *folder {
	f := &folder{name: name, files: files, tables: tables, log: log, patience: readTimeout, fingerprint: unread}
	f.current.Store(&dataset{tables: tables, names: namesOf(tables), err: fmt.Errorf("folder %s: the files are being written; they are read once they stay as they are", name)})
	return f
}

// reload takes over files that changed, and gives what is wrong with them, or
// with reading them, as ErrUnavailable. It waits no longer than ctx. While one
// goroutine reads, the others use the current dataset, but not once reading has
// hung.
func (f *folder) reload(ctx context.Context) error {
	if ended := f.abandoned.Load(); ended != nil && !ended.Load() {
		return unavailable(fmt.Errorf("folder %s: %w", f.name, errHangs))
	}
	var ended atomic.Bool
	err := f.apart(ctx, func(ctx context.Context) error {
		f.reloadNow(ctx)
		ended.Store(true)
		return nil
	})
	if errors.Is(err, errHangs) {
		f.abandoned.Store(&ended)
		return unavailable(err)
	}
	if err != nil {
		return err
	}
	return unavailable(f.current.Load().err)
}

// unavailable is err as that of a source that takes no queries.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return backend.Unavailable(err, "%v", err)
}

// reloadNow reads the folder again if its files changed since it was last read.
// If they are not valid, that is the error of the current dataset until they
// are.
func (f *folder) reloadNow(ctx context.Context) {
	// While one goroutine reads, the others use the current dataset.
	if !f.mu.TryLock() {
		return
	}
	defer f.mu.Unlock()
	if time.Since(f.checked) < CheckInterval {
		return
	}
	f.checked = time.Now()
	before, err := f.computeFingerprint()
	if err != nil {
		before = "unreadable: " + err.Error()
	}
	if before == f.fingerprint {
		return
	}
	var data *dataset
	if err == nil {
		data, err = f.read(ctx)
		if ctx.Err() != nil {
			return // nobody waits any more; the next check reads them
		}
		if after, afterErr := f.computeFingerprint(); afterErr == nil && after != before {
			// The files are still being written. The next check reads them.
			return
		}
	}
	first := f.fingerprint == unread
	f.fingerprint = before
	if err != nil {
		f.keepCurrent(err)
		return
	}
	f.current.Store(data)
	if !first {
		f.log.Info("changed files read")
	}
}

// keepCurrent keeps the current tables, with the error of the changed files.
func (f *folder) keepCurrent(err error) {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		// When a file becomes readable, its size and time stay the same.
		f.fingerprint = ""
	}
	current := f.current.Load()
	f.current.Store(&dataset{tables: current.tables, names: current.names, err: err})
}

// computeFingerprint is the names, sizes and times of the files. It does not
// read them.
func (f *folder) computeFingerprint() (string, error) {
	names, err := fs.Glob(f.files, "*.csv")
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range names {
		info, err := fs.Stat(f.files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// maxFolder is how large the files of a folder may be together, in bytes. In
// memory they take several times as much.
const maxFolder = 128 << 20

// checkSize refuses a folder that would not fit in memory.
func (f *folder) checkSize(files []string) error {
	var total int64
	for _, file := range files {
		info, err := fs.Stat(f.files, file)
		if err != nil {
			return err
		}
		if total += info.Size(); total > maxFolder {
			return fmt.Errorf("%s: with it the files have more than %d MiB; leave rows out, or use a database, since a csv source is for trying and testing", path.Join(f.name, file), maxFolder>>20)
		}
	}
	return nil
}

// read reads all files. A table without a file is empty; a file without a
// table is an error.
func (f *folder) read(ctx context.Context) (*dataset, error) {
	info, err := fs.Stat(f.files, ".")
	if err != nil {
		return nil, fmt.Errorf("folder: %w; name the directory that the CSV files are in", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("folder: %s is not a directory; name the one that the CSV files are in", f.name)
	}
	data := &dataset{tables: maps.Clone(f.tables)}
	files, err := fs.Glob(f.files, "*.csv")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("folder %s: no CSV files; the rows of a table are in a file named for it, with .csv", f.name)
	}
	if err := f.checkSize(files); err != nil {
		return nil, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".csv")
		key := strings.ToLower(name)
		empty, ok := f.tables[key]
		if !ok {
			return nil, fmt.Errorf("%s: the schema has no table %s, and a file is named for its table%s", path.Join(f.name, file), name, yamlfile.Suggestion(key, slices.Sorted(maps.Keys(f.tables))))
		}
		if data.tables[key], err = f.readTable(ctx, file, empty); err != nil {
			return nil, err
		}
	}
	data.names = namesOf(data.tables)
	return data, nil
}

// namesOf gives the names of the tables, in order.
func namesOf(tables map[string]*table) []string {
	names := make([]string, 0, len(tables))
	for _, t := range tables {
		names = append(names, t.name)
	}
	slices.Sort(names)
	return names
}
