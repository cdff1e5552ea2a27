package web_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"planwatch/alerts/silences"
	"planwatch/internal/naming"
)

// kept is silences as an Alertmanager keeps them: one for each severity.
type kept struct {
	mu  sync.Mutex
	all []silences.Silence
	ids int
	// err is why it does not answer, or nil.
	err error
}

var errNoSilence = errors.New("no such silence")

func (k *kept) set(alerts []map[string]string, s silences.Silence) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return nil, k.err
	}
	var ids []string
	bySeverity := map[string]string{}
	for _, labels := range alerts {
		one := s
		severity := labels[naming.LabelSeverity]
		if bySeverity[severity] == "" {
			k.ids++
			bySeverity[severity] = strconv.Itoa(k.ids)
			ids = append(ids, bySeverity[severity])
		}
		one.ID, one.StartsAt = bySeverity[severity], time.Now()
		for name, value := range labels {
			one.Matchers = append(one.Matchers, silences.Matcher{Name: name, Value: value})
		}
		k.all = append(k.all, one)
	}
	return ids, nil
}

func (k *kept) Acknowledge(_ context.Context, alerts []map[string]string, by, comment string) ([]string, error) {
	return k.set(alerts, silences.Silence{CreatedBy: by, Comment: comment, UntilResolved: true, EndsAt: time.Now().Add(time.Hour)})
}

func (k *kept) Silence(_ context.Context, alerts []map[string]string, by, comment string, until time.Time) ([]string, error) {
	return k.set(alerts, silences.Silence{CreatedBy: by, Comment: comment, EndsAt: until})
}

func (k *kept) InForce(context.Context) ([]silences.Silence, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.all), k.err
}

func (k *kept) End(_ context.Context, id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := len(k.all)
	k.all = slices.DeleteFunc(k.all, func(s silences.Silence) bool { return s.ID == id })
	if k.err == nil && len(k.all) == before {
		return errNoSilence
	}
	return k.err
}

// fail has the Alertmanager not answer, or answer again.
func (k *kept) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}
