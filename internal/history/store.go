// Package history keeps the figures of past moments: it asks the warehouse for
// them, through the same code as a live run, and keeps what that gives.
package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"planwatch/internal/kpi"
)

// FileName is the store's file, in the directory that planwatch keeps things in.
const FileName = "history.sqlite"

// Store is the figures of past moments in a file of SQLite's. Several processes
// may have it open: a report on the command line beside a planwatch that serves.
type Store struct {
	db *sql.DB
	// path is the file's, and opened what it was when it was opened.
	path   string
	opened os.FileInfo
	// met are the series in the file that have been met.
	met atomic.Pointer[dictionary]
}

// dictionary has series by their id, and ids by name.
type dictionary struct {
	series map[int64]series
	ids    map[seriesName]int64
}

// series is a KPI at its labels.
type series struct {
	kpi    string
	labels kpi.Labels
}

// seriesName is a series as the file has it, with the labels in JSON.
type seriesName struct{ kpi, labels string }

// schemaVersion is counted up when the tables change. A file of another version
// is set aside, as the warehouse still has most of what it holds.
const schemaVersion = 1

// All moments are milliseconds since 1970, by planwatch's clock.
const schema = `
CREATE TABLE collector (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	fingerprint TEXT NOT NULL, -- of the definition that the figures are made by
	people INTEGER NOT NULL, -- 1 where some of the figures are about people
	UNIQUE (name, fingerprint)
);
CREATE TABLE series (
	id INTEGER PRIMARY KEY,
	kpi TEXT NOT NULL,
	labels TEXT NOT NULL, -- JSON
	UNIQUE (kpi, labels)
);
CREATE TABLE reading (
	collector INTEGER NOT NULL REFERENCES collector,
	at INTEGER NOT NULL, -- the moment that was asked about
	read_at INTEGER NOT NULL, -- when it was asked about last
	PRIMARY KEY (collector, at)
) WITHOUT ROWID;
CREATE TABLE figure (
	collector INTEGER NOT NULL REFERENCES collector,
	at INTEGER NOT NULL,
	series INTEGER NOT NULL REFERENCES series,
	value REAL, -- NULL where it is withheld, or a histogram
	histogram TEXT, -- JSON; one that is withheld is empty
	withheld INTEGER NOT NULL, -- 1 where it is about too few people
	as_of INTEGER NOT NULL, -- the moment that the figure is about
	held INTEGER, -- the moment of a newer figure that is held back
	revised_at INTEGER, -- when the warehouse was first seen to have changed it
	first_value REAL, -- what it was before it was ever revised
	PRIMARY KEY (collector, at, series)
) WITHOUT ROWID;
`

// Open opens the store in a directory, and makes it if need be. A file that is
// damaged, or of another version, is set aside with a warning.
func Open(ctx context.Context, directory string, logger *slog.Logger) (*Store, error) {
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	path := filepath.Join(directory, FileName)
	s, err := openFile(ctx, path)
	if err == nil || !unusable(err) {
		return s, err
	}
	aside := path + ".damaged"
	logger.Warn("history set aside; it is read from the warehouse anew", "file", path, "to", aside, "err", err)
	if err := setAside(path, aside); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return openFile(ctx, path)
}

// OpenKept opens the store in a directory if there is one. Without one the
// error is fs.ErrNotExist.
func OpenKept(ctx context.Context, directory string) (*Store, error) {
	path := filepath.Join(directory, FileName)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return openFile(ctx, path)
}

// The errors of a file with tables of another version, and of one that SQLite finds
// something wrong with.
var (
	errVersion = errors.New("the file is of another version of planwatch")
	errDamaged = errors.New("the file is damaged")
)

// unusable reports whether the file itself is at fault, so that waiting does not
// help.
func unusable(err error) bool {
	var fault *sqlite.Error
	return errors.Is(err, errVersion) || errors.Is(err, errDamaged) || errors.As(err, &fault) &&
		(fault.Code()&0xff == sqlite3.SQLITE_NOTADB || fault.Code()&0xff == sqlite3.SQLITE_CORRUPT)
}

func setAside(path, aside string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(path, aside)
}

func openFile(ctx context.Context, path string) (*Store, error) {
	// Made here, since SQLite would let everyone read it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	if err := errors.Join(file.Close(), tighten(path)); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	// WAL lets others read while one writes, and survives a kill.
	options := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(NORMAL)", "busy_timeout(10000)", "secure_delete(ON)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	s := &Store{db: db, path: path}
	s.met.Store(&dictionary{})
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("history: %s: %w", path, err), db.Close())
	}
	if s.opened, err = os.Stat(path); err != nil {
		return nil, errors.Join(fmt.Errorf("history: %w", err), db.Close())
	}
	return s, nil
}

