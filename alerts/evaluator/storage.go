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

	"planwatch/internal/clock"
	"planwatch/internal/storage"
)

// retention is how long samples are kept. It is longer than the range of any
// rule, and longer than outageTolerance.
const retention = 2 * 24 * time.Hour

// Storage holds the samples that rules read, and since when alerts have been
// pending.
type Storage struct {
	db        *tsdb.DB
	sent      *sentAlerts
	directory *storage.Directory
}

// OpenStorage opens the storage in directory. A damaged storage is renamed and
// a new one is begun: only the time for which alerts have been pending is lost.
// If the system refuses access or has no space, or a new storage cannot be
// opened either, that is an error and the storage is not changed;
// storage.ErrInUse if another process has it open.
func OpenStorage(directory string, logger *slog.Logger) (*Storage, error) {
	logger = logger.With("component", "alerting")
	opened, damaged, err := open(directory, logger)
	if !damaged {
		return opened, err
	}
	aside := strings.TrimSuffix(directory, string(filepath.Separator)) + ".damaged"
	if err := errors.Join(os.RemoveAll(aside), os.Rename(directory, aside)); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	anew, _, errAnew := open(directory, logger)
	if errAnew != nil {
		// So it is not damaged.
		return nil, errors.Join(errAnew, os.RemoveAll(directory), os.Rename(aside, directory))
	}
	logger.Warn("alerting storage set aside; alerts begin anew", "directory", directory, "aside", aside, "err", err)
	return anew, nil
}

// stripes are the parts in which the database keeps its series, each with its own lock.
// Its default is for millions of series and takes 3 MB.
const stripes = 1 << 10

// open opens the storage in directory. damaged is whether it fails as one that
// is damaged does.
func open(directory string, logger *slog.Logger) (s *Storage, damaged bool, err error) {
	options := tsdb.DefaultOptions()
	options.RetentionDuration = retention.Milliseconds()
	// The database's own lock does not tell a directory in use from one that
	// cannot be written to, or from a damaged one.
	options.NoLockfile = true
	options.StripeSize = stripes
	held := storage.NewDirectory(directory)
	if err := held.Hold(); err != nil {
		return nil, false, fmt.Errorf("alerting: %w", err)
	}
	db, err := tsdb.Open(directory, logger, prometheus.NewRegistry(), options, nil)
	if err == nil && time.Until(newest(db)) > clock.Slack {
		// It takes no sample that is older than its newest.
		logger.Warn("alerting storage is of a moment to come, so the clock was set back; what is pending waits its time again", "directory", directory)
		if err = errors.Join(db.Close(), forget(directory)); err == nil {
			db, err = tsdb.Open(directory, logger, prometheus.NewRegistry(), options, nil)
		}
	}
	if err == nil {
		sent, err := openSentAlerts(directory, logger)
		if err != nil {
			return nil, false, errors.Join(err, db.Close(), held.Release())
		}
		return &Storage{db, sent, held}, false, nil
	}
	return nil, !unavailable(err), fmt.Errorf("alerting: storage: %w", errors.Join(err, held.Release()))
}

// newest is the moment of the newest sample, or one of long ago.
func newest(db *tsdb.DB) time.Time {
	last := db.Head().MaxTime()
	for _, block := range db.Blocks() {
		last = max(last, block.MaxTime())
	}
	return time.UnixMilli(max(last, 0))
}

// forget removes the samples, and leaves what was sent.
func forget(directory string) error {
	entries, err := os.ReadDir(directory)
	for _, entry := range entries {
		if name := entry.Name(); name != sentFile && name != storage.LockFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(directory, name)))
		}
	}
	return err
}

// unavailable reports whether the system refuses access to the storage, or
// cannot read it. Such a storage is not damaged.
func unavailable(err error) bool {
	for _, refusal := range []error{fs.ErrPermission, syscall.ENOSPC, syscall.EROFS, syscall.EDQUOT, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EIO} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// Close closes the storage. It must not be used afterwards.
func (s *Storage) Close() error {
	if err := errors.Join(s.db.Close(), s.directory.Release()); err != nil {
		return fmt.Errorf("alerting: storage: %w", err)
	}
	return nil
}

// Sent returns the alerts that Alertmanagers had been told of before the
// storage was opened: those that fired, and those that had just resolved.
func (s *Storage) Sent() []Sent { return s.sent.list() }

// Validity is for how long an Alertmanager takes an alert for firing that is
// not sent again.
const Validity = validity
