package alertmanager

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"planwatch/internal/storage"
)

// stateFile holds entries, each after its length as a varint. Of entries with
// the same key the last one counts, so that a change is one more entry.
type stateFile struct {
	path   string
	name   string
	of     recorded
	logger *slog.Logger
	// version counts the changes of what it holds.
	version atomic.Uint64
	// merging is held during a merge, and with it came: the checksums of what another had
	// when it last said so.
	merging sync.Mutex
	came    map[[sha256.Size]byte]bool

	mu   sync.Mutex
	file *os.File
	size int64
	// failed is whether an entry is not in the file.
	failed bool
}

// openStateFile opens the file, which is made if need be, and returns what is in
// it. An entry at the end that a kill cut off is removed.
func openStateFile(path string, logger *slog.Logger) (*stateFile, []byte, error) {
	storage.RemoveTemporary(path)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("alertmanager: storage: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("alertmanager: storage: %w", err)
	}
	whole := data[:complete(data)]
	if err := file.Truncate(int64(len(whole))); err != nil {
		return nil, nil, fmt.Errorf("alertmanager: storage: %w", errors.Join(err, file.Close()))
	}
	return &stateFile{path: path, name: filepath.Base(path), file: file, size: int64(len(whole)), logger: logger}, whole, nil
}

// complete returns the length of the entries that are whole.
func complete(data []byte) int {
	end := 0
	for {
		length := first(data[end:])
		if length == 0 {
			return end
		}
		end += length
	}
}

// first returns the length of the first entry, or 0 if it is not whole.
func first(data []byte) int {
	length, n := binary.Uvarint(data)
	if n <= 0 || length > uint64(len(data)-n) {
		return 0
	}
	return n + int(length)
}

// largestBroadcast is a lower bound of the size of an entry from which Alertmanager does
// not tell that it has merged it: half of what its mesh sends at once.
const largestBroadcast = 600

// rewrite has the file written anew soon, with what was changed without a word.
func (f *stateFile) rewrite() {
	f.version.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
}

// append adds an entry. It cannot fail; what is not written is once the file is
// written anew.
func (f *stateFile) append(entry []byte) {
	defer f.version.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err := f.file.WriteAt(entry, f.size)
	if err = errors.Join(err, f.file.Sync()); err == nil {
		f.size += int64(len(entry))
		return
	}
	f.failed = true
	f.logger.Error("what was sent, and silences, are not kept; after a restart, messages may come again", "err", fmt.Errorf("alertmanager: storage: %w", err))
}

// lacks reports whether an entry is not in the file.
func (f *stateFile) lacks() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// compactFrom is the size from which a file is written anew while planwatch runs.
const compactFrom = 1 << 20

// compact forgets what is past its retention, and writes the file anew if it has
// grown, or lacks something.
func (f *stateFile) compact() error {
	if _, err := f.of.GC(); err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	f.mu.Lock()
	before, needed := f.size, f.failed || f.size > compactFrom
	f.mu.Unlock()
	if !needed {
		return nil
	}
	// Without the lock, which append takes while the state is locked. What is
	// appended meanwhile is added below.
	state, err := f.of.MarshalBinary()
	if err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	later := make([]byte, f.size-before)
	if _, err := f.file.ReadAt(later, before); err != nil && len(later) > 0 {
		return fmt.Errorf("alertmanager: storage: %w", err)
	}
	return f.replace(append(state, later...))
}

// replace writes the file anew.
func (f *stateFile) replace(state []byte) error {
	if err := storage.Replace(f.path, state); err != nil {
		return fmt.Errorf("alertmanager: %w", err)
	}
	next, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("alertmanager: storage: %w", err)
	}
	former := f.file
	f.file, f.size, f.failed = next, int64(len(state)), false
	if err := former.Close(); err != nil {
		return fmt.Errorf("alertmanager: storage: %w", err)
	}
	return nil
}

func (f *stateFile) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.file.Close(); err != nil {
		return fmt.Errorf("alertmanager: storage: %w", err)
	}
	return nil
}
