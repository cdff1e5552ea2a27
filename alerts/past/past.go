// Package past keeps the alerts that have ended: what they were about, since when and
// until when they fired, and what they said when they began.
package past

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"planwatch/internal/journal"
	"planwatch/internal/storage"
)

// FileName is the file's, in the storage directory.
const FileName = "past-alerts.jsonl"

const (
	// Retention is how long an alert is kept once it has ended: a little more than a year
	// and a month, so that a year can be compared with the one before.
	Retention = 400 * 24 * time.Hour
	// most is how many are kept, the latest.
	most = 10_000
	// slack is how many more there may be, and slackTime for how much longer, before the
	// file is written anew.
	slack     = 1_000
	slackTime = 24 * time.Hour
)

// Alert is an alert that fired and has ended.
type Alert struct {
	Labels map[string]string `json:"labels"`
	// Annotations are its texts and figures as it began to fire.
	Annotations map[string]string `json:"annotations"`
	// StartsAt is when it began to fire, and EndsAt when it ended, by the system's clock.
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
}

// same reports whether both are the same alert, of the same time.
func (a Alert) same(b Alert) bool {
	return a.StartsAt.Equal(b.StartsAt) && maps.Equal(a.Labels, b.Labels)
}

func (a Alert) validate() error {
	if len(a.Labels) == 0 || a.StartsAt.IsZero() || a.EndsAt.Before(a.StartsAt) {
		return errors.New("an alert without labels, or that ended before it began")
	}
	return nil
}

// Log is the alerts that have ended. Its methods may be used by many at once.
type Log struct {
	path   string
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	journal *journal.Journal[Alert]
	// all are in the order in which they ended, each once.
	all []Alert
	// lines is how many the file has.
	lines int
	// failed is whether the last one could not be kept.
	failed bool
}

// Open opens the alerts that have ended in the storage directory, which the caller holds.
// What cannot be read is told, and left out when the file is written anew.
func Open(directory string, logger *slog.Logger) (*Log, error) {
	return open(directory, logger, time.Now)
}

func open(directory string, logger *slog.Logger, now func() time.Time) (*Log, error) {
	l := &Log{path: filepath.Join(directory, FileName), logger: logger, now: now}
	storage.RemoveTemporary(l.path)
	kept, found, err := journal.Open[Alert](l.path)
	if err != nil {
		return nil, fmt.Errorf("past alerts: %w", err)
	}
	if found.Cut > 0 {
		logger.Warn("an unfinished line was cut off", "file", l.path, "bytes", found.Cut)
	}
	l.journal, l.lines = kept, len(found.Entries)+len(found.Faults)
	for _, a := range found.Entries {
		if err := a.validate(); err != nil {
			found.Faults = append(found.Faults, err)
			continue
		}
		l.remember(a)
	}
	if len(found.Faults) > 0 {
		logger.Warn("lines were not read; they stay in the file", "file", l.path, "lines", len(found.Faults), "err", found.Faults[0])
	}
	l.all = l.within(l.all)
	return l, nil
}

// remember adds an alert, in place of what was kept of it. After a kill an end may be
// told of twice.
func (l *Log) remember(a Alert) {
	for i := len(l.all) - 1; i >= 0 && !l.all[i].EndsAt.Before(a.StartsAt); i-- {
		if l.all[i].same(a) {
			l.all = slices.Delete(l.all, i, i+1)
			break
		}
	}
	at, _ := slices.BinarySearchFunc(l.all, a, func(have, want Alert) int { return cmp.Or(have.EndsAt.Compare(want.EndsAt), -1) })
	l.all = slices.Insert(l.all, at, a)
}

// within are those that are kept.
func (l *Log) within(all []Alert) []Alert {
	oldest := l.now().Add(-Retention)
	all = slices.DeleteFunc(slices.Clone(all), func(a Alert) bool { return a.EndsAt.Before(oldest) })
	return all[max(0, len(all)-most):]
}

// Add keeps alerts that have ended. Where they cannot be kept over a restart, the log
// says so when that begins.
func (l *Log) Add(ended ...Alert) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept []Alert
	for _, a := range ended {
		if a.validate() == nil {
			kept = append(kept, a)
			l.remember(a)
		}
	}
	err := l.journal.Append(kept...)
	if err == nil {
		l.lines += len(kept)
		err = l.compact()
	}
	if err != nil && !l.failed {
		l.logger.Error("alerts that have ended are not kept over a restart", "err", err)
	}
	l.failed = err != nil
}

// compact writes the file anew where it has too many lines, or too old ones.
func (l *Log) compact() error {
	old := len(l.all) > 0 && l.now().Sub(l.all[0].EndsAt) > Retention+slackTime
	if l.lines <= most+slack && !old {
		return nil
	}
	kept := l.within(l.all)
	var data bytes.Buffer
	lines := json.NewEncoder(&data)
	lines.SetEscapeHTML(false)
	for _, a := range kept {
		if err := lines.Encode(a); err != nil {
			return err
		}
	}
	// The file that is open stays as it was, should this fail.
	if err := storage.Replace(l.path, data.Bytes()); err != nil {
		return err
	}
	anew, _, err := journal.Open[Alert](l.path)
	if err != nil {
		return err
	}
	err = l.journal.Close()
	l.journal, l.all, l.lines = anew, kept, len(kept)
	return err
}

// All returns the alerts that have ended, in the order in which they did.
func (l *Log) All() []Alert {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.within(l.all)
}

// Close closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.journal.Close()
}
