// Package comment keeps what people have to say about KPIs, targets and events.
// Nothing of it is ever changed or removed.
package comment

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"planwatch/internal/journal"
)

// FileName is the file's, in the storage directory.
const FileName = "comments.jsonl"

// Bounds of a comment, in characters.
const (
	MaxText   = 2_000
	MaxAuthor = 100
)

// Comment is what a person said about something.
type Comment struct {
	// Time is by the system's clock.
	Time   time.Time `json:"time"`
	Author string    `json:"author"`
	About  Subject   `json:"about"`
	// Text may have several lines.
	Text string `json:"text"`
}

// ErrEmpty means that a comment says nothing.
var ErrEmpty = errors.New("comment: no text")

// Clean returns a text as it is kept: lines that end as Unix has them, without
// space around the whole. The error says why it cannot be kept.
func Clean(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if err := checkText(text, MaxText, "\n"); err != nil {
		return "", fmt.Errorf("comment: %w", err)
	}
	return text, nil
}

// validate finds a comment that could not be kept.
func (c Comment) validate() error {
	if c.Text == "" {
		return ErrEmpty
	}
	if cleaned, err := Clean(c.Text); err != nil {
		return err
	} else if cleaned != c.Text {
		return errors.New("comment: space around it, or lines that do not end in a newline alone")
	}
	if c.Author == "" {
		return errors.New("comment: no author")
	}
	if err := checkText(c.Author, MaxAuthor, ""); err != nil {
		return fmt.Errorf("comment: author: %w", err)
	}
	if err := c.About.Validate(); err != nil {
		return fmt.Errorf("comment: %w", err)
	}
	return nil
}

// Log is all comments. Its methods may be used by many at once.
type Log struct {
	path    string
	journal *journal.Journal[Comment]
	mu      sync.RWMutex
	all     []Comment
}

// Open opens the comments in the storage directory, which the caller holds. What
// cannot be read is told and stays in the file.
func Open(directory string, logger *slog.Logger) (*Log, error) {
	path := filepath.Join(directory, FileName)
	kept, found, err := journal.Open[Comment](path)
	if err != nil {
		return nil, fmt.Errorf("comments: %w", err)
	}
	if found.Cut > 0 {
		logger.Warn("an unfinished line was cut off", "file", path, "bytes", found.Cut)
	}
	l := &Log{path: path, journal: kept}
	for _, c := range found.Entries {
		if err := c.validate(); err != nil {
			found.Faults = append(found.Faults, err)
			continue
		}
		l.all = append(l.all, c)
	}
	if len(found.Faults) > 0 {
		logger.Warn("lines were not read; they stay in the file", "file", path, "lines", len(found.Faults), "err", found.Faults[0])
	}
	return l, nil
}

// Add keeps a comment: it is on the disk when Add returns nil.
func (l *Log) Add(c Comment) error {
	if err := c.validate(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	added := []Comment{c}
	if l.journal.Moved() {
		// What was said to be kept is kept, whatever is in its place now.
		there, _, _ := journal.Read[Comment](l.path) // Append has the error
		added = slices.DeleteFunc(slices.Clone(l.all), func(had Comment) bool { return slices.ContainsFunc(there, had.equal) })
		added = append(added, c)
	}
	if err := l.journal.Append(added...); err != nil {
		return fmt.Errorf("comment not kept: %w", err)
	}
	// One that another planwatch took is not always the newest.
	place := len(l.all)
	for place > 0 && l.all[place-1].Time.After(c.Time) {
		place--
	}
	l.all = slices.Insert(l.all, place, c)
	return nil
}

func (c Comment) equal(other Comment) bool {
	return c.Time.Equal(other.Time) && c.Author == other.Author && c.Text == other.Text && c.About.Equal(other.About)
}

// All returns all comments, the oldest first.
func (l *Log) All() []Comment {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.all)
}

// About returns the comments about a subject, the oldest first.
func (l *Log) About(s Subject) []Comment {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var about []Comment
	for _, c := range l.all {
		if c.About.Equal(s) {
			about = append(about, c)
		}
	}
	return about
}

// Close closes the file.
func (l *Log) Close() error { return l.journal.Close() }

// Read reads the comments in a storage directory, which a running planwatch may
// hold, the oldest first, and what is no comment. The error is fs.ErrNotExist if
// there is no file.
func Read(directory string) (all []Comment, faults []error, err error) {
	read, faults, err := journal.Read[Comment](filepath.Join(directory, FileName))
	if err != nil {
		return nil, nil, fmt.Errorf("comments: %w", err)
	}
	for _, c := range read {
		if err := c.validate(); err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, c)
	}
	return all, faults, nil
}
