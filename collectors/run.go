package collectors

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// Run is what one run of a collector gave.
type Run struct {
	// Samples are in order of KPI and labels.
	Samples []kpi.Sample
	// AsOf is the moment that the run asked about.
	AsOf time.Time
	// Rows is how many rows the query returned.
	Rows int
}

// Collect runs the query as of the moment asOf and maps its rows. It gives
// all figures or an error, never some of them. A panic becomes an error, so
// that other collectors go on.
func (d *Definition) Collect(ctx context.Context, source *warehouse.Source, asOf time.Time) (run Run, err error) {
	defer func() {
		if p := recover(); p != nil {
			run, err = Run{}, fmt.Errorf("collector %s: panic: %v: %s", d.Collector, p, debug.Stack())
		}
	}()
	result, err := source.Query(ctx, d.statement, warehouse.QueryOptions{AsOf: asOf, Timeout: time.Duration(d.Timeout), MaxRows: d.MaxSeries})
	if err != nil {
		return Run{}, err
	}
	samples, err := d.Samples(result, asOf)
	if err != nil {
		return Run{}, err
	}
	return Run{Samples: samples, AsOf: asOf, Rows: len(result.Rows)}, nil
}
