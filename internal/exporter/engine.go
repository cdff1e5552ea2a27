package exporter

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"planwatch/config"
	"planwatch/internal/history"
	"planwatch/internal/httpclient"
	"planwatch/internal/naming"
)

// engine is where the past is read that the warehouse need not be asked for; nil where the
// configuration names none.
type engine struct {
	*history.Engine
	// failing is whether it did not answer last, so that this is told once.
	failing atomic.Bool
}

func (b base) newEngine(region *config.Region) (*engine, error) {
	settings := region.History
	if settings.URL == "" {
		return nil, nil
	}
	client, err := httpclient.Client(settings.Client).Prepared("history: client")
	if err != nil {
		return nil, err
	}
	made, err := history.NewEngine(settings.URL, client, engineLabels(region), b.clock)
	if err != nil {
		return nil, err
	}
	return &engine{Engine: made}, nil
}

// engineLabels are those of the region's series in the engine. One of several regions in a
// process has its name there, as it is scraped and pushed, unless the configuration says
// otherwise: without it, another region's past would be taken for its own.
func engineLabels(region *config.Region) map[string]string {
	labels := region.History.Labels
	if _, has := labels[naming.LabelRegion]; has || !region.Beside {
		return labels
	}
	all := map[string]string{naming.LabelRegion: region.Name}
	maps.Copy(all, labels)
	return all
}

// readElsewhere is where a moment of the past is read from, before the warehouse is asked; nil
// where there is nothing but that.
func (g *generation) readElsewhere() history.Elsewhere {
	if g.replicas == nil && g.engine == nil {
		return nil
	}
	return func(ctx context.Context, key history.Key, at time.Time) (history.Reading, history.Origin) {
		if g.replicas != nil && !g.replicas.Heads() {
			return g.replicas.reading(ctx, key, at)
		}
		return g.engineReading(ctx, key, at)
	}
}

// engineReading asks the engine. Where it does not answer, it is waited for: to ask the
// warehouse for years of moments is what it is there to spare.
func (g *generation) engineReading(ctx context.Context, key history.Key, at time.Time) (history.Reading, history.Origin) {
	c := g.withFingerprint(key.Fingerprint)
	if g.engine == nil || c == nil || !history.Has(c.definition) {
		return history.Reading{}, history.Here
	}
	samples, ok, err := g.engine.Reading(ctx, c.definition, at)
	switch {
	case err != nil && ctx.Err() != nil:
		return history.Reading{}, history.Nowhere
	case err != nil:
		if !g.engine.failing.Swap(true) {
			g.logger.Warn("the past cannot be read from history.url; it is waited for", "err", err)
		}
		return history.Reading{}, history.Nowhere
	}
	if g.engine.failing.Swap(false) {
		g.logger.Info("the past can be read from history.url again")
	}
	if !ok {
		return history.Reading{}, history.Here
	}
	return history.Reading{Key: key, At: at, Read: g.clock.Now(), Samples: samples}, history.There
}
