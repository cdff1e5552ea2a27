package collectors

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"strings"
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

// Ask runs a collector's query as of a moment.
type Ask func(ctx context.Context, moment time.Time) (*warehouse.Result, error)

// Asking is the Ask of the collector at its source.
func (d *Definition) Asking(source *warehouse.Source) Ask {
	return func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		return source.Query(ctx, d.statement, d.queryOptions(moment))
	}
}

func (d *Definition) queryOptions(moment time.Time) warehouse.QueryOptions {
	return warehouse.QueryOptions{AsOf: moment, Timeout: time.Duration(d.Timeout), MaxRows: d.MaxSeries, Columns: d.Columns()}
}

// Collect runs the query as of the moment asOf and maps its rows. It gives
// all figures or an error, never some of them. Figures about people that
// accumulate are asked for at the ends of the year's periods as well, since those
// are what may be shown. A panic becomes an error, so that other collectors go on.
func (d *Definition) Collect(ctx context.Context, ask Ask, asOf time.Time) (run Run, err error) {
	return d.collect(ctx, ask, asOf, func(ctx context.Context) (*mapping, int, error) {
		result, err := ask(ctx, asOf)
		if err != nil {
			return nil, 0, err
		}
		m, err := d.mapped(result, asOf)
		return m, len(result.Rows), err
	})
}

// CollectFrom is Collect at the collector's source. Rows are mapped as they are read, and
// not kept.
func (d *Definition) CollectFrom(ctx context.Context, source *warehouse.Source, asOf time.Time) (run Run, err error) {
	return d.collect(ctx, d.Asking(source), asOf, func(ctx context.Context) (*mapping, int, error) {
		taken := taking{definition: d, asOf: asOf}
		options := d.queryOptions(asOf)
		options.Take = taken.take
		result, err := source.Query(ctx, d.statement, options)
		switch {
		case err != nil:
			return nil, 0, err
		case taken.err != nil:
			return nil, 0, taken.err
		case result.Taken == 0:
			m, err := d.mapped(result, asOf)
			return m, 0, err
		}
		taken.mapping.complete()
		return taken.mapping, result.Taken, nil
	})
}

// taking maps rows as they come. The first that does not fit is told once the query has
// been read, as it may fail itself.
type taking struct {
	definition *Definition
	asOf       time.Time
	mapping    *mapping
	err        error
}

func (t *taking) take(columns []warehouse.Column, row []warehouse.Value) {
	if t.err != nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			t.err = t.definition.panicked(p)
		}
	}()
	if t.mapping == nil {
		if t.mapping, t.err = t.definition.mapping(columns, t.asOf); t.err != nil {
			t.err = fmt.Errorf("%s: %w", t.definition.statement.File(), t.err)
			return
		}
	}
	t.err = t.mapping.addNext(row)
}

func (d *Definition) collect(ctx context.Context, ask Ask, asOf time.Time, read func(context.Context) (m *mapping, rows int, err error)) (run Run, err error) {
	defer func() {
		if p := recover(); p != nil {
			run, err = Run{}, d.panicked(p)
		}
	}()
	run, err = d.released(ctx, ask, asOf, read)
	return run, warehouse.Bounded(err)
}

func (d *Definition) panicked(p any) error {
	return fmt.Errorf("collector %s: panic: %s at %s", d.Collector, panicWords(p), panicPlace())
}

func (d *Definition) released(ctx context.Context, ask Ask, asOf time.Time, read func(context.Context) (m *mapping, rows int, err error)) (Run, error) {
	m, rows, err := read(ctx)
	if err != nil {
		return Run{}, err
	}
	if err := m.release(ctx, ask); err != nil {
		return Run{}, err
	}
	if err := m.withhold(ctx); err != nil {
		return Run{}, err
	}
	samples, err := m.samples()
	if err != nil {
		return Run{}, fmt.Errorf("%s: %w", d.statement.File(), err)
	}
	return Run{Samples: samples, AsOf: asOf, Rows: rows}, nil
}

// panicWords is what a panic is about: the runtime's words, and else only the
// value's type, as the value itself may be a row's.
func panicWords(p any) string {
	if fault, ok := p.(runtime.Error); ok {
		return fault.Error()
	}
	return fmt.Sprintf("%T", p)
}

// panicPlace is where the panic that is being recovered from arose: the
// innermost places in the code, the first one first.
func panicPlace() string {
	const most = 5
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
	var places []string
	panicked := false
	for {
		frame, more := frames.Next()
		if panicked && !strings.HasPrefix(frame.Function, "runtime.") {
			places = append(places, fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line))
		}
		panicked = panicked || frame.Function == "runtime.gopanic"
		if !more || len(places) == most {
			return strings.Join(places, ", ")
		}
	}
}
