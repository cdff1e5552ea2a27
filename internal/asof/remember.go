package asof

import (
	"context"
	"maps"
	"sync"
	"time"

	"planwatch/collectors"
	"planwatch/internal/warehouse"
)

// question is what a collector asks of its source.
type question struct {
	collector string
	moment    time.Time
}

// answer is what a source answered.
type answer struct {
	result *warehouse.Result
	// asked is the run that it was last asked for in.
	asked int
}

// memory has each question asked once.
type memory struct {
	mu sync.Mutex
	// keep is for how many runs an answer is kept that is not asked for.
	keep, run int
	answers   map[question]*answer
}

// Remember has the sources asked each question once, for those who collect for
// many moments: figures that accumulate are asked for at the same ends of periods
// every time. An answer is kept until it has not been asked for in keep runs.
func (c *Collectors) Remember(keep int) {
	m := &memory{keep: keep, answers: map[question]*answer{}}
	c.remembered = m
	asking := c.asking
	c.asking = func(d *collectors.Definition) collectors.Ask {
		ask := asking(d)
		return func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
			q := question{d.Collector, moment.UTC()}
			if known := m.get(q); known != nil {
				return known, nil
			}
			result, err := ask(ctx, moment)
			if err == nil {
				m.put(q, result)
			}
			return result, err
		}
	}
}

func (m *memory) get(q question) *warehouse.Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.answers[q]
	if known == nil {
		return nil
	}
	known.asked = m.run
	return known.result
}

func (m *memory) put(q question, result *warehouse.Result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers[q] = &answer{result, m.run}
}

// begin begins a run, and forgets what has not been asked for.
func (m *memory) begin() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.run++
	maps.DeleteFunc(m.answers, func(_ question, a *answer) bool { return m.run-a.asked > m.keep })
}
