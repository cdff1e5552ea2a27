package evaluator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/rules"

	"planwatch/internal/naming"
	"planwatch/internal/storage"
)

// resolvedRetention is how long an alert that has resolved is sent on, as
// Prometheus does.
const resolvedRetention = 15 * time.Minute

// sentFile is the file of the alerts that were sent.
const sentFile = "sent.json"

// Sent is an alert that an Alertmanager has been told of.
type Sent struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// Query is the rule's.
	Query string `json:"query"`
	// StartsAt is when it began to fire, by the system's clock, and EndsAt when it
	// resolved; zero while it fires.
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt,omitzero"`
	// ended is how often it was sent as resolved, with all Alertmanagers reached.
	ended int
}

// endings is how often an alert is sent as resolved, once all Alertmanagers are
// reached. Prometheus does so for a quarter of an hour, and an Alertmanager then
// tells of it again beside what is new in its group.
const endings = 3

// alert returns the alert as Prometheus' notifier takes it.
func (s Sent) alert() *rules.Alert {
	return &rules.Alert{
		State: rules.StateFiring, Labels: labels.FromMap(s.Labels), Annotations: labels.FromMap(s.Annotations),
		ActiveAt: s.StartsAt, FiredAt: s.StartsAt, ResolvedAt: s.EndsAt,
	}
}

// sentAlerts are the alerts that Alertmanagers have been told of, in a file.
// After a restart or a kill they are told at once what has resolved meanwhile,
// and an alert that goes on has not begun anew.
type sentAlerts struct {
	path   string
	logger *slog.Logger

	mu     sync.Mutex
	alerts map[string]Sent
	// restored are those of before the start that fired then, and of which no rule
	// has told since.
	restored map[string]bool
	// saved is what is in the file.
	saved []byte
	// failed is whether the file could not be written last.
	failed bool
}

// openSentAlerts reads the file, if there is one. One that cannot be read is set
// aside: alerts then begin anew.
func openSentAlerts(directory string, logger *slog.Logger) (*sentAlerts, error) {
	s := &sentAlerts{path: filepath.Join(directory, sentFile), logger: logger, alerts: map[string]Sent{}, restored: map[string]bool{}}
	storage.RemoveTemporary(s.path)
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("alerting: storage: %w", err)
	}
	var all []Sent
	if err := json.Unmarshal(data, &all); err != nil {
		aside := s.path + ".damaged"
		logger.Warn("which alerts were sent cannot be read; set aside", "file", s.path, "aside", aside, "err", err)
		if err := os.Rename(s.path, aside); err != nil {
			return nil, fmt.Errorf("alerting: storage: %w", err)
		}
		return s, nil
	}
	now := time.Now()
	for _, alert := range all {
		// The clock may have been set back.
		if alert.StartsAt.After(now) {
			alert.StartsAt = now
		}
		if alert.EndsAt.After(now) {
			alert.EndsAt = now
		}
		key := labels.FromMap(alert.Labels).String()
		s.alerts[key] = alert
		// That the watchdog stays away says that nothing is evaluated.
		if alert.EndsAt.IsZero() && alert.Labels[labels.AlertName] != naming.Watchdog {
			s.restored[key] = true
		}
	}
	return s, nil
}

// list returns the alerts of before the start, in no order.
func (s *sentAlerts) list() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Sent
	for key, alert := range s.alerts {
		if !alert.EndsAt.IsZero() || s.restored[key] {
			all = append(all, alert)
		}
	}
	return all
}

// note records that alerts are sent: when each began to fire is what was sent
// before, also before a restart. reached is whether the last messages reached
// every Alertmanager. It returns those to send, and those that have resolved now, which
// ended is told of before the file says so: after a kill in between, it is told again.
func (s *sentAlerts) note(query string, alerts []*rules.Alert, reached bool, ended func([]Sent)) (send []*rules.Alert, resolved []map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var over []Sent
	for _, alert := range alerts {
		key := alert.Labels.String()
		delete(s.restored, key)
		former, known := s.alerts[key]
		goesOn := known && former.EndsAt.IsZero()
		switch {
		case alert.ResolvedAt.IsZero() && !goesOn:
			s.alerts[key] = Sent{Labels: alert.Labels.Map(), Annotations: alert.Annotations.Map(), Query: query, StartsAt: alert.FiredAt}
		case alert.ResolvedAt.IsZero():
			alert.FiredAt = former.StartsAt
		case goesOn:
			alert.FiredAt = former.StartsAt
			former.EndsAt = alert.ResolvedAt
			s.alerts[key] = former
			over, resolved = append(over, former), append(resolved, former.Labels)
		case known:
			alert.FiredAt = former.StartsAt
			if former.ended >= endings {
				continue
			}
			if reached {
				former.ended++
				s.alerts[key] = former
			}
		}
		send = append(send, alert)
	}
	if len(over) > 0 && ended != nil {
		ended(over)
	}
	s.save(time.Now())
	return send, resolved
}

// firing returns the labels of the alerts that fire, as was told last.
func (s *sentAlerts) firing() []map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []map[string]string
	for _, alert := range s.alerts {
		if alert.EndsAt.IsZero() {
			all = append(all, alert.Labels)
		}
	}
	return all
}

// save writes the file if it would change.
func (s *sentAlerts) save(now time.Time) {
	all := []Sent{}
	for key, alert := range s.alerts {
		if !alert.EndsAt.IsZero() && now.Sub(alert.EndsAt) > resolvedRetention {
			delete(s.alerts, key)
			continue
		}
		all = append(all, alert)
	}
	slices.SortFunc(all, inOrder)
	data, err := json.Marshal(all)
	if err == nil && bytes.Equal(data, s.saved) {
		return
	}
	if err == nil {
		err = storage.Replace(s.path, data)
	}
	if err == nil {
		s.saved, s.failed = data, false
		return
	}
	if !s.failed {
		s.logger.Error("which alerts were sent is not kept; after a restart, what has resolved is told late", "err", err)
	}
	s.failed = true
}

// left returns the restored alerts of which no rule has told since the start.
func (s *sentAlerts) left() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Sent
	for key := range s.restored {
		all = append(all, s.alerts[key])
	}
	slices.SortFunc(all, inOrder)
	return all
}

// inOrder orders alerts by when they began, then by their labels.
func inOrder(a, b Sent) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), labels.Compare(labels.FromMap(a.Labels), labels.FromMap(b.Labels)))
}
