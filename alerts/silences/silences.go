package silences

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"planwatch/internal/naming"
)

const (
	// held is for how long an acknowledgement is set. It outlasts a restart, and not
	// a planwatch that is gone.
	held = time.Hour
	// renewed is how long before its end it is extended.
	renewed = held / 2
	// Interval is how often acknowledgements are looked after.
	Interval = 15 * time.Second
)

// Options configure Silences.
type Options struct {
	// Alertmanagers are the addresses of one Alertmanager, or of several that know
	// the same silences; Client reaches them.
	Alertmanagers []string
	Client        *http.Client
	// Firing returns the labels of the alerts that fire. ok is false where planwatch
	// does not know, because it does not evaluate them, or cannot; nil never knows.
	Firing func() (alerts []map[string]string, ok bool)
	Logger *slog.Logger
}

// Silences reads, sets and ends silences, and keeps acknowledgements until
// their alerts have resolved.
type Silences struct {
	api    api
	firing func() ([]map[string]string, bool)
	logger *slog.Logger
}

// New makes Silences.
func New(o Options) (*Silences, error) {
	all, err := newAPI(o.Alertmanagers, o.Client)
	if err != nil {
		return nil, err
	}
	s := &Silences{api: all, firing: o.Firing, logger: o.Logger.With("component", "silences")}
	if s.firing == nil {
		s.firing = func() ([]map[string]string, bool) { return nil, false }
	}
	return s, nil
}

// InForce returns the silences in force, the oldest first.
func (s *Silences) InForce(ctx context.Context) ([]Silence, error) { return s.api.inForce(ctx) }

// Firing returns the alerts that fire, as the Alertmanager knows them.
func (s *Silences) Firing(ctx context.Context) ([]Alert, error) {
	all, err := s.api.firing(ctx)
	if err != nil {
		return nil, fmt.Errorf("silences: %w", err)
	}
	return all, nil
}

// Acknowledge silences exactly the alerts, given by their labels, until all of
// them have resolved. It returns the ids of the silences: one for each name and
// severity, so that what fires later, or becomes critical, is told of.
func (s *Silences) Acknowledge(ctx context.Context, alerts []map[string]string, by, comment string) ([]string, error) {
	return s.silence(ctx, alerts, Silence{CreatedBy: by, Comment: comment, EndsAt: time.Now().Add(held), UntilResolved: true})
}

// Silence silences exactly the alerts until the moment, by the system's clock.
func (s *Silences) Silence(ctx context.Context, alerts []map[string]string, by, comment string, until time.Time) ([]string, error) {
	return s.silence(ctx, alerts, Silence{CreatedBy: by, Comment: comment, EndsAt: until})
}

func (s *Silences) silence(ctx context.Context, alerts []map[string]string, as Silence) ([]string, error) {
	if len(alerts) == 0 {
		return nil, errors.New("silences: no alert is given")
	}
	as.StartsAt = time.Now()
	var ids []string
	for _, matchers := range exactly(alerts) {
		as.Matchers = matchers
		id, err := s.api.set(ctx, as)
		if err != nil {
			return ids, fmt.Errorf("silences: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// End ends the silence.
func (s *Silences) End(ctx context.Context, id string) error {
	if err := s.api.end(ctx, id); err != nil {
		return fmt.Errorf("silences: %w", err)
	}
	return nil
}

// exactly returns the matchers of the alerts, by severity and name. Alerts of
// one name are told apart by their target, or by where they come from; of
// several names, matchers would take in alerts that have not fired yet.
func exactly(alerts []map[string]string) [][]Matcher {
	of := map[string][]map[string]string{}
	for _, alert := range alerts {
		key := alert[severity] + "\x00" + alert[naming.LabelAlertName]
		of[key] = append(of[key], alert)
	}
	var all [][]Matcher
	for _, key := range slices.Sorted(maps.Keys(of)) {
		all = append(all, matchersOf(of[key]))
	}
	return all
}

// matchersOf returns matchers of alerts of one name: of each label, the values
// that it has.
func matchersOf(alerts []map[string]string) []Matcher {
	values := map[string][]string{}
	for _, alert := range alerts {
		for name := range alert {
			values[name] = nil
		}
	}
	var matchers []Matcher
	for _, name := range slices.Sorted(maps.Keys(values)) {
		var all []string
		for _, alert := range alerts {
			all = append(all, alert[name])
		}
		slices.Sort(all)
		if all = slices.Compact(all); len(all) == 1 {
			matchers = append(matchers, Matcher{Name: name, Value: all[0]})
			continue
		}
		for i := range all {
			all[i] = regexp.QuoteMeta(all[i])
		}
		matchers = append(matchers, Matcher{Name: name, Value: strings.Join(all, "|"), Regex: true})
	}
	return matchers
}

// Resolving ends the acknowledgements of alerts that have resolved, so that
// their end is told. It is called before an Alertmanager knows of it; firing are
// the alerts that fire on.
func (s *Silences) Resolving(ctx context.Context, resolved, firing []map[string]string) {
	s.each(ctx, func(a Answer) error {
		if !slices.ContainsFunc(resolved, a.Matches) || slices.ContainsFunc(firing, a.Matches) {
			return nil
		}
		return s.endAll(ctx, a)
	})
}

func (s *Silences) endAll(ctx context.Context, a Answer) error {
	var faults []error
	for _, silence := range a {
		faults = append(faults, s.api.end(ctx, silence.ID))
	}
	return errors.Join(faults...)
}

// each does something for each acknowledgement. What fails is tried again, with
// the next look.
func (s *Silences) each(ctx context.Context, do func(Answer) error) {
	all, err := s.api.inForce(ctx)
	for _, a := range Answers(all) {
		if a[0].UntilResolved {
			err = errors.Join(err, do(a))
		}
	}
	if err != nil && ctx.Err() == nil {
		s.logger.Warn("acknowledgements are not looked after; they end by themselves within an hour", "err", err)
	}
}

// Run keeps acknowledgements until their alerts have resolved, until ctx ends.
func (s *Silences) Run(ctx context.Context, interval time.Duration) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.keep(ctx)
		}
	}
}

// keep extends acknowledgements of alerts that fire, and ends others. The
// watchdog, which always fires, keeps none.
func (s *Silences) keep(ctx context.Context) {
	s.each(ctx, func(a Answer) error {
		firing, known := s.firing()
		if !known {
			firing = nil
			all, err := s.api.firing(ctx)
			if err != nil {
				return err
			}
			for _, alert := range all {
				firing = append(firing, alert.Labels)
			}
		}
		firing = slices.DeleteFunc(firing, func(alert map[string]string) bool { return alert[naming.LabelAlertName] == naming.Watchdog })
		if !slices.ContainsFunc(firing, a.Matches) {
			return s.endAll(ctx, a)
		}
		var faults []error
		for _, silence := range a {
			if time.Until(silence.EndsAt) < renewed {
				silence.EndsAt = time.Now().Add(held)
				_, err := s.api.set(ctx, silence)
				faults = append(faults, err)
			}
		}
		return errors.Join(faults...)
	})
}
