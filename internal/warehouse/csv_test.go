//go:build gms_pure_go

// This tag builds the embedded engine in; package csvfolder says where its name
// comes from.

package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"planwatch/internal/cputest"
	"planwatch/internal/logtest"
	"planwatch/internal/warehouse/csvfolder"
)

const bedSchema = `-- beds
CREATE TABLE bed (
  id INT NOT NULL PRIMARY KEY, ward VARCHAR(10) NOT NULL, note VARCHAR(40), beds SMALLINT, share DECIMAL(6,2) DEFAULT 1.5,
  since DATE, at DATETIME, weight DOUBLE, small TINYINT UNSIGNED, kind ENUM('open','closed') NOT NULL DEFAULT 'open'
);
CREATE TABLE unused (a INT, b INT, PRIMARY KEY (a, b));
`

func csvConfig() Config {
	c := Default()
	c.Driver, c.Folder = CSV, "builtin:sample"
	return c
}

func TestCSVLoads(t *testing.T) {
	stockholm := location(t)
	s := open(t, csvConfig(), Options{Location: stockholm, SchemaSQL: bedSchema, Files: fstest.MapFS{
		"bed.csv":   {Data: []byte("\ufeffward,ID,note,beds,since,at,weight,small\n\"Kir\"\"urgi\",1,,38,2025-03-18,2025-03-18 08:00:00,1e3,255\nÖNH,2,a,,,2025-03-18T09:30:00,,\n,3,,-5,,2025-03-18,-0.5,0\n")},
		"notes.txt": {Data: []byte("not read")},
	}})
	if !s.Up() {
		t.Error("not up")
	}
	r, err := s.Query(t.Context(), query(t, "SELECT id, ward, note, beds, share, since, at, weight, small, kind FROM bed ORDER BY id"), QueryOptions{AsOf: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range r.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, v.String())
		}
		got = append(got, strings.Join(cells, " | "))
	}
	want := []string{
		`1 | Kir"urgi | NULL | 38 | 1.5 | 2025-03-18T00:00:00+01:00 | 2025-03-18T08:00:00+01:00 | 1000 | 255 | open`,
		`2 | ÖNH | a | NULL | 1.5 | NULL | 2025-03-18T09:30:00+01:00 | NULL | NULL | open`,
		`3 |  | NULL | -5 | 1.5 | NULL | 2025-03-18T00:00:00+01:00 | -0.5 | 0 | open`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := queryValue(t, s, "SELECT COUNT(*) FROM unused"); got != "0" {
		t.Errorf("%s rows in a table without a file", got)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	// In the other half of the year, too, a moment is shown in local time.
	r, err = s.Query(t.Context(), query(t, "SELECT FROM_UNIXTIME(1735684200) AS at"), QueryOptions{AsOf: time.Date(2025, 7, 15, 8, 0, 0, 0, stockholm)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Rows[0][0].String(), "2024-12-31T23:30:00+01:00"; got != want {
		t.Errorf("New Year's Eve: %s, want %s", got, want)
	}
	asOf := time.Date(2025, 10, 26, 0, 31, 0, 0, time.UTC) // the first time that clocks show 02:31
	r, err = s.Query(t.Context(), query(t, "SELECT CAST('2025-10-26 02:30:00' AS DATETIME) AS at"), QueryOptions{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Rows[0][0].String(), "2025-10-26T02:30:00+02:00"; got != want {
		t.Errorf("read at %s: %s, want %s", asOf, got, want)
	}
}

// manyBeds opens a source with so many rows that to join them with themselves
// takes for ever.
func manyBeds(t testing.TB) *Source {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,ward,beds\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "%d,W%d,%d\n", i, i%50, i%40)
	}
	return open(t, csvConfig(), Options{SchemaSQL: bedSchema, Files: fstest.MapFS{"bed.csv": {Data: []byte(b.String())}}})
}

const endless = "SELECT SUM(a.beds * b.beds) AS s FROM bed AS a JOIN bed AS b ON a.id + b.id > 7"

func TestCSVLimits(t *testing.T) {
	s := manyBeds(t)
	idle := func() bool {
		var running int
		const text = "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Query' AND id <> CONNECTION_ID()"
		if err := s.db.QueryRowContext(t.Context(), text).Scan(&running); err != nil {
			t.Fatal(err)
		}
		return running == 0
	}
	// quiet tells whether the process, and so the engine, uses hardly any CPU.
	quiet := func() bool {
		before := cputest.Used(t)
		begin := time.Now()
		waitFor(t, "a moment passes", func() bool { return time.Since(begin) > 200*time.Millisecond })
		return cputest.Used(t)-before < 60*time.Millisecond
	}

	for name, text := range map[string]string{
		"join":     endless,
		"grouped":  "SELECT a.ward, COUNT(*) AS n FROM bed AS a CROSS JOIN bed AS b GROUP BY a.ward",
		"sorted":   "SELECT a.ward, b.ward AS other FROM bed AS a CROSS JOIN bed AS b ORDER BY a.id + b.id",
		"windowed": "SELECT SUM(n) AS s FROM (SELECT ROW_NUMBER() OVER (ORDER BY a.id) AS n FROM bed AS a CROSS JOIN bed AS b) AS w",
		"subquery": "SELECT COUNT(*) AS n FROM bed AS a WHERE a.beds > (SELECT AVG(b.beds) FROM bed AS b WHERE b.id <> a.id)",
		"asleep":   "SELECT SLEEP(30) AS s",
	} {
		t.Run("timeout/"+name, func(t *testing.T) {
			begin := time.Now()
			_, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: begin, Timeout: 300 * time.Millisecond})
			if want := "source warehouse: q.sql: the query ran longer than 300ms"; err == nil || err.Error() != want || !errors.Is(err, ErrTimeout) || errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v\nwant %s", err, want)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("ended after %s only", took)
			}
			waitFor(t, "nothing is left in the engine", idle)
			waitFor(t, "the engine stops computing", quiet)
			if !s.Up() {
				t.Error("a timeout leaves the source down")
			}
		})
	}

	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := s.Query(ctx, query(t, endless), QueryOptions{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return !idle() })
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		waitFor(t, "nothing is left in the engine", idle)
		waitFor(t, "the engine stops computing", quiet)
	})

	t.Run("too many rows", func(t *testing.T) {
		_, err := s.Query(t.Context(), query(t, "SELECT a.id FROM bed AS a CROSS JOIN bed AS b"), QueryOptions{AsOf: time.Now(), MaxRows: 500})
		if want := "source warehouse: q.sql: too many rows: more than 500 rows; raise max_series or aggregate in the query"; err == nil || err.Error() != want || !errors.Is(err, ErrTooManyRows) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left in the engine", idle)
		waitFor(t, "the engine stops computing", quiet)
	})

	t.Run("closed", func(t *testing.T) {
		s := manyBeds(t)
		done := make(chan error)
		go func() {
			_, err := s.Query(context.Background(), query(t, endless), QueryOptions{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return len(s.querySlots) > 0 })
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil {
			t.Error("the query is done")
		}
		waitFor(t, "the engine stops computing", quiet)
	})
}

