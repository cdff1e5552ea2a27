// Package logtest gives tests a log that can be read while it is written.
package logtest

import (
	"bytes"
	"strings"
	"sync"
)

// Log is what was logged so far. Several goroutines may write and read it.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns the log.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Count returns how many times the log has the text.
func (l *Log) Count(text string) int { return strings.Count(l.String(), text) }
