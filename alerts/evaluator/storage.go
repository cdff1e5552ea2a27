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

// retention is how long samples are kept. It is longer than the range of any
// rule, and longer than outageTolerance.
const retention = 2 * 24 * time.Hour

// Storage holds the samples that rules read, and since when alerts have been
// pending.
type Storage struct {
	db   *tsdb.DB
	lock fileutil.Releaser
}

// ErrInUse means that another process has the storage open.
var ErrInUse = errors.New("another planwatch uses the storage")

// OpenStorage opens the storage in directory. A damaged storage is renamed and
// a new one is begun: only the time for which alerts have been pending is lost.
// If the system refuses access or has no space, that is an error and the
// storage is not changed.
func OpenStorage(directory string, logger *slog.Logger) (*Storage, error) {
	logger = logger.With("component", "alerting")
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = retention.Milliseconds()
	// This is the lock that the storage itself uses. It is taken here to tell a
	// directory in use from a damaged one.
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

// unavailable reports whether the system refuses access to the storage. Such a
// storage is not damaged.
func unavailable(err error) bool {
	for _, refusal := range []error{fs.ErrPermission, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Close closes the storage. It must not be used afterwards.
func (s *Storage) Close() error {
	if err := errors.Join(s.db.Close(), s.lock.Release()); err != nil {
		return fmt.Errorf("alerting: storage: %w", err)
	}
	return nil
}
