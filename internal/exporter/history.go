package exporter

import (
	"context"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/forecast"
	"planwatch/internal/history"
	"planwatch/plan"
)

// How often the courses are made anew: while the past is being read, and
// otherwise, since what is a month ago changes.
const (
	courseInterval = 5 * time.Second
	courseMaxAge   = time.Hour
)

// openHistory opens the store of past figures, unless it is open. Without it
// everything else goes on, and a reload tries again.
func (e *Exporter) openHistory(ctx context.Context) {
	if e.history != nil || e.directory.Hold() != nil {
		return // which has been logged
	}
	store, err := history.Open(ctx, e.directory.Path(), e.logger)
	if err != nil {
		e.logger.Error("history cannot be kept", "err", err)
		return
	}
	e.history = store
}

func (e *Exporter) closeHistory() error {
	if e.history == nil {
		return nil
	}
	return e.history.Close()
}

// newFiller makes what reads the past of the generation's collectors; nil without
// a store.
func (g *generation) newFiller(ctx context.Context) *history.Filler {
	if g.history == nil {
		return nil
	}
	var subjects []history.Subject
	for _, c := range g.collectors {
		if err := c.definition.Replays(); err != nil {
			g.logger.Info("the collector has no history", "collector", c.name(), "why", err)
			continue
		}
		subjects = append(subjects, history.Subject{
			Definition: c.definition, Key: history.Key{Collector: c.name(), Fingerprint: c.fingerprint}, Ask: c.definition.Asking(c.source),
		})
	}
	return history.NewFiller(ctx, subjects, g.region.History, g.history, g.readElsewhere(), g.clock, g.logger)
}

// foresight is what forecasts are made from: how figures went, as far as that is known.
type foresight struct {
	book *course.Book
	// known is whether enough of the past has been read. Until then there are no
	// forecasts: they would change with what is read.
	known bool
}

func (g *generation) foresight() foresight {
	return foresight{book: g.courses.Load(), known: g.filler == nil || g.filler.Progress().Coarse}
}

// foresee sets the forecast of an assessment.
func (f foresight) foresee(a *plan.Assessment, location *time.Location) {
	switch {
	case f.known:
		f.book.ForeseeOne(a, location)
	case a.Forecast != nil:
		a.Forecast, a.Outlook, a.NoForecast = nil, nil, forecast.NotRead
	}
}

// makeCourses makes the courses of what is kept now.
func (g *generation) makeCourses(ctx context.Context) {
	book, err := course.New(ctx, g.region, g.history, g.clock.Now(), true)
	switch {
	case err == nil:
		g.courses.Store(book)
	case ctx.Err() == nil:
		g.logger.Warn("the past cannot be shown", "err", err)
	}
}

// keepCourses makes the courses anew when more of the past has been read, until
// ctx ends.
func (g *generation) keepCourses(ctx context.Context) {
	for {
		began := time.Now()
		g.makeCourses(ctx)
		select {
		case g.coursesMade <- struct{}{}:
		default:
		}
		if !sleep(ctx, courseInterval-time.Since(began)) {
			return
		}
		old := time.NewTimer(courseMaxAge)
		select {
		case <-g.filler.Changed():
		case <-old.C:
		case <-ctx.Done():
		}
		old.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// sleep reports whether ctx still stands after the time.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// History is how far the reading of the past has come; ok is false where it cannot
// be kept.
func (e *Exporter) History() (p history.Progress, ok bool) {
	f := e.current.Load().filler
	if f == nil {
		return history.Progress{}, false
	}
	return f.Progress(), true
}
