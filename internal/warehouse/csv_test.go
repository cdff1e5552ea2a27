//go:build gms_pure_go

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
	"syscall"
	"testing"
	"testing/fstest"
	"time"
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
	r, err := s.Query(t.Context(), query(t, "SELECT id, ward, note, beds, share, since, at, weight, small, kind FROM bed ORDER BY id"), Run{AsOf: time.Now()})
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
	if got := one(t, s, "SELECT COUNT(*) FROM unused"); got != "0" {
		t.Errorf("%s rows in a table without a file", got)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	asOf := time.Date(2025, 10, 26, 0, 31, 0, 0, time.UTC) // the first time that clocks show 02:31
	r, err = s.Query(t.Context(), query(t, "SELECT CAST('2025-10-26 02:30:00' AS DATETIME) AS at"), Run{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Rows[0][0].String(), "2025-10-26T02:30:00+02:00"; got != want {
		t.Errorf("read at %s: %s, want %s", asOf, got, want)
	}
}

func TestCSVRefusesFiles(t *testing.T) {
	const header = "id,ward,note,beds,share,since,at,weight,small,kind\n"
	for name, test := range map[string]struct{ file, content, want string }{
		"text for a number":   {"bed.csv", header + "1,K,,many,,,,,,open\n", `sample/bed.csv:2: column beds: "many" is not SMALLINT`},
		"decimal for integer": {"bed.csv", header + "1,K,,1.5,,,,,,open\n", `sample/bed.csv:2: column beds: "1.5" is not SMALLINT`},
		"out of range":        {"bed.csv", header + "1,K,,40000,,,,,,open\n", `sample/bed.csv:2: column beds: "40000" is not SMALLINT`},
		"negative unsigned":   {"bed.csv", header + "1,K,,,,,,,-1,open\n", `sample/bed.csv:2: column small: "-1" is not TINYINT UNSIGNED`},
		"not finite":          {"bed.csv", header + "1,K,,,,,,NaN,,open\n", `sample/bed.csv:2: column weight: "NaN" is not DOUBLE`},
		"no decimal":          {"bed.csv", header + "1,K,,,\"1,5\",,,,,open\n", `sample/bed.csv:2: column share: "1,5" is not DECIMAL(6,2)`},
		"too many decimals":   {"bed.csv", header + "1,K,,,1.505,,,,,open\n", `sample/bed.csv:2: column share: "1.505" has more decimals than DECIMAL(6,2)`},
		"decimal too great":   {"bed.csv", header + "1,K,,,12345,,,,,open\n", `sample/bed.csv:2: column share: "12345" is not DECIMAL(6,2)`},
		"no such day":         {"bed.csv", header + "1,K,,,,2025-02-30,,,,open\n", `sample/bed.csv:2: column since: "2025-02-30" is not DATE`},
		"time in a date":      {"bed.csv", header + "1,K,,,,2025-02-01 08:00:00,,,,open\n", `sample/bed.csv:2: column since: "2025-02-01 08:00:00" is not DATE`},
		"no time":             {"bed.csv", header + "1,K,,,,,noon,,,open\n", `sample/bed.csv:2: column at: "noon" is not DATETIME`},
		"too long":            {"bed.csv", header + "1,Ortopedkliniken,,,,,,,,open\n", `sample/bed.csv:2: column ward: "Ortopedkliniken" is not VARCHAR(10)`},
		"not of the enum":     {"bed.csv", header + "1,K,,,,,,,,shut\n", `sample/bed.csv:2: column kind: "shut" is not ENUM('OPEN','CLOSED')`},
		"empty number":        {"bed.csv", header + ",K,,,,,,,,open\n", `sample/bed.csv:2: column id: empty, and cannot be NULL`},
		"not utf-8":           {"bed.csv", header + "1,\xe5,,,,,,,,open\n", `sample/bed.csv:2: column ward: "\xe5" is not UTF-8`},
		"same key":            {"bed.csv", header + "1,K,,,,,,,,open\n2,K,,,,,,,,open\n1,L,,,,,,,,open\n", `sample/bed.csv:4: the same primary key as line 2`},
		"key of two columns":  {"unused.csv", "a,b\n1,12\n11,2\n1,12\n", `sample/unused.csv:4: the same primary key as line 2`},
		"too few fields":      {"bed.csv", header + "1,K\n", `sample/bed.csv:2: more or fewer fields than the header`},
		"line of a long row":  {"bed.csv", header + "1,\"K\nL\",,,,,,,,open\n2,K,,x,,,,,,open\n", `sample/bed.csv:4: column beds: "x" is not SMALLINT`},
		"open quotation":      {"bed.csv", header + "1,\"K\n", `sample/bed.csv:2: extraneous or missing " in quoted-field`},
		"unknown column":      {"bed.csv", "id,ward,beds,bed\n", `sample/bed.csv:1: table bed has no column "bed"`},
		"column twice":        {"bed.csv", "id,ward,ID\n", `sample/bed.csv:1: column ID stands there twice`},
		"missing column":      {"bed.csv", "id,beds\n1,2\n", `sample/bed.csv:1: column ward is missing, and cannot be NULL`},
		"semicolons":          {"bed.csv", "id;ward\n1;K\n", `sample/bed.csv:1: fields are separated by commas`},
		"empty file":          {"bed.csv", "", `sample/bed.csv:1: empty; the first line names the columns`},
		"no table":            {"beds.csv", "id\n", `sample/beds.csv: the schema has no table beds`},
		"no files":            {"beds.txt", "id\n", `folder sample: no CSV files`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), csvConfig(), Options{Name: "warehouse", SchemaSQL: bedSchema, Files: fstest.MapFS{test.file: {Data: []byte(test.content)}}})
			if want := "source warehouse: " + test.want; err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

func TestCSVRefusesSchemas(t *testing.T) {
	for name, test := range map[string]struct{ schema, want string }{
		"insert":     {"CREATE TABLE a (b INT);\nINSERT INTO a VALUES (1);", `schema.sql:2: "INSERT" is not CREATE TABLE, and a schema is nothing else`},
		"syntax":     {"\nCREATE TABLE a (b INTT)", `schema.sql:2: syntax error at position 23 near 'INTT'`},
		"nothing":    {"-- later", `schema.sql: no CREATE TABLE`},
		"generated":  {"CREATE TABLE a (b INT, c INT AS (b + 1))", `schema.sql: table a: column c: a CSV file cannot hold what the database would compute; make it a plain column`},
		"open quote": {"CREATE TABLE a (b INT) COMMENT 'x", `schema.sql:1: a quotation (') does not end`},
	} {
		t.Run(name, func(t *testing.T) {
			c := csvConfig()
			c.Schema = "schema.sql"
			_, err := Open(t.Context(), c, Options{Name: "warehouse", SchemaSQL: test.schema, Files: fstest.MapFS{"a.csv": {Data: []byte("b\n1\n")}}})
			if want := "source warehouse: " + test.want; err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

// manyBeds are so many that a join of them with themselves does not end.
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
		for _, p := range s.backend.(*csvBackend).engine.ProcessList.Processes() {
			if p.Command == "Query" {
				return false
			}
		}
		return true
	}
	// rests waits until the process, which is the engine, hardly computes.
	rests := func() bool {
		before := cpuTime(t)
		begin := time.Now()
		waitFor(t, "a moment passes", func() bool { return time.Since(begin) > 200*time.Millisecond })
		return cpuTime(t)-before < 60*time.Millisecond
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
			_, err := s.Query(t.Context(), query(t, text), Run{AsOf: begin, Timeout: 300 * time.Millisecond})
			if want := "source warehouse: q.sql: the query ran longer than 300ms"; err == nil || err.Error() != want || !errors.Is(err, ErrTimeout) || errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v\nwant %s", err, want)
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("ended after %s only", took)
			}
			waitFor(t, "nothing is left in the engine", idle)
			waitFor(t, "the engine rests", rests)
			if !s.Up() {
				t.Error("a timeout leaves the source down")
			}
		})
	}

	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := s.Query(ctx, query(t, endless), Run{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return !idle() })
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		waitFor(t, "nothing is left in the engine", idle)
		waitFor(t, "the engine rests", rests)
	})

	t.Run("too many rows", func(t *testing.T) {
		_, err := s.Query(t.Context(), query(t, "SELECT a.id FROM bed AS a CROSS JOIN bed AS b"), Run{AsOf: time.Now(), MaxRows: 500})
		if want := "source warehouse: q.sql: too many rows: more than 500 rows; raise max_series or aggregate in the query"; err == nil || err.Error() != want || !errors.Is(err, ErrTooManyRows) {
			t.Errorf("got %v\nwant %s", err, want)
		}
		waitFor(t, "nothing is left in the engine", idle)
		waitFor(t, "the engine rests", rests)
	})

	t.Run("closed", func(t *testing.T) {
		s := manyBeds(t)
		done := make(chan error)
		go func() {
			_, err := s.Query(context.Background(), query(t, endless), Run{AsOf: time.Now()})
			done <- err
		}()
		waitFor(t, "the query runs", func() bool { return len(s.slots) > 0 })
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil {
			t.Error("the query is done")
		}
		waitFor(t, "the engine rests", rests)
	})
}

