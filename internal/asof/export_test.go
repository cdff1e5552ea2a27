package asof

import (
	"context"
	"time"

	"planwatch/internal/kpi"
)

// Then runs the named collector as of a moment of the past.
func (c *Collectors) Then(ctx context.Context, collector string, moment time.Time) ([]kpi.Sample, error) {
	for _, d := range c.definitions {
		if d.Collector == collector {
			return Then(ctx, d, c.asking(d), moment)
		}
	}
	return nil, nil
}
