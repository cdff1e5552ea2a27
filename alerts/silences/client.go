package silences

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-openapi/runtime"
	transport "github.com/go-openapi/runtime/client"
	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/client"
	"github.com/prometheus/alertmanager/api/v2/client/alert"
	"github.com/prometheus/alertmanager/api/v2/client/silence"
	"github.com/prometheus/alertmanager/api/v2/models"
)

// requestTimeout limits a request to an Alertmanager.
const requestTimeout = 5 * time.Second

// Acknowledged begins the comment of a silence that is an acknowledgement, as
// karma and kthxbye have it.
const Acknowledged = "ACK!"

// api is the API of Alertmanagers that know the same silences.
type api []*client.AlertmanagerAPI

// newAPI makes an api of the Alertmanagers at the addresses.
func newAPI(addresses []string, with *http.Client) (api, error) {
	var all api
	for _, address := range addresses {
		parsed, err := url.Parse(address)
		if err != nil {
			return nil, fmt.Errorf("silences: %w", err)
		}
		all = append(all, client.New(transport.NewWithClient(parsed.Host, path.Join("/", parsed.Path, client.DefaultBasePath), []string{parsed.Scheme}, with), strfmt.Default))
	}
	return all, nil
}

// try asks one Alertmanager after the other, until one answers.
func (a api) try(ctx context.Context, ask func(ctx context.Context, one *client.AlertmanagerAPI) error) error {
	var faults []error
	for _, one := range a {
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, requestTimeout)
			defer cancel()
			return ask(ctx, one)
		}()
		if err == nil {
			return nil
		}
		faults = append(faults, inOneLine(err))
	}
	return fmt.Errorf("no Alertmanager has answered: %w", errors.Join(faults...))
}

// inOneLine is an error of the API, whose body is lost otherwise.
func inOneLine(err error) error {
	var payload interface{ GetPayload() string }
	if errors.As(err, &payload) && payload.GetPayload() != "" {
		return errors.New(strings.Join(strings.Fields(payload.GetPayload()), " "))
	}
	if status, ok := errors.AsType[*runtime.APIError](err); ok {
		return fmt.Errorf("it answers %d %s", status.Code, http.StatusText(status.Code))
	}
	return err
}

// inForce returns the silences in force, the oldest first.
func (a api) inForce(ctx context.Context) ([]Silence, error) {
	var all []Silence
	err := a.try(ctx, func(ctx context.Context, one *client.AlertmanagerAPI) error {
		answer, err := one.Silence.GetSilences(silence.NewGetSilencesParamsWithContext(ctx))
		if err != nil {
			return err
		}
		all = nil
		for _, s := range answer.Payload {
			if s.Status != nil && s.Status.State != nil && *s.Status.State == models.SilenceStatusStateActive {
				all = append(all, fromModel(s))
			}
		}
		slices.SortFunc(all, func(a, b Silence) int { return a.StartsAt.Compare(b.StartsAt) })
		return nil
	})
	return all, err
}

// set makes or changes a silence, and returns its id.
func (a api) set(ctx context.Context, s Silence) (id string, err error) {
	err = a.try(ctx, func(ctx context.Context, one *client.AlertmanagerAPI) error {
		answer, err := one.Silence.PostSilences(silence.NewPostSilencesParamsWithContext(ctx).WithSilence(toModel(s)))
		if err == nil {
			id = answer.Payload.SilenceID
		}
		return err
	})
	return id, err
}

// end ends a silence.
func (a api) end(ctx context.Context, id string) error {
	return a.try(ctx, func(ctx context.Context, one *client.AlertmanagerAPI) error {
		_, err := one.Silence.DeleteSilence(silence.NewDeleteSilenceParamsWithContext(ctx).WithSilenceID(strfmt.UUID(id)))
		return err
	})
}

// Alert is an alert that an Alertmanager knows to fire, silenced or not.
type Alert struct {
	Labels, Annotations map[string]string
	// StartsAt is by the system's clock.
	StartsAt time.Time
}

// firing returns the alerts that fire.
func (a api) firing(ctx context.Context) ([]Alert, error) {
	var all []Alert
	err := a.try(ctx, func(ctx context.Context, one *client.AlertmanagerAPI) error {
		answer, err := one.Alert.GetAlerts(alert.NewGetAlertsParamsWithContext(ctx))
		if err != nil {
			return err
		}
		all = nil
		for _, a := range answer.Payload {
			all = append(all, Alert{Labels: a.Labels, Annotations: a.Annotations, StartsAt: time.Time(value(a.StartsAt))})
		}
		return nil
	})
	return all, err
}

func fromModel(m *models.GettableSilence) Silence {
	s := Silence{ID: value(m.ID), StartsAt: time.Time(value(m.StartsAt)), EndsAt: time.Time(value(m.EndsAt)), CreatedBy: value(m.CreatedBy)}
	comment, found := strings.CutPrefix(value(m.Comment), Acknowledged)
	s.Comment, s.UntilResolved = strings.TrimSpace(comment), found
	for _, matcher := range m.Matchers {
		s.Matchers = append(s.Matchers, Matcher{
			Name: value(matcher.Name), Value: value(matcher.Value), Regex: value(matcher.IsRegex), Negative: matcher.IsEqual != nil && !*matcher.IsEqual,
		})
	}
	return s
}

func toModel(s Silence) *models.PostableSilence {
	comment := s.Comment
	if s.UntilResolved {
		comment = strings.TrimSpace(Acknowledged + " " + comment)
	}
	m := &models.PostableSilence{ID: s.ID, Silence: models.Silence{
		StartsAt: new(strfmt.DateTime(s.StartsAt)), EndsAt: new(strfmt.DateTime(s.EndsAt)), CreatedBy: &s.CreatedBy, Comment: &comment,
	}}
	for _, matcher := range s.Matchers {
		m.Matchers = append(m.Matchers, &models.Matcher{Name: &matcher.Name, Value: &matcher.Value, IsRegex: &matcher.Regex, IsEqual: new(!matcher.Negative)})
	}
	return m
}

// value returns what the pointer points to, or nothing.
func value[T any](of *T) (none T) {
	if of == nil {
		return none
	}
	return *of
}
