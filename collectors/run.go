package collectors

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"planwatch/internal/warehouse"
)

// Run is what one run of a collector gave.
type Run struct {
	Figures
	// AsOf is the moment that the run asked about.
	AsOf time.Time
	// Rows is how many rows the query returned.
	Rows int
}

// Collect runs the query as of the moment asOf and maps its rows. It gives
// all figures or an error, never a part. A panic is an error too, so that it
// harms no other collector.
func (d *Definition) Collect(ctx context.Context, source *warehouse.Source, asOf time.Time) (run Run, err error) {
	defer func() {
		if p := recover(); p != nil {
			run, err = Run{}, fmt.Errorf("collector %s: panic: %v: %s", d.Collector, p, debug.Stack())
		}
	}()
	result, err := source.Query(ctx, d.statement, warehouse.Run{AsOf: asOf, Timeout: time.Duration(d.Timeout), MaxRows: d.MaxSeries})
	if err != nil {
		return Run{}, err
	}
	figures, err := d.Figures(result, asOf)
	if err != nil {
		return Run{}, err
	}
	return Run{Figures: figures, AsOf: asOf, Rows: len(result.Rows)}, nil
}
