package exporter

import (
	"context"
	"errors"
	"slices"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
	"planwatch/plan"
)

// comparison is what a collector needs to ask for the past that its KPIs' targets
// refer to.
type comparison struct {
	region *config.Region
	// failed are the errors of the references that could not be asked for, so that
	// each is told once. Only run uses it.
	failed map[plan.Reference]string
}

// past is what the collector has of references, as it is shown.
func (c *collector) past() []snapshot.Past {
	chunk := c.store.Current().Chunk(c.name())
	if chunk == nil || chunk.Fingerprint != c.fingerprint {
		return nil
	}
	return chunk.Past
}

// compare asks for the references that the collector's targets need and that are
// due, and shows them. The error is of those that it could not have; what is known
// of them stays.
func (c *collector) compare(ctx context.Context) error {
	now, location := c.clock.Now(), c.comparison.region.Location
	former := c.past()
	var next []snapshot.Past
	var failed []error
	asked := false
	for _, r := range plan.References(c.comparison.region.Plan.Targets, c.comparison.region.KPIs, now, location, c.definition.Gives) {
		i := slices.IndexFunc(former, func(p snapshot.Past) bool { return p.Reference == r })
		if i >= 0 && !due(former[i], now) {
			next = append(next, former[i])
			continue
		}
		then, err := asof.Then(ctx, c.definition, c.definition.Asking(c.source), r.Moment(now, location))
		if err != nil && ctx.Err() != nil {
			return err // planwatch is stopping or reloading
		}
		c.logReference(r, err)
		if err != nil {
			failed = append(failed, err)
			if i >= 0 {
				next = append(next, former[i])
			}
			continue
		}
		asked = true
		next = append(next, snapshot.Past{Reference: r, At: now, Samples: then})
	}
	if asked || len(next) != len(former) {
		if chunk := c.store.Current().Chunk(c.name()); chunk != nil {
			record := chunk.Record
			record.Past = next
			c.store.Replace(record, c.description)
		}
	}
	return errors.Join(failed...)
}

// due reports whether a reference is to be asked for again: one that moves on, in
// another hour; a day of the past, whose figures are not to change, a day later.
func due(p snapshot.Past, now time.Time) bool {
	if !p.Reference.On.IsZero() {
		return now.Sub(p.At) >= 24*time.Hour
	}
	return !now.Truncate(time.Hour).Equal(p.At.Truncate(time.Hour))
}

// logReference logs when a reference begins to fail and when it recovers. A source
// that is down is logged by the source.
func (c *collector) logReference(r plan.Reference, err error) {
	before, failing := c.comparison.failed[r]
	switch {
	case err == nil && failing:
		delete(c.comparison.failed, r)
		c.logger.Info("figures of the past collected again", "reference", r.String())
	case err == nil:
	case errors.Is(err, warehouse.ErrUnavailable), before == err.Error():
		c.logger.Debug("figures of the past not collected; trying again", "reference", r.String(), "err", err)
	default:
		c.comparison.failed[r] = err.Error()
		c.logger.Warn("figures of the past not collected; targets are compared with the last good ones until max_age", "reference", r.String(), "err", err, "max_age", c.definition.MaxAge)
	}
}
