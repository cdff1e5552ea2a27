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
			q.take()
			for i := range 3 {
				q.add(of(0, 40+i))
			}
		}, "[30 42]", "[full 40 full 41]"},
		{"unless it is to be sent again", func(q *queue) {
			q.add(of(time.Minute, 30))
			q.take().sample = 10
			for i := range 3 {
				q.add(of(0, 35+i))
			}
			q.bound(60, time.Hour)
			q.release()
		}, "[37]", "[full 35 full 36 full 20]"},
		{"what is sent is gone", func(q *queue) {
			q.add(of(time.Minute, 30))
			q.add(of(0, 40))
			q.take()
			q.remove()
		}, "[40]", "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dropped := []string{}
			q := newQueue(func(reason string, samples int) { dropped = append(dropped, fmt.Sprint(reason, " ", samples)) })
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
