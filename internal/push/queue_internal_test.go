package push

import (
	"fmt"
	"testing"
	"time"
)

func TestQueue(t *testing.T) {
	now := time.Now()
	of := func(age time.Duration, samples int) *entry {
		return &entry{batch: &batch{at: now.Add(-age), values: make([]float64, samples), bytes: int64(samples)}}
	}
	tests := []struct {
		name string
		do   func(q *queue)
		// want is how many samples the entries have that wait, the oldest first, and dropped
		// what was told.
		want    string
		dropped string
	}{
		{"in order", func(q *queue) {
			q.add(of(2*time.Minute, 1))
			q.add(of(time.Minute, 2))
		}, "[1 2]", "[]"},
		{"the oldest goes first", func(q *queue) {
			for i := range 4 {
				q.add(of(time.Minute, 30+i))
			}
		}, "[31 32 33]", "[full 30]"},
		{"several go for a large one", func(q *queue) {
			for i := range 3 {
				q.add(of(time.Minute, 30+i))
			}
			q.add(of(0, 90))
		}, "[90]", "[full 30 full 31 full 32]"},
		{"the newest stays, however large", func(q *queue) {
			q.add(of(time.Minute, 1))
			q.add(of(0, 1000))
		}, "[1000]", "[full 1]"},
		{"too old", func(q *queue) {
			q.add(of(59*time.Minute, 1))
			q.add(of(58*time.Minute, 2))
			q.bound(100, 58*time.Minute+30*time.Second)
		}, "[2]", "[expired 1]"},
		{"too old when it comes", func(q *queue) { q.add(of(2*time.Hour, 1)) }, "[]", "[expired 1]"},
		{"what is being sent is not dropped", func(q *queue) {
			q.add(of(time.Minute, 30))
			q.take(1, 1)
			for i := range 3 {
				q.add(of(0, 40+i))
			}
		}, "[30 42]", "[full 40 full 41]"},
		{"unless it is to be sent again", func(q *queue) {
			q.add(of(time.Minute, 30))
			taken, _ := q.take(1, 1)
			taken[0].sample = 10
			for i := range 3 {
				q.add(of(0, 35+i))
			}
			q.bound(60, time.Hour)
			q.release()
		}, "[37]", "[full 35 full 36 full 20]"},
		{"what is being sent together is not dropped", func(q *queue) {
			for i := range 3 {
				q.add(of(time.Duration(3-i)*time.Minute, 10+i))
			}
			q.take(1, 1000)
			for i := range 3 {
				q.add(of(0, 40+i))
			}
		}, "[10 11 12 42]", "[full 40 full 41]"},
		{"some of what was sent together is gone", func(q *queue) {
			for i := range 3 {
				q.add(of(time.Duration(3-i)*time.Minute, 10+i))
			}
			q.take(1, 1000)
			q.remove(2)
			q.add(of(0, 90))
		}, "[90]", "[full 12]"},
		{"what is sent is gone", func(q *queue) {
			q.add(of(time.Minute, 30))
			q.add(of(0, 40))
			q.take(1, 1)
			q.remove(1)
		}, "[40]", "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dropped := []string{}
			var q *queue
			q = newQueue(func(reason string, samples int) {
				dropped = append(dropped, fmt.Sprint(reason, " ", samples))
				if !q.mu.TryLock() {
					t.Fatal("it is told with the queue locked, for which scrapes wait")
				}
				q.mu.Unlock()
			})
			q.bound(100, time.Hour)
			tt.do(q)
			waiting, bytes := []int{}, int64(0)
			for _, e := range q.waiting {
				waiting, bytes = append(waiting, e.samples()), bytes+e.bytes
			}
			if got := fmt.Sprint(waiting); got != tt.want {
				t.Errorf("%s wait, want %s", got, tt.want)
			}
			if got := fmt.Sprint(dropped); got != tt.dropped {
				t.Errorf("dropped %s, want %s", got, tt.dropped)
			}
			if counted, _ := q.state(); counted != bytes {
				t.Errorf("%d bytes are counted of %d", counted, bytes)
			}
		})
	}
}

func TestTake(t *testing.T) {
	now := time.Now()
	of := func(age time.Duration, samples int, external ...label) *entry {
		return &entry{batch: &batch{at: now.Add(-age), values: make([]float64, samples), bytes: int64(samples)}, external: external}
	}
	for _, tt := range []struct {
		name    string
		waiting []*entry
		// want is how many samples the entries have that are taken, and limit how many there
		// may be.
		want  string
		limit int
	}{
		{"nothing waits", nil, "[]", 50},
		{"one", []*entry{of(1, 10)}, "[10]", 50},
		{"as many as there may be", []*entry{of(3, 100), of(2, 101), of(1, 102)}, "[100 101]", 200},
		{"the newest, however large", []*entry{of(1, 900)}, "[900]", 50},
		{"until there may be no more", []*entry{of(4, 80), of(3, 90), of(2, 30), of(1, 1)}, "[80 90 30]", 200},
		{"no more than half of the queue", []*entry{{batch: &batch{at: now.Add(-3), bytes: 300}}, {batch: &batch{at: now.Add(-2), bytes: 200}}, {batch: &batch{at: now.Add(-1), bytes: 1}}}, "[0 0]", 200},
		{"a clock that was set back", []*entry{of(3, 1), of(2, 2), of(5, 3)}, "[1 2]", 200},
		{"the same moment", []*entry{of(3, 1), of(3, 2)}, "[1]", 200},
		{"other labels", []*entry{of(3, 1, label{"replica", "a"}), of(2, 2, label{"replica", "a"}), of(1, 3, label{"replica", "b"})}, "[1 2]", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := newQueue(func(reason string, samples int) { t.Errorf("%d are dropped: %s", samples, reason) })
			q.bound(1000, time.Hour)
			for _, e := range tt.waiting {
				q.add(e)
			}
			taken, limit := q.take(50, 200)
			samples := []int{}
			for _, e := range taken {
				samples = append(samples, e.samples())
			}
			if got := fmt.Sprint(samples); got != tt.want || limit != tt.limit {
				t.Errorf("%s are taken, of %d at most; want %s, of %d", got, limit, tt.want, tt.limit)
			}
		})
	}
}
