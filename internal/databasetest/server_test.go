package databasetest

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"
)

const schema = `CREATE TABLE ward (
  name VARCHAR(40) NOT NULL PRIMARY KEY,
  note VARCHAR(40),
  remark VARCHAR(40) NOT NULL,
  beds INT DEFAULT 7
); CREATE TABLE unused (id INT);`

func TestServer(t *testing.T) { Each(t, testServer) }

func testServer(t *testing.T, engine Engine) {
	s := Start(t, On(engine), WithTCP())
	s.Load(schema, fstest.MapFS{"ward.csv": {Data: []byte("remark,name,note\n,Kirurgi,\n\"a\tb\n\\c\",Ortopedi,NULL\n")}})
	read := func() [4]int {
		t.Helper()
		var got [4]int
		if err := s.Root().QueryRowContext(t.Context(), `SELECT COUNT(*), SUM(note IS NULL), SUM(remark IN ('', 'a\tb\n\\c')), SUM(beds)
			FROM warehouse.ward`).Scan(&got[0], &got[1], &got[2], &got[3]); err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := [4]int{2, 1, 2, 14}
	if got := read(); got != want {
		t.Errorf("after Load: %v, want %v", got, want)
	}
	s.Stop()
	if _, err := os.Stat(s.Socket()); err == nil {
		t.Error("the socket outlives the server")
	}
	s.StartAgain()
	if got := read(); got != want {
		t.Errorf("after StartAgain: %v, want %v", got, want)
	}
	if running := s.RunningQueries(); len(running) != 0 {
		t.Errorf("running queries: %q", running)
	}

	s.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Root().PingContext(ctx); err == nil {
		t.Error("a frozen server answers")
	}
	s.Thaw()
	if got := read(); got != want {
		t.Errorf("after Thaw: %v, want %v", got, want)
	}
	// Cleanup must end a frozen server too.
	s.Freeze()
}
