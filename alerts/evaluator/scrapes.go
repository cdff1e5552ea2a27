package evaluator

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
)

// up is the series in which the scraper stores whether a scrape succeeded.
const up = "up"

// scrapes is the storage as the scraper sees it. It knows which scrapes have
// succeeded and were stored.
type scrapes struct {
	storage.Appendable
	ready func() error
	// whole is whether all figures were there when the newest scrape began.
	whole atomic.Bool
	// stored receives when a scrape was stored, and complete when one with all
	// figures was.
	stored, complete chan struct{}
}

func newScrapes(to storage.Appendable, ready func() error) *scrapes {
	if ready == nil {
		ready = func() error { return nil }
	}
	return &scrapes{Appendable: to, ready: ready, stored: make(chan struct{}, 1), complete: make(chan struct{}, 1)}
}

// handler answers scrapes from metrics.
func (s *scrapes) handler(metrics http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.whole.Store(s.ready() == nil)
		metrics.ServeHTTP(w, r)
	})
}

// Appender implements storage.Appendable.
func (s *scrapes) Appender(ctx context.Context) storage.Appender {
	return &scrapeAppender{Appender: s.Appendable.Appender(ctx), scrapes: s}
}

// ended records that a scrape was stored.
func (s *scrapes) ended() {
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
	storage.Appender
	scrapes *scrapes
	up      bool
}

// Append implements storage.Appender.
func (a *scrapeAppender) Append(ref storage.SeriesRef, series labels.Labels, at int64, value float64) (storage.SeriesRef, error) {
	if series.Get(labels.MetricName) == up {
		a.up = value == 1
	}
	return a.Appender.Append(ref, series, at, value)
}

// Commit implements storage.Appender.
func (a *scrapeAppender) Commit() error {
	err := a.Appender.Commit()
	if err == nil && a.up {
		a.scrapes.ended()
	}
	return err
}
