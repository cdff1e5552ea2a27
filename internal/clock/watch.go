package clock

import (
	"context"
	"time"
)

// Slack is how far the wall clock may be set without anybody noticing.
const Slack = time.Minute

// Watch calls set within a second of when the wall clock was set by more than Slack, or
// the machine went on after it was suspended, with how far: below zero for back. It
// returns when ctx ends. Timers do not notice either.
func Watch(ctx context.Context, set func(by time.Duration)) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		// What the wall clock shows, less the time that has passed.
		if by := now.Round(0).Sub(last.Round(0)) - now.Sub(last); by.Abs() > Slack {
			set(by)
		}
		last = now
	}
}