func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// What ParseQuery would refuse, the engine refuses too.
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
	if got := one(t, s, "SELECT GROUP_CONCAT(ward) AS w FROM bed"); got != "K" {
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
	var log logBuffer
	c := csvConfig()
	c.Folder = dir
	s := open(t, c, Options{SchemaSQL: bedSchema, Files: os.DirFS(dir), Logger: slog.New(slog.NewTextHandler(&log, nil))})

	fault := "source warehouse: " + dir + `/bed.csv:2: column beds: "eleven" is not SMALLINT`

	// Each reader sees the one state or the other or the fault, never a mix.
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				r, err := s.Query(ctx, query(t, "SELECT SUM(a.beds) AS a, (SELECT SUM(b.beds) FROM bed AS b) AS b FROM bed AS a"), Run{AsOf: time.Now()})
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
					t.Errorf("one query, two states: %v", r.Rows[0])
				}
			}
		})
	}
	sum := func() string { return one(t, s, "SELECT SUM(beds) AS s FROM bed") }
	if got := sum(); got != "30" {
		t.Errorf("%s beds, want 30", got)
	}
	write("id,ward,beds\n1,K,11\n2,L,20\n", time.Minute)
	waitFor(t, "the changed file is read", func() bool { return sum() == "31" })

	write("id,ward,beds\n1,K,eleven\n", time.Second)
	ask := func() error {
		_, err := s.Query(t.Context(), query(t, "SELECT SUM(beds) AS s FROM bed"), Run{AsOf: time.Now()})
		return err
	}
	waitFor(t, "the bad file is noticed", func() bool { return ask() != nil })
	begin := time.Now()
	waitFor(t, "two more looks", func() bool { return ask() == nil || time.Since(begin) > 2*lookEvery })
	_, prepareErr := s.Prepare(t.Context(), query(t, "SELECT id FROM bed"))
	for what, err := range map[string]error{"Query": ask(), "Prepare": prepareErr} {
		if err == nil || err.Error() != fault || errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v\nwant %s", what, err, fault)
		}
	}
	if err := s.Ping(t.Context()); err != nil || !s.Up() {
		t.Errorf("Ping: %v, Up: %t", err, s.Up())
	}
	if want := `bed.csv:2: column beds: \"eleven\" is not SMALLINT`; log.count("not in order") != 1 || !strings.Contains(log.String(), want) {
		t.Errorf("want once in the log: %s\n%s", want, log.String())
	}
	write("id,ward,beds\n1,K,12\n", 0)
	waitFor(t, "the mended file is read", func() bool { return ask() == nil })
	if got := sum(); got != "12" {
		t.Errorf("%s beds, want 12", got)
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

// A right to read that comes back leaves no trace in a file's size and time.
func TestCSVReadsAgainWhatItMayReadAgain(t *testing.T) {
	files := &lockedFS{MapFS: fstest.MapFS{"bed.csv": {Data: []byte("id,ward,beds\n1,K,10\n")}}}
	var log logBuffer
	s := open(t, csvConfig(), Options{SchemaSQL: bedSchema, Files: files, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ask := func() error {
		_, err := s.Query(t.Context(), query(t, "SELECT 1 AS n FROM bed"), Run{AsOf: time.Now()})
		return err
	}
	files.MapFS["bed.csv"] = &fstest.MapFile{Data: []byte("id,ward,beds\n1,K,11\n"), ModTime: time.Now()}
	files.locked = true
	waitFor(t, "the locked file is noticed", func() bool { return ask() != nil })
	if err, want := ask(), "source warehouse: sample/bed.csv: open bed.csv: permission denied"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	begin := time.Now()
	waitFor(t, "two more looks", func() bool { return ask() == nil || time.Since(begin) > 2*lookEvery })
	if got := log.count("not in order"); got != 1 || !strings.Contains(log.String(), "source_name=warehouse") {
		t.Errorf("logged %d times:\n%s", got, log.String())
	}
	files.locked = false
	waitFor(t, "the file is read again", func() bool { return ask() == nil })
	if got := one(t, s, "SELECT beds FROM bed"); got != "11" {
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
	_, err = s.Query(t.Context(), query(t, "SELECT nothing FROM bed"), Run{AsOf: time.Now()})
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

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"id,ward\n1,K\n", "id,ward,beds\n1,\"K\n", "\ufeffid,ward,at\n1,K,2025-03-18\n", "id\n", "id,ward,share\n1,,0.10\n", ",\n"} {
		f.Add(seed)
	}
	tables, err := readSchema(f.Context(), "schema.sql", bedSchema)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content string) {
		folder := &folder{label: "sample", tables: tables, files: fstest.MapFS{"bed.csv": {Data: []byte(content)}}, log: slog.New(slog.DiscardHandler)}
		if err := folder.open(); err != nil {
			if !strings.HasPrefix(err.Error(), "sample/bed.csv:") {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		for i, row := range folder.data.Load().tables["bed"].rows {
			for j, column := range tables["bed"].schema.Schema {
				if row[j] == nil && !column.Nullable {
					t.Errorf("row %d: column %s is NULL", i, column.Name)
				}
			}
		}
	})
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
		if _, err := s.Query(b.Context(), q, Run{AsOf: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
}
