// Package subscription is a calendar at an address that is fetched again and
// again. The last good one is kept, and used while the address does not answer.
package subscription

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"planwatch/internal/diskfile"
	"planwatch/internal/icalendar"
	"planwatch/internal/storage"
)

// Interval is how long lies between two fetches.
const Interval = 15 * time.Minute

// Options configure a Subscription.
type Options struct {
	// Rota is the id of the rota whose calendar it is.
	Rota string
	// URLFile is the file with the address alone. It is read at each fetch, since
	// the address may hold a secret that changes.
	URLFile string
	// Kept is the file that the last good one is kept in. Its directory is made.
	Kept string
	// Check returns why what was fetched cannot be used, or nil.
	Check  func(data []byte) error
	Logger *slog.Logger
}

// Subscription is a calendar at an address. Its methods are called by one goroutine
// at a time.
type Subscription struct {
	options Options
	// data is the last good calendar, nil before there is one.
	data []byte
	// seen is what the address said of data, and from where it came.
	seen validators
	// failing is whether the last fetch failed, so that this is told once.
	failing bool
	// unkept is whether data is not on the disk yet, and diskFailing whether that
	// has been told.
	unkept, diskFailing bool
}

// New makes a Subscription with what was kept before a restart. What cannot be
// used is left out, and told.
func New(o Options) *Subscription {
	s := &Subscription{options: o}
	storage.RemoveTemporary(o.Kept)
	data, err := diskfile.Read(o.Kept, icalendar.MaxBytes)
	if err == nil {
		err = o.Check(data)
	}
	switch {
	case err == nil:
		s.data = data
	case !errors.Is(err, os.ErrNotExist):
		o.Logger.Warn("what was kept of a calendar cannot be used", "rota", o.Rota, "file", o.Kept, "err", err)
	}
	return s
}

// Data returns the last good calendar, or nil if there was none yet.
func (s *Subscription) Data() []byte { return s.data }

// Run fetches until ctx ends, at once and then at each interval, and after each
// try calls use with the last good calendar, if there is one. It may be the same
// as before.
func (s *Subscription) Run(ctx context.Context, interval time.Duration, use func(data []byte)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		s.fetch(ctx)
		if s.data != nil && ctx.Err() == nil {
			use(s.data)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// fetch fetches once.
func (s *Subscription) fetch(ctx context.Context) {
	data, seen, err := s.ask(ctx)
	if ctx.Err() != nil {
		return
	}
	if err == nil && data != nil {
		err = s.options.Check(data)
	}
	if err != nil {
		if !s.failing {
			s.options.Logger.Warn("a calendar cannot be fetched; the last good one is used", "rota", s.options.Rota, "any", s.data != nil, "err", err)
		}
		s.failing = true
		return
	}
	if s.failing {
		s.options.Logger.Info("a calendar is fetched again", "rota", s.options.Rota)
		s.failing = false
	}
	if data != nil {
		s.unkept = s.unkept || s.data == nil || !bytes.Equal(data, s.data)
		s.data, s.seen = data, seen
	}
	if s.unkept {
		s.keep()
	}
}

// keep writes the calendar to the disk.
func (s *Subscription) keep() {
	err := os.MkdirAll(filepath.Dir(s.options.Kept), 0o750)
	if err == nil {
		err = storage.Replace(s.options.Kept, s.data)
	}
	if err != nil && !s.diskFailing {
		s.options.Logger.Error("a calendar is not kept; after a restart, nobody is on duty by it until it is fetched", "rota", s.options.Rota, "err", err)
	}
	s.unkept, s.diskFailing = err != nil, err != nil
}

// ask asks the address. data is nil where it says that nothing has changed.
func (s *Subscription) ask(ctx context.Context) (data []byte, seen validators, err error) {
	address, err := s.address()
	if err != nil {
		return nil, validators{}, err
	}
	known := s.seen
	if known.address != address.String() {
		known = validators{address: address.String()}
	}
	return get(ctx, address, known)
}
