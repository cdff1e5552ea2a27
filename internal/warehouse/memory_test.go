//go:build gms_pure_go

// This tag builds the embedded engine in; package csvfolder says where its name
// comes from.

package warehouse

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

// A cell of 200 MB takes no memory to speak of, wherever it stands, and the
// error says what to do.
func TestHugeCells(t *testing.T) { databasetest.Each(t, testHugeCells) }

func testHugeCells(t *testing.T, engine databasetest.Engine) {
	const size = 200 << 20
	server := databasetest.Start(t, databasetest.On(engine), databasetest.WithSetting("max_allowed_packet=1G"))
	server.Load("CREATE TABLE note (id INT NOT NULL PRIMARY KEY, text LONGTEXT) ENGINE=MyISAM; CREATE TABLE many (id INT NOT NULL PRIMARY KEY, text MEDIUMTEXT) ENGINE=MyISAM", nil)
	for _, statement := range []string{
		"INSERT INTO warehouse.note SELECT 1, REPEAT('x', 209715200)",
		"INSERT INTO warehouse.many WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, REPEAT('x', 1000000) FROM n",
	} {
		if _, err := server.Root().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	server.CreateReader(testUser, testPassword)
	mariadb := open(t, mysqlConfig(server.Socket()), Options{})
	ask := func(text string, columns ...string) func() error {
		return func() error {
			_, err := mariadb.Query(t.Context(), query(t, text), QueryOptions{AsOf: time.Now(), Columns: columns})
			return err
		}
	}
	const tooLarge = "source warehouse: q.sql: the server's answer is too large; select only the columns that the collector names, and aggregate in the query"
	for name, test := range map[string]struct {
		do    func() error
		limit uint64 // of what is allocated, in MiB
		want  string
	}{
		"a cell that is not used": {ask("SELECT id, text FROM note", "id"), 300, tooLarge},
		"a cell that is a label":  {ask("SELECT id, text FROM note", "id", "text"), 300, tooLarge},
		"many cells":              {ask("SELECT id, text FROM many", "id"), 300, tooLarge},
		"a cell too long to keep": {ask("SELECT id, text FROM many WHERE id < 3", "id", "text"), 300, "source warehouse: q.sql: row 1: column text: has 1000000 bytes; a cell has at most 65536"},
		"some that are not used":  {ask("SELECT id, text FROM many WHERE id < 9", "id"), 300, ""},
		"within the server":       {ask("SELECT LENGTH(text) AS n FROM note", "n"), 10, ""},
		"csv":                     {func() error { return openHuge(t, "id,text\n1,", size/2, "\n") }, 60, "note.csv: the row after 0 others: longer than 1 MiB; a quotation may not be closed, or a column holds documents"},
		"csv, quoted":             {func() error { return openHuge(t, "id,text\n0,a\n1,\"", size/2, "\"\n") }, 60, "note.csv: the row after 1 others: longer than 1 MiB; a quotation may not be closed, or a column holds documents"},
		"csv, first line":         {func() error { return openHuge(t, "", size/2, "") }, 60, "note.csv: longer than 1 MiB; a quotation may not be closed, or a column holds documents"},
		"csv, 200 MB":             {func() error { return openHuge(t, "id,text\n1,", size, "\n") }, 60, "note.csv: with it the files have more than 128 MiB; leave rows out, or use a database, since a csv source is for trying and testing"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := test.do()
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > test.limit {
				t.Errorf("%d MiB were allocated, want %d at most", took, test.limit)
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasSuffix(err.Error(), test.want)) {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
			if csv := strings.HasPrefix(name, "csv"); errors.Is(err, ErrUnavailable) != csv || test.want == tooLarge && (!errors.Is(err, ErrTooMuch) || !mariadb.Up()) {
				t.Errorf("ErrTooMuch %t, ErrUnavailable %t, Up %t", errors.Is(err, ErrTooMuch), errors.Is(err, ErrUnavailable), mariadb.Up())
			}
		})
	}
	waitFor(t, "nothing is left on the server", func() bool { return len(server.RunningQueries()) == 0 })
}

// openHuge opens a folder with a file of that many bytes between two texts, and
// gives what is wrong with it.
func openHuge(t *testing.T, begin string, size int, end string) error {
	t.Helper()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "note.csv"))
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	out.WriteString(begin)
	for range size / 64 {
		out.WriteString("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
	}
	out.WriteString(end)
	if err := errors.Join(out.Flush(), file.Close()); err != nil {
		t.Fatal(err)
	}
	c := csvConfig()
	c.Folder = dir
	s, err := Open(t.Context(), c, Options{Name: "files", SchemaSQL: "CREATE TABLE note (id INT NOT NULL PRIMARY KEY, text LONGTEXT)", Files: os.DirFS(dir)})
	if err != nil {
		t.Fatal(err)
	}
	return errors.Join(s.Ping(t.Context()), s.Close())
}
