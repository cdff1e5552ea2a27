package web

import (
	"context"
	"time"

	"planwatch/alerts/silences"
)

// Silences is what people have said about alerts, kept by the Alertmanager.
type Silences interface {
	// InForce returns the silences in force; an error says which Alertmanager does not answer.
	InForce(ctx context.Context) ([]silences.Silence, error)
	// Acknowledge silences exactly the alerts given until all of them have resolved.
	Acknowledge(ctx context.Context, alerts []map[string]string, by, comment string) (ids []string, err error)
	// Silence silences exactly the alerts given until the moment, by the system's clock.
	Silence(ctx context.Context, alerts []map[string]string, by, comment string, until time.Time) (ids []string, err error)
	// End ends the silence.
	End(ctx context.Context, id string) error
}
