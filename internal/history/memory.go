package history

import (
	"context"
	"sync"
	"time"

	"planwatch/collectors"
	"planwatch/internal/warehouse"
)

// mostRemembered bounds what a memory holds, in rows.
const mostRemembered = 100_000

// memory has a source asked once about the ends of the periods at which figures
// about people are published: every moment of a year goes through the same ones.
type memory struct {
	ask     collectors.Ask
	lock    sync.Mutex
	answers map[time.Time]*warehouse.Result
	rows    int
}

func newMemory(ask collectors.Ask) *memory {
	return &memory{ask: ask, answers: map[time.Time]*warehouse.Result{}}
}

// asking is the Ask of a run as of a moment. The moment itself is not remembered.
func (m *memory) asking(at time.Time) collectors.Ask {
	return func(ctx context.Context, moment time.Time) (*warehouse.Result, error) {
		if moment.Equal(at) {
			return m.ask(ctx, moment)
		}
		moment = moment.UTC()
		m.lock.Lock()
		known := m.answers[moment]
		m.lock.Unlock()
		if known != nil {
			return known, nil
		}
		answer, err := m.ask(ctx, moment)
		if err != nil {
			return nil, err
		}
		m.lock.Lock()
		defer m.lock.Unlock()
		if m.rows += len(answer.Rows); m.rows <= mostRemembered {
			m.answers[moment] = answer
		}
		return answer, nil
	}
}
