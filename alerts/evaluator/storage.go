package evaluator

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/fileutil"
)

// retention is how long samples are kept: longer than any rule looks back,
// and than an outage after which pending alerts go on.
const retention = 2 * 24 * time.Hour

// Storage holds the samples that rules look at, and since when alerts have
// been pending.
type Storage struct {
	db   *tsdb.DB
	lock fileutil.Releaser
}

// ErrInUse is a storage that another process has open.
var ErrInUse = errors.New("another planwatch uses the storage")

// OpenStorage opens the storage in directory. One that is damaged is set
// aside, since all that is lost with it is for how long alerts have been
// pending. One that cannot be had, for its rights or for want of space, is an
// error, and stays as it is.
func OpenStorage(directory string, logger *slog.Logger) (*Storage, error) {
	logger = logger.With("component", "alerting")
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = retention.Milliseconds()
	// The lock is the storage's own, taken here so that a directory in use is
	// told from one that is damaged.
	options.NoLockfile = true
	lock, _, err := fileutil.Flock(filepath.Join(directory, "lock"))
	if err != nil {
		return nil, fmt.Errorf("alerting: %w: %s: %w", ErrInUse, directory, err)
	}
	db, err := tsdb.Open(directory, logger, prometheus.NewRegistry(), options, nil)
	if err == nil {
		return &Storage{db, lock}, nil
	}
	if err = errors.Join(err, lock.Release()); unavailable(err) {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	aside := strings.TrimSuffix(directory, string(filepath.Separator)) + ".damaged"
	logger.Warn("alerting storage set aside; alerts begin anew", "directory", directory, "aside", aside, "err", err)
	if err := errors.Join(os.RemoveAll(aside), os.Rename(directory, aside)); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	return OpenStorage(directory, logger)
}

// unavailable tells whether the system refuses the storage, which says
// nothing of what is in it.
func unavailable(err error) bool {
	for _, refusal := range []error{fs.ErrPermission, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Close closes the storage, which nothing may use any more.
func (s *Storage) Close() error {
	if err := errors.Join(s.db.Close(), s.lock.Release()); err != nil {
		return fmt.Errorf("alerting: storage: %w", err)
	}
	return nil
}
