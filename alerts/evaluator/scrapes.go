package evaluator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	promstorage "github.com/prometheus/prometheus/storage"
)

// up is the series in which the scraper stores whether a scrape succeeded.
const up = "up"

// scrapes is the storage as the scraper sees it. It knows which scrapes have
// succeeded and were stored.
type scrapes struct {
	promstorage.Appendable
	ready func() error
	// onEnd is called after each scrape.
	onEnd func()
	// whole is whether all figures were there when the newest scrape began.
	whole atomic.Bool
	last  atomic.Pointer[scraped]
	// stored receives when a scrape was stored, and complete when one with all
	// figures was.
	stored, complete chan struct{}
}

// scraped is what is known of the scrapes so far.
type scraped struct {
	// good is when the last one was stored that succeeded; zero if none was.
	good time.Time
	// err is why the newest one was not, or nil.
	err error
}

func newScrapes(o Options, onEnd func()) *scrapes {
	s := &scrapes{
		Appendable: o.Storage.db, ready: o.Ready, onEnd: onEnd,
		stored: make(chan struct{}, 1), complete: make(chan struct{}, 1),
	}
	if s.ready == nil {
		s.ready = func() error { return nil }
	}
	s.last.Store(&scraped{})
	return s
}

// fault returns why there are no figures of this moment to evaluate, where one
// is scraped at that interval; nil if there are.
func (s *scrapes) fault(interval time.Duration) error {
	switch last := s.last.Load(); {
	case last.err != nil:
		return last.err
	case time.Since(last.good) > overdue*interval:
		return fmt.Errorf("no scrape for %s", time.Since(last.good).Round(time.Second))
	}
	return nil
}

// handler answers scrapes from metrics.
func (s *scrapes) handler(metrics http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.whole.Store(s.ready() == nil)
		metrics.ServeHTTP(w, r)
	})
}

// Appender implements storage.Appendable.
func (s *scrapes) Appender(ctx context.Context) promstorage.Appender {
	return &scrapeAppender{Appender: s.Appendable.Appender(ctx), scrapes: s}
}

// ended records the end of a scrape.
func (s *scrapes) ended(err error) {
	defer s.onEnd()
	if err != nil {
		s.last.Store(&scraped{good: s.last.Load().good, err: err})
		return
	}
	s.last.Store(&scraped{good: time.Now()})
	notify(s.stored)
	if s.whole.Load() {
		notify(s.complete)
	}
}

func notify(listener chan<- struct{}) {
	select {
	case listener <- struct{}{}:
	default:
	}
}

// scrapeAppender stores one scrape.
type scrapeAppender struct {
	promstorage.Appender
	scrapes *scrapes
	// reported is whether the scraper has said whether the scrape succeeded, and
	// up what it said.
	reported, up bool
}

// Append implements storage.Appender.
func (a *scrapeAppender) Append(ref promstorage.SeriesRef, series labels.Labels, at int64, v float64) (promstorage.SeriesRef, error) {
	if series.Get(model.MetricNameLabel) == up && !value.IsStaleNaN(v) {
		a.reported, a.up = true, v == 1
	}
	return a.Appender.Append(ref, series, at, v)
}

// Commit implements storage.Appender.
func (a *scrapeAppender) Commit() error {
	err := a.Appender.Commit()
	switch {
	case err != nil:
		a.scrapes.ended(fmt.Errorf("samples are not stored: %w", err))
	case a.reported && a.up:
		a.scrapes.ended(nil)
	case a.reported:
		a.scrapes.ended(errors.New("planwatch does not get its own metrics"))
	}
	return err
}