// The engine itself refuses what ParseQuery refuses.
func TestCSVOnlyReads(t *testing.T) {
	s := open(t, csvConfig(), Options{SchemaSQL: bedSchema, Files: fstest.MapFS{"bed.csv": {Data: []byte("id,ward\n1,K\n")}}})
	path := filepath.Join(t.TempDir(), "out")
	for _, text := range []string{
		"INSERT INTO bed (id, ward) VALUES (2, 'L')", "UPDATE bed SET ward = 'L'", "DELETE FROM bed", "TRUNCATE TABLE bed",
		"DROP TABLE bed", "CREATE TABLE other (a INT)", "ALTER TABLE bed ADD COLUMN x INT", "CREATE DATABASE other", "DROP DATABASE warehouse",
		"CREATE VIEW v AS SELECT 1", "CREATE INDEX i ON bed (ward)", "CREATE USER u", "SELECT 1 INTO OUTFILE '" + path + "'", "RENAME TABLE bed TO b",
	} {
		if _, err := s.db.ExecContext(t.Context(), text); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the engine wrote a file")
	}
	if err := os.WriteFile(path, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	var content any
	if err := s.db.QueryRowContext(t.Context(), "SELECT LOAD_FILE('"+path+"')").Scan(&content); err == nil && content != nil {
		t.Errorf("the engine reads files: %s", content)
	}
	if got := queryValue(t, s, "SELECT GROUP_CONCAT(ward) AS w FROM bed"); got != "K" {
		t.Errorf("wards %s, want K", got)
	}
}

func TestCSVReloads(t *testing.T) {
	dir := t.TempDir()
	write := func(content string, age time.Duration) {
		t.Helper()
		path := filepath.Join(dir, "bed.csv")
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(path+".new", at, at); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	}
	write("id,ward,beds\n1,K,10\n2,L,20\n", time.Hour)
	var log logtest.Log
	c := csvConfig()
	c.Folder = dir
	s := open(t, c, Options{SchemaSQL: bedSchema, Files: os.DirFS(dir), Logger: slog.New(slog.NewTextHandler(&log, nil))})

	fault := "source warehouse: " + dir + `/bed.csv:2: column beds: is text, not SMALLINT; write a whole number from -32768 to 32767`

	// Each query sees the files before a change or after it, or fails, and never
	// sees a mix.
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				r, err := s.Query(ctx, query(t, "SELECT SUM(a.beds) AS a, (SELECT SUM(b.beds) FROM bed AS b) AS b FROM bed AS a"), QueryOptions{AsOf: time.Now()})
				if ctx.Err() != nil {
					return
				}
				if err != nil && err.Error() == fault {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if r.Rows[0][0] != r.Rows[0][1] {
					t.Errorf("one query sees two states: %v", r.Rows[0])
				}
			}
		})
	}
	sum := func() string { return queryValue(t, s, "SELECT SUM(beds) AS s FROM bed") }
	if got := sum(); got != "30" {
		t.Errorf("%s beds, want 30", got)
	}
	write("id,ward,beds\n1,K,11\n2,L,20\n", time.Minute)
	waitFor(t, "the changed file is read", func() bool { return sum() == "31" })

	write("id,ward,beds\n1,K,eleven\n", time.Second)
	ask := func() error {
		_, err := s.Query(t.Context(), query(t, "SELECT SUM(beds) AS s FROM bed"), QueryOptions{AsOf: time.Now()})
		return err
	}
	waitFor(t, "the bad file is noticed", func() bool { return ask() != nil })
	begin := time.Now()
	waitFor(t, "two more checks", func() bool { return ask() == nil || time.Since(begin) > 2*csvfolder.CheckInterval })
	_, prepareErr := s.Prepare(t.Context(), query(t, "SELECT id FROM bed"))
	for what, err := range map[string]error{"Query": ask(), "Prepare": prepareErr} {
		if err == nil || err.Error() != fault || !errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v\nwant %s", what, err, fault)
		}
	}
	if err := s.Ping(t.Context()); err == nil || err.Error() != fault || s.Up() {
		t.Errorf("Ping: %v, Up: %t", err, s.Up())
	}
	if want := `bed.csv:2: column beds: is text, not SMALLINT; write a whole number from -32768 to 32767`; log.Count("source is down") != 1 || !strings.Contains(log.String(), want) {
		t.Errorf("want once in the log: %s\n%s", want, log.String())
	}
	write("id,ward,beds\n1,K,12\n", 0)
	waitFor(t, "the corrected file is read", func() bool { return ask() == nil })
	if got := sum(); got != "12" || !s.Up() {
		t.Errorf("%s beds, want 12; Up: %t", got, s.Up())
	}
	stop()
	readers.Wait()
}

