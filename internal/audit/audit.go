// Package audit keeps who has done what, and who was refused. Nothing of it is
// ever changed or removed.
package audit

import (
	"cmp"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"planwatch/internal/comment"
	"planwatch/internal/journal"
)

// FileName is the file's, in the storage directory.
const FileName = "audit.jsonl"

// Action is what somebody did.
type Action string

// The actions.
const (
	Acknowledge Action = "acknowledge"
	Silence     Action = "silence"
	End         Action = "end"
	Comment     Action = "comment"
	// Refused is an attempt of any of these without the right.
	Refused Action = "refused"
)

// Done is the outcome of an action that was done; any other says why it was not.
const Done = "done"

// Entry is one action.
type Entry struct {
	// Time is by the system's clock.
	Time time.Time `json:"time"`
	// Who is the person, as proven; "" where nobody was. Address is where the
	// connection came from.
	Who     string `json:"who,omitempty"`
	Address string `json:"address"`
	Action  Action `json:"action"`
	// About is what it was done to. Alerts are the labels of the alerts that were
	// acknowledged or silenced, and Silence the ids of what was set or ended.
	About   comment.Subject     `json:"about,omitzero"`
	Alerts  []map[string]string `json:"alerts,omitempty"`
	Silence string              `json:"silence,omitempty"`
	// Matchers are those of a silence that was set or ended over the API.
	Matchers string `json:"matchers,omitempty"`
	// Until is when a silence ends, by the system's clock.
	Until time.Time `json:"until,omitzero"`
	// Why is what the person said.
	Why     string `json:"why,omitempty"`
	Outcome string `json:"outcome"`
	// Count is how many refusals the entry stands for.
	Count int `json:"count,omitempty"`
}

// recent is how many actions are kept in memory for the pages.
const recent = 2_000

// maxOutcome bounds an entry's texts, in characters.
const maxOutcome = 500

// MaxAlerts is how many alerts an entry names, at most.
const MaxAlerts = 50

// Log is the audit log. Its methods may be used by many at once.
type Log struct {
	journal *journal.Journal[Entry]
	logger  *slog.Logger
	now     func() time.Time

	mu sync.Mutex
	// actions are the latest ones, the oldest first, without refusals.
	actions  []Entry
	refusals refusals
}

// Open opens the audit log in the storage directory, which the caller holds.
// What cannot be read is told and stays in the file.
func Open(directory string, logger *slog.Logger) (*Log, error) {
	return open(directory, logger, time.Now)
}

func open(directory string, logger *slog.Logger, now func() time.Time) (*Log, error) {
	path := filepath.Join(directory, FileName)
	kept, found, err := journal.Open[Entry](path)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if found.Cut > 0 {
		logger.Warn("an unfinished line was cut off", "file", path, "bytes", found.Cut)
	}
	if len(found.Faults) > 0 {
		logger.Warn("lines were not read; they stay in the file", "file", path, "lines", len(found.Faults), "err", found.Faults[0])
	}
	l := &Log{journal: kept, logger: logger, now: now}
	for _, e := range found.Entries {
		l.remember(e)
	}
	return l, nil
}

func (l *Log) remember(e Entry) {
	if e.Action == Refused {
		return
	}
	l.actions = append(l.actions, e)
	if len(l.actions) > 2*recent {
		l.actions = slices.Clone(l.actions[len(l.actions)-recent:])
	}
}

// Record keeps an action, with the time of now. An action that cannot be kept
// has been done all the same, so it is written to the process' log, whole.
func (l *Log) Record(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.flush(now, false)
	e.Time = now.UTC().Truncate(time.Second)
	e.Outcome, e.Matchers = bounded(cmp.Or(e.Outcome, Done)), bounded(e.Matchers)
	e.Alerts = e.Alerts[:min(len(e.Alerts), MaxAlerts)]
	l.remember(e)
	l.append(e)
}

func (l *Log) append(e Entry) {
	if err := l.journal.Append(e); err != nil {
		l.logger.Error("audit log not written", "err", err, "who", e.Who, "address", e.Address, "action", e.Action, "about", e.About.String(), "silence", e.Silence, "matchers", e.Matchers, "why", e.Why, "outcome", e.Outcome)
	}
}

// bounded cuts a text that an Alertmanager answered, or was sent.
func bounded(text string) string {
	if runes := []rune(text); len(runes) > maxOutcome {
		return string(runes[:maxOutcome]) + "…"
	}
	return text
}

// About returns the latest actions on a subject, the oldest first.
func (l *Log) About(s comment.Subject) []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	var about []Entry
	for _, e := range l.actions {
		if e.About.Equal(s) {
			about = append(about, e)
		}
	}
	return about
}

// Close writes what is still to be written, and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush(l.now(), true)
	return l.journal.Close()
}

// Read reads the audit log in a storage directory, which a running planwatch may
// hold, the oldest first, and what is no entry. The error is fs.ErrNotExist if
// there is no file.
func Read(directory string) (entries []Entry, faults []error, err error) {
	entries, faults, err = journal.Read[Entry](filepath.Join(directory, FileName))
	if err != nil {
		err = fmt.Errorf("audit: %w", err)
	}
	return entries, faults, err
}
