package warehouse

import (
	"strings"
	"testing"
	"time"

	"planwatch/internal/databasetest"
)

func TestMySQLLock(t *testing.T) { databasetest.Each(t, testMySQLLock) }

// One has the lock at a time: another gets it when the first one's connection ends, or
// when the first says nothing for the lease, and the first learns that it has lost it.
func testMySQLLock(t *testing.T, engine databasetest.Engine) {
	t.Parallel()
	server := startServer(t, engine, databasetest.WithTCP())
	s := open(t, mysqlConfig(server.Socket()), Options{})
	lock := func(lease time.Duration) *Lock {
		l, err := s.NewLock("planwatch_norrbotten", lease)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
	take := func(l *Lock) bool {
		held, since, err := l.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if held && time.Since(since) > time.Minute {
			t.Errorf("held since %s", since)
		}
		return held
	}
	const lease = 4 * time.Second
	first, second := lock(lease), lock(lease)
	if !take(first) || take(second) || !take(first) {
		t.Fatal("the first that asks does not have the lock alone")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the lock is free when its holder is gone", func() bool { return take(second) })
	third := lock(lease)
	waitFor(t, "the lock is free when its holder says nothing", func() bool { return take(third) })
	if take(second) {
		t.Error("the second has it still")
	}
	server.Stop()
	if held, _, err := third.Take(t.Context()); held || err == nil || !strings.HasPrefix(err.Error(), "source warehouse: lock planwatch_norrbotten: ") {
		t.Errorf("without a server: %v, %v", held, err)
	}
}