// tighten lets only the owner read a file that was there before, such as one that was
// copied back, and what SQLite keeps beside it. A reader who is not the owner may not.
func tighten(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(path+suffix, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

// Present returns an error if the file is gone, or is another one: what is written
// then is lost.
func (s *Store) Present() error {
	if now, err := os.Stat(s.path); err != nil || !os.SameFile(s.opened, now) {
		return fmt.Errorf("history: %s was removed; a restart makes it anew", s.path)
	}
	return nil
}

// prepare makes the tables of a new file, and checks those of another.
func (s *Store) prepare(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	var sound string
	if err := tx.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&sound); err != nil {
		return err
	}
	switch {
	case sound != "ok":
		return errDamaged
	case version != 0 && version != schemaVersion:
		return errVersion
	case version == schemaVersion:
		return nil
	}
	if _, err := tx.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA user_version = %d;", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// Close closes the store.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}

// Key names a collector's definition: figures that another definition gave are
// kept, and not shown.
type Key struct {
	// Collector is its name, Fingerprint that of its definition and source.
	Collector, Fingerprint string
}

// Reading is what a collector gave for a moment.
type Reading struct {
	Key
	// At is the moment that was asked about, and Read when.
	At, Read time.Time
	// Samples as they were published then, with those that are withheld.
	Samples []kpi.Sample
}

// Put keeps a reading. Of a moment that was read before, the figures that differ
// are revised; Put returns how many.
func (s *Store) Put(ctx context.Context, r Reading) (revised int, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("history: keep %s: %w", r.Collector, err)
	}
	defer func() { _ = tx.Rollback() }()
	w := &writing{ctx: ctx, tx: tx, ids: s.met.Load().ids}
	revised = w.reading(r)
	if w.err == nil {
		w.err = tx.Commit()
	}
	if w.err == nil && w.unmet {
		w.err = s.meet(ctx)
	}
	if w.err != nil {
		return 0, fmt.Errorf("history: keep %s: %w", r.Collector, w.err)
	}
	return revised, nil
}

// Adopt makes a definition the one whose figures are kept under the collector's
// name. Those that another definition gave are removed where some of them, or of the
// new ones, are about people: the two differ by the few that one counts and the
// other does not.
func (s *Store) Adopt(ctx context.Context, key Key, people bool) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	defer func() { _ = tx.Rollback() }()
	w := &writing{ctx: ctx, tx: tx}
	w.exec(`INSERT INTO collector (name, fingerprint, people) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET people = excluded.people`, key.Collector, key.Fingerprint, people)
	const others = ` IN (SELECT id FROM collector WHERE name = ? AND fingerprint <> ? AND (people OR ?))`
	for _, remove := range []string{`DELETE FROM figure WHERE collector` + others, `DELETE FROM reading WHERE collector` + others, `DELETE FROM collector WHERE id` + others} {
		w.exec(remove, key.Collector, key.Fingerprint, people)
	}
	if w.err == nil {
		w.err = tx.Commit()
	}
	if w.err != nil {
		return fmt.Errorf("history: %s: %w", key.Collector, w.err)
	}
	return nil
}

