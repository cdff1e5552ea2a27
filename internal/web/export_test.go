package web

import (
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/language"
)

// Patterns are those of every route.
func Patterns() []string {
	var patterns []string
	for _, r := range routes(Content{}, &writing{}, nil) {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}

// Handler answers requests as a Server does.
func Handler(settings config.Web, content Content, logger *slog.Logger) http.Handler {
	return newHandler(newWriting(settings, content, logger), content, logger)
}

// Admit waits for a place that an idle connection has, while left is left of the
// patience with it, and closes admitted once there is one.
func Admit(t *testing.T, left time.Duration) (admitted <-chan struct{}) {
	t.Helper()
	all := newConnections(1, slog.New(slog.DiscardHandler))
	idle, next := net.Pipe()
	all.standing[&connection{Conn: idle, all: all, since: time.Now().Add(left - patience)}] = struct{}{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		all.admit(next, all.listener(nil))
	}()
	return done
}

// Form is what was sent.
type Form = form

// DecodeForm reads a form.
var DecodeForm = decodeForm

// Labels are those of the event that was sent.
func (f form) Labels(names []string) (map[string]string, error) {
	e, err := f.event(names)
	return e.labels, err
}

// Comment is the comment as it is kept.
func (f form) Comment() (string, error) { return f.comment() }

// Until is when a silence ends.
func (f form) Until(now time.Time, l *language.Language) (time.Time, string) { return f.until(now, l) }

// Hurry sets how long an answer may take. It is for a server that does not serve yet.
func (s *Server) Hurry(timeout time.Duration) {
	for _, server := range s.servers {
		server.WriteTimeout = timeout
	}
}
