package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"planwatch/internal/kpi"
)

// writing is a reading on its way into the file. After an error it does nothing
// more.
type writing struct {
	ctx context.Context
	tx  *sql.Tx
	err error
	// ids are those of the series that have been met, and unmet is set where another
	// one was.
	ids   map[seriesName]int64
	unmet bool
}

// stored is a figure as it is in the file.
type stored struct {
	value     sql.NullFloat64
	histogram sql.NullString
	withheld  bool
	asOf      int64
	held      sql.NullInt64
}

// reading writes the reading, and returns how many figures differ from those of
// an earlier one.
func (w *writing) reading(r Reading) (revised int) {
	collector := w.id(`INSERT INTO collector (name, fingerprint, people) VALUES (?, ?, 0) ON CONFLICT DO NOTHING`,
		`SELECT id FROM collector WHERE name = ? AND fingerprint = ?`, r.Collector, r.Fingerprint)
	at := r.At.UnixMilli()
	before, read := w.before(collector, at)
	w.exec(`INSERT INTO reading (collector, at, read_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET read_at = excluded.read_at`,
		collector, at, r.Read.UnixMilli())
	insert := w.prepare(`INSERT INTO figure (collector, at, series, value, histogram, withheld, as_of, held, revised_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	for _, sample := range r.Samples {
		id := w.series(seriesName{sample.KPI, encodeLabels(sample.Labels)})
		now := encode(sample)
		former, known := before[id]
		delete(before, id)
		switch {
		case known && former == now:
		case known:
			revised++
			w.exec(`UPDATE figure SET value = ?, histogram = ?, withheld = ?, as_of = ?, held = ?, first_value = CASE WHEN revised_at IS NULL THEN value ELSE first_value END,
				revised_at = COALESCE(revised_at, ?) WHERE collector = ? AND at = ? AND series = ?`,
				now.value, now.histogram, now.withheld, now.asOf, now.held, r.Read.UnixMilli(), collector, at, id)
		default:
			revisedAt := sql.NullInt64{Int64: r.Read.UnixMilli(), Valid: read}
			if read {
				revised++
			}
			w.run(insert, collector, at, id, now.value, now.histogram, now.withheld, now.asOf, now.held, revisedAt)
		}
	}
	for id := range before { // the warehouse has them no more
		revised++
		w.exec(`DELETE FROM figure WHERE collector = ? AND at = ? AND series = ?`, collector, at, id)
	}
	return revised
}

// before are the figures of an earlier reading, by series; read reports whether
// there was one.
func (w *writing) before(collector, at int64) (figures map[int64]stored, read bool) {
	figures = map[int64]stored{}
	if w.err != nil {
		return figures, false
	}
	err := w.tx.QueryRowContext(w.ctx, `SELECT 1 FROM reading WHERE collector = ? AND at = ?`, collector, at).Scan(new(int))
	if errors.Is(err, sql.ErrNoRows) {
		return figures, false
	}
	if w.err = err; err != nil {
		return figures, false
	}
	rows, err := w.tx.QueryContext(w.ctx, `SELECT series, value, histogram, withheld, as_of, held FROM figure WHERE collector = ? AND at = ?`, collector, at)
	if w.err = err; err != nil {
		return figures, false
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var f stored
		if w.err = rows.Scan(&id, &f.value, &f.histogram, &f.withheld, &f.asOf, &f.held); w.err != nil {
			return figures, true
		}
		figures[id] = f
	}
	w.err = rows.Err()
	return figures, true
}

// id is that of a row which is made if there is none.
func (w *writing) id(insert, find string, args ...any) (id int64) {
	if w.err != nil {
		return 0
	}
	err := w.tx.QueryRowContext(w.ctx, find, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		w.exec(insert, args...)
		if w.err == nil {
			w.err = w.tx.QueryRowContext(w.ctx, find, args...).Scan(&id)
		}
		return id
	}
	w.err = err
	return id
}

func (w *writing) series(name seriesName) int64 {
	if id, met := w.ids[name]; met {
		return id
	}
	w.unmet = true
	return w.id(`INSERT INTO series (kpi, labels) VALUES (?, ?) ON CONFLICT DO NOTHING`, `SELECT id FROM series WHERE kpi = ? AND labels = ?`, name.kpi, name.labels)
}

// prepare makes a statement, which the transaction closes.
func (w *writing) prepare(statement string) *sql.Stmt {
	if w.err != nil {
		return nil
	}
	made, err := w.tx.PrepareContext(w.ctx, statement)
	w.err = err
	return made
}

func (w *writing) run(statement *sql.Stmt, args ...any) {
	if w.err == nil {
		_, w.err = statement.ExecContext(w.ctx, args...)
	}
}

func (w *writing) exec(statement string, args ...any) {
	if w.err == nil {
		_, w.err = w.tx.ExecContext(w.ctx, statement, args...)
	}
}

func encode(s kpi.Sample) stored {
	f := stored{withheld: s.Withheld, asOf: s.AsOf.UnixMilli(), held: optional(s.Held)}
	switch {
	case s.Withheld && s.Histogram == nil:
	case s.Histogram != nil:
		text, err := json.Marshal(s.Histogram)
		if err != nil {
			panic(err) // finite numbers
		}
		f.histogram = sql.NullString{String: string(text), Valid: true}
	default:
		f.value = sql.NullFloat64{Float64: s.Value, Valid: true}
	}
	return f
}

// optional is NULL for the zero time.
func optional(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}
