package backfill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// Standing is how the figures stood to the plan from one moment until another,
// which is not in it.
type Standing struct {
	From, Until time.Time
	Targets     []plan.Assessment
}

// ReplayOptions are what a Replay is of.
type ReplayOptions struct {
	Period
	// Collectors are names, or none for all collectors.
	Collectors []string
	// Progress is called after each moment.
	Progress func(Progress)
	// Note is called with what may not be meant.
	Note func(string)
}

// Replayed is what a Replay has gone through.
type Replayed struct {
	// From is the first moment, and Until the last.
	From, Until time.Time
	Moments     int
	// Missing are the collectors that could not be asked, or failed at a moment, with
	// the reason, in order of name.
	Missing []string
}

// scrape is how soon planwatch's users see that a figure is withdrawn.
const scrape = time.Minute

// Replay calls each with how a region stood to its plan, from the first moment to
// the last, in order of time. The last is the period's end, whether or not a step
// ends there. As planwatch does, it keeps a collector's last good
// figures where a run fails, until they are older than max_age. A figure that grows
// older than that between two moments has been followed by another where there is
// one at the second: it holds until then.
func Replay(ctx context.Context, region *config.Region, o ReplayOptions, each func(Standing) error) (result Replayed, err error) {
	if o.From == "" {
		return Replayed{}, errors.New("--from is not given; name a moment such as 2024-11-15 or 2024-11-15T08:00")
	}
	c := region.NewClock()
	m, err := o.resolve(region, c.Now().In(region.Location))
	if err != nil {
		return Replayed{}, err
	}
	replayed, reasons, err := replayable(region, o.Collectors)
	if err != nil {
		return Replayed{}, err
	}
	names := make([]string, len(replayed))
	for i, d := range replayed {
		names[i] = d.Collector
		if time.Duration(d.MaxAge) < time.Duration(o.Step) {
			o.Note(fmt.Sprintf("--step %s is longer than the max_age of collector %s, %s: its figures are taken to hold until the next moment", o.Step, d.Collector, d.MaxAge))
		}
	}
	opened, err := asof.Open(ctx, region, names)
	if err != nil {
		return Replayed{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.Remember(1)
	r := &replay{
		adding: newAdding(region, c, names, Flags{Fill: yamlfile.Duration(scrape)}), each: each,
		progress: Progress{Moments: m.toEnd()}, gaps: map[string]gap{}, good: map[string]asof.Run{},
	}
	begun := time.Now()
	for moment := m.first; ; moment = earlier(m.after(moment), m.end) {
		f, err := collect(ctx, opened, m, moment)
		switch {
		case ctx.Err() != nil:
			return Replayed{}, fmt.Errorf("interrupted: %w", context.Cause(ctx))
		case err != nil:
			return Replayed{}, err
		}
		if err := r.take(f); err != nil {
			return Replayed{}, err
		}
		r.progress.Done++
		r.progress.Moment = moment
		r.progress.Left = time.Since(begun) / time.Duration(r.progress.Done) * time.Duration(r.progress.Moments-r.progress.Done)
		o.Progress(r.progress)
		if !moment.Before(m.end) {
			break
		}
	}
	if err := r.tell(nil); err != nil {
		return Replayed{}, err
	}
	return Replayed{
		From: m.first, Until: m.end, Moments: r.progress.Done,
		Missing: missing("not replayed", "where its last figures hold on", reasons, r.gaps, r.progress.Done, region.Location),
	}, nil
}

// replay is a Replay under way.
type replay struct {
	adding *adding
	each   func(Standing) error
	// last is the newest frame, which is told of once the next is known, and good are
	// the newest runs that did not fail, by collector.
	last     *frame
	good     map[string]asof.Run
	gaps     map[string]gap
	progress Progress
}

// take takes the next frame.
func (r *replay) take(f frame) error {
	note(r.gaps, f)
	for i, run := range f.runs {
		name := run.Definition.Collector
		if known, ok := r.good[name]; ok && run.Err != nil {
			f.runs[i] = known
		} else if run.Err == nil {
			r.good[name] = run
		}
	}
	if err := r.tell(r.adding.series(f)); err != nil {
		return err
	}
	r.last = &f
	return nil
}

// tell tells of the newest frame. next are the figures of the one after it, or nil.
func (r *replay) tell(next map[string]bool) error {
	if r.last == nil {
		return nil
	}
	r.adding.next = next
	defer func() { r.adding.next = nil }()
	for s := range r.adding.standings(*r.last) {
		if err := r.each(s); err != nil {
			return err
		}
	}
	return nil
}