// lockedFS is a folder whose files cannot be opened while it is locked.
type lockedFS struct {
	fstest.MapFS
	locked bool
}

func (f *lockedFS) Open(name string) (fs.File, error) {
	if f.locked && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f.MapFS.Open(name)
}

// When a file becomes readable, its size and time stay the same.
func TestCSVReadsFileThatBecameReadable(t *testing.T) {
	files := &lockedFS{MapFS: fstest.MapFS{"bed.csv": {Data: []byte("id,ward,beds\n1,K,10\n")}}}
	var log logtest.Log
	s := open(t, csvConfig(), Options{SchemaSQL: bedSchema, Files: files, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ask := func() error {
		_, err := s.Query(t.Context(), query(t, "SELECT 1 AS n FROM bed"), QueryOptions{AsOf: time.Now()})
		return err
	}
	files.MapFS["bed.csv"] = &fstest.MapFile{Data: []byte("id,ward,beds\n1,K,11\n"), ModTime: time.Now()}
	files.locked = true
	waitFor(t, "the locked file is noticed", func() bool { return ask() != nil })
	if err, want := ask(), "source warehouse: sample/bed.csv: open bed.csv: permission denied"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	begin := time.Now()
	waitFor(t, "two more checks", func() bool { return ask() == nil || time.Since(begin) > 2*csvfolder.CheckInterval })
	if got := log.Count("source is down"); got != 1 || !strings.Contains(log.String(), "source_name=warehouse") {
		t.Errorf("logged %d times:\n%s", got, log.String())
	}
	files.locked = false
	waitFor(t, "the file is read again", func() bool { return ask() == nil })
	if got := queryValue(t, s, "SELECT beds FROM bed"); got != "11" {
		t.Errorf("%s beds, want 11", got)
	}
}

func TestCSVSaysNothingOnStandardError(t *testing.T) {
	old := os.Stderr
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr = write
	said := make(chan string)
	go func() {
		var b strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := read.Read(buffer)
			b.Write(buffer[:n])
			if err != nil {
				said <- b.String()
				return
			}
		}
	}()
	s := open(t, csvConfig(), Options{SchemaSQL: bedSchema, Files: fstest.MapFS{"bed.csv": {Data: []byte("id,ward\n1,K\n")}}})
	_, err = s.Query(t.Context(), query(t, "SELECT nothing FROM bed"), QueryOptions{AsOf: time.Now()})
	if err == nil {
		t.Error("an unknown column is accepted")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	os.Stderr = old
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-said; got != "" {
		t.Errorf("on standard error:\n%s", got)
	}
}

func BenchmarkCSVOpen(b *testing.B) {
	for b.Loop() {
		manyBeds(b)
	}
}

func BenchmarkCSVGroup(b *testing.B) {
	s := manyBeds(b)
	q := query(b, "SELECT ward, SUM(beds) AS beds FROM bed GROUP BY ward")
	for b.Loop() {
		if _, err := s.Query(b.Context(), q, QueryOptions{AsOf: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
}
