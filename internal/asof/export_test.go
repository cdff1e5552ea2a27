package asof

import (
	"context"
	"sync"
	"time"

	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// question is what a collector asks of its source.
type question struct {
	collector string
	moment    time.Time
}

// Remember has the sources asked each question once: tests collect for many
// moments, and figures that accumulate are asked for at the same ends of periods
// every time.
func (c *Collectors) Remember() {
	var lock sync.Mutex
	answers := map[question]*warehouse.Result{}
	asking := c.asking
	c.asking = func(d *collectors.Definition) collectors.Ask {
		ask := asking(d)
		return func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
			q := question{d.Collector, moment.UTC()}
			lock.Lock()
			known := answers[q]
			lock.Unlock()
			if known != nil {
				return known, nil
			}
			result, err := ask(ctx, moment)
			if err == nil {
				lock.Lock()
				answers[q] = result
				lock.Unlock()
			}
			return result, err
		}
	}
}

// Then runs the named collector as of a moment of the past.
func (c *Collectors) Then(ctx context.Context, collector string, moment time.Time) ([]kpi.Sample, error) {
	for _, d := range c.definitions {
		if d.Collector == collector {
			return Then(ctx, d, c.asking(d), moment)
		}
	}
	return nil, nil
}
