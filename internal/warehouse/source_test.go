package warehouse

import (
	"testing"
	"time"
)

// waitFor waits until the condition holds. what describes it if it does not.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("not within 20 s: %s", what)
		case <-again.C:
		}
	}
}

// open opens a source, and closes it at the end of the test.
func open(t testing.TB, c Config, o Options) *Source {
	t.Helper()
	if o.Name == "" {
		o.Name = "warehouse"
	}
	s, err := Open(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func query(t testing.TB, text string) Query {
	t.Helper()
	q, err := ParseQuery("q.sql", text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// queryValue runs a query that gives one value.
func queryValue(t testing.TB, s *Source, text string) string {
	t.Helper()
	r, err := s.Query(t.Context(), query(t, text), QueryOptions{AsOf: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 1 || len(r.Rows[0]) != 1 {
		t.Fatalf("%s: %d rows", text, len(r.Rows))
	}
	return r.Rows[0][0].String()
}

func location(t testing.TB) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
