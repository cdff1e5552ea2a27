package backfill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
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
// the last, in order of time. As planwatch does, it keeps a collector's last good
// figures where a run fails, until they are older than max_age. Where the step is
// longer than max_age, figures hold until the next moment: runs in between, which
// are not replayed, would have shown others.
func Replay(ctx context.Context, region *config.Region, o ReplayOptions, each func(Standing) error) (result Replayed, err error) {
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
	held := map[string]bool{}
	for i, d := range replayed {
		names[i] = d.Collector
		if time.Duration(d.MaxAge) < time.Duration(o.Step) {
			held[d.Collector] = true
			o.Note(fmt.Sprintf("--step %s is longer than the max_age of collector %s, %s: its figures are taken to hold until the next moment", o.Step, d.Collector, d.MaxAge))
		}
	}
	opened, err := asof.Open(ctx, region, names)
	if err != nil {
		return Replayed{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.Remember(1)
	a := newAdding(region, c, names, scrape)
	result = Replayed{From: m.first, Until: m.end}
	progress := Progress{Moments: m.count()}
	gaps, last, begun := map[string]gap{}, map[string]asof.Run{}, time.Now()
	for moment := m.first; !moment.After(m.end); moment = m.after(moment) {
		f, err := collect(ctx, opened, m, moment)
		switch {
		case ctx.Err() != nil:
			return Replayed{}, fmt.Errorf("interrupted: %w", context.Cause(ctx))
		case err != nil:
			return Replayed{}, err
		}
		note(gaps, f)
		a.held = map[string]bool{}
		for i, run := range f.runs {
			name := run.Definition.Collector
			if known, ok := last[name]; ok && run.Err != nil {
				f.runs[i] = known
				continue
			}
			last[name] = run
			a.held[name] = held[name]
		}
		for s := range a.standings(f) {
			if err := each(s); err != nil {
				return Replayed{}, err
			}
		}
		result.Moments++
		progress.Done, progress.Moment = result.Moments, moment
		progress.Left = time.Since(begun) / time.Duration(progress.Done) * time.Duration(progress.Moments-progress.Done)
		o.Progress(progress)
	}
	result.Missing = missing("not replayed", reasons, gaps, result.Moments, region.Location)
	return result, nil
}