// Retain removes what is kept about people of collectors that are not among those
// named: one that was renamed may withhold what it gave under its former name.
func (s *Store) Retain(ctx context.Context, collectors []string) error {
	names, err := json.Marshal(append([]string{}, collectors...))
	if err != nil {
		panic(err) // texts
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("history: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	w := &writing{ctx: ctx, tx: tx}
	const others = ` IN (SELECT id FROM collector WHERE people AND name NOT IN (SELECT value FROM json_each(?)))`
	for _, remove := range []string{`DELETE FROM figure WHERE collector` + others, `DELETE FROM reading WHERE collector` + others, `DELETE FROM collector WHERE id` + others} {
		w.exec(remove, string(names))
	}
	if w.err == nil {
		w.err = tx.Commit()
	}
	if w.err != nil {
		return fmt.Errorf("history: %w", w.err)
	}
	return nil
}

// Kept are the moments that the collector was read for, and when each was read
// last.
func (s *Store) Kept(ctx context.Context, key Key) (map[time.Time]time.Time, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT at, read_at FROM reading
		WHERE collector = (SELECT id FROM collector WHERE name = ? AND fingerprint = ?)`, key.Collector, key.Fingerprint)
	if err != nil {
		return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	defer func() { _ = rows.Close() }()
	kept := map[time.Time]time.Time{}
	for rows.Next() {
		var at, read int64
		if err := rows.Scan(&at, &read); err != nil {
			return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
		}
		kept[moment(at)] = moment(read)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	return kept, nil
}

// Reading is what is kept of a moment; ok is false where it was not read.
func (s *Store) Reading(ctx context.Context, key Key, at time.Time) (r Reading, ok bool, err error) {
	at = at.UTC()
	var read int64
	err = s.db.QueryRowContext(ctx, `SELECT read_at FROM reading
		WHERE collector = (SELECT id FROM collector WHERE name = ? AND fingerprint = ?) AND at = ?`, key.Collector, key.Fingerprint, at.UnixMilli()).Scan(&read)
	if errors.Is(err, sql.ErrNoRows) {
		return Reading{}, false, nil
	}
	if err != nil {
		return Reading{}, false, fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	figures, err := s.Figures(ctx, key, []time.Time{at})
	if err != nil {
		return Reading{}, false, err
	}
	r = Reading{Key: key, At: at, Read: moment(read)}
	for _, f := range figures[at] {
		r.Samples = append(r.Samples, f.Sample)
	}
	return r, true, nil
}

// Figure is a sample of the past.
type Figure struct {
	kpi.Sample
	// Revised is when the warehouse was first seen to have changed it; zero if it
	// is as it was first read.
	Revised time.Time
	// First is its value before it was ever revised; nil where it was not, or was
	// not there.
	First *float64
}

// Figures are those of a collector at each of the moments that it was read for.
// The moments are in UTC, as those of Kept.
func (s *Store) Figures(ctx context.Context, key Key, moments []time.Time) (map[time.Time][]Figure, error) {
	wanted, err := json.Marshal(milliseconds(moments))
	if err != nil {
		panic(err) // numbers
	}
	rows, err := s.db.QueryContext(ctx, `SELECT at, series, value, histogram, withheld, as_of, held, revised_at, first_value FROM figure
		WHERE collector = (SELECT id FROM collector WHERE name = ? AND fingerprint = ?) AND at IN (SELECT value FROM json_each(?))
		ORDER BY at, series`, key.Collector, key.Fingerprint, string(wanted))
	if err != nil {
		return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	defer func() { _ = rows.Close() }()
	figures := map[time.Time][]Figure{}
	for rows.Next() {
		at, f, err := s.scan(ctx, rows)
		if err != nil {
			return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
		}
		figures[at] = append(figures[at], f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("history: %s: %w", key.Collector, err)
	}
	return figures, nil
}

func (s *Store) scan(ctx context.Context, rows *sql.Rows) (time.Time, Figure, error) {
	var at, id, asOf int64
	var held, revised sql.NullInt64
	var value, first sql.NullFloat64
	var histogram sql.NullString
	var withheld bool
	if err := rows.Scan(&at, &id, &value, &histogram, &withheld, &asOf, &held, &revised, &first); err != nil {
		return time.Time{}, Figure{}, err
	}
	of, err := s.lookUp(ctx, id)
	if err != nil {
		return time.Time{}, Figure{}, err
	}
	f := Figure{Sample: kpi.Sample{KPI: of.kpi, Labels: of.labels, Value: value.Float64, AsOf: moment(asOf), Withheld: withheld}}
	if held.Valid {
		f.Held = moment(held.Int64)
	}
	if revised.Valid {
		f.Revised = moment(revised.Int64)
	}
	if first.Valid {
		f.First = &first.Float64
	}
	if histogram.Valid {
		f.Histogram = &kpi.Histogram{}
		if err := json.Unmarshal([]byte(histogram.String), f.Histogram); err != nil {
			return time.Time{}, Figure{}, err
		}
	}
	return moment(at), f, nil
}

// lookUp is the series with that id. Those that it has not met are read.
func (s *Store) lookUp(ctx context.Context, id int64) (series, error) {
	if known, ok := s.met.Load().series[id]; ok {
		return known, nil
	}
	if err := s.meet(ctx); err != nil {
		return series{}, err
	}
	known, ok := s.met.Load().series[id]
	if !ok {
		return series{}, fmt.Errorf("no series %d", id)
	}
	return known, nil
}

// meet reads all series.
func (s *Store) meet(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, "SELECT id, kpi, labels FROM series")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	all := dictionary{series: map[int64]series{}, ids: map[seriesName]int64{}}
	for rows.Next() {
		var id int64
		var name seriesName
		if err := rows.Scan(&id, &name.kpi, &name.labels); err != nil {
			return err
		}
		one := series{kpi: name.kpi}
		if err := json.Unmarshal([]byte(name.labels), &one.labels); err != nil {
			return err
		}
		all.series[id], all.ids[name] = one, id
	}
	if err := rows.Err(); err != nil {
		return err
	}
	s.met.Store(&all)
	return nil
}

// Prune removes what is of moments before oldest.
func (s *Store) Prune(ctx context.Context, oldest time.Time) error {
	for _, statement := range []string{"DELETE FROM figure WHERE at < ?", "DELETE FROM reading WHERE at < ?"} {
		if _, err := s.db.ExecContext(ctx, statement, oldest.UnixMilli()); err != nil {
			return fmt.Errorf("history: prune: %w", err)
		}
	}
	return nil
}

func moment(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

func milliseconds(moments []time.Time) []int64 {
	all := make([]int64, len(moments))
	for i, m := range moments {
		all[i] = m.UnixMilli()
	}
	return all
}

// encodeLabels writes labels as the file has them.
func encodeLabels(labels kpi.Labels) string {
	var b strings.Builder
	if err := json.NewEncoder(&b).Encode(labels); err != nil {
		panic(err) // texts
	}
	return strings.TrimSuffix(b.String(), "\n")
}
