package evaluator

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
)

// retention is how long samples are kept: longer than any rule looks back,
// and than an outage after which pending alerts go on.
const retention = 2 * 24 * time.Hour

// Storage holds the samples that rules look at, and since when alerts have
// been pending.
type Storage struct{ db *tsdb.DB }

// OpenStorage opens the storage in directory. One that is damaged is set
// aside, since all that is lost with it is for how long alerts have been
// pending.
func OpenStorage(directory string, logger *slog.Logger) (*Storage, error) {
	logger = logger.With("component", "alerting")
	options := tsdb.DefaultOptions()
	options.RetentionDuration = retention.Milliseconds()
	// One process has the directory, and a file lock would outlive a crash.
	options.NoLockfile = true
	db, err := tsdb.Open(directory, logger, prometheus.NewRegistry(), options, nil)
	if err == nil {
		return &Storage{db}, nil
	}
	aside := strings.TrimSuffix(directory, string(filepath.Separator)) + ".damaged"
	logger.Warn("alerting storage set aside; alerts begin anew", "directory", directory, "aside", aside, "err", err)
	if err := errors.Join(os.RemoveAll(aside), os.Rename(directory, aside)); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	if db, err = tsdb.Open(directory, logger, prometheus.NewRegistry(), options, nil); err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	return &Storage{db}, nil
}

// Close closes the storage, which nothing may use any more.
func (s *Storage) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("alerting: storage: %w", err)
	}
	return nil
}
