package backfill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"planwatch/collectors"
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
	// Finely has collectors whose figures do not hold for a step asked as often as they
	// do.
	Finely bool
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
		if time.Duration(d.MaxAge) < time.Duration(o.Step) && !o.Finely {
			o.Note(fmt.Sprintf("--step %s is longer than the max_age of collector %s, %s: its figures are taken to hold until the next moment", o.Step, d.Collector, d.MaxAge))
		}
	}
	opened, err := asof.Open(ctx, region, names)
	if err != nil {
		return Replayed{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.Remember(1)
	turns := turnsOf(m, replayed, o.Finely)
	r := &replay{
		adding: newAdding(region, c, names, Flags{Fill: yamlfile.Duration(scrape)}), each: each, collectors: opened,
		progress: Progress{Moments: len(turns)}, gaps: map[string]gap{}, asked: map[string]int{}, good: map[string]asof.Run{}, past: map[string]asof.Past{},
	}
	begun := time.Now()
	for i, turn := range turns {
		until := m.end.Add(time.Millisecond)
		if i+1 < len(turns) {
			until = turns[i+1].at
		}
		if err := r.take(ctx, turn, until); err != nil {
			return Replayed{}, err
		}
		r.progress.Done++
		r.progress.Moment = turn.at
		r.progress.Left = time.Since(begun) / time.Duration(r.progress.Done) * time.Duration(r.progress.Moments-r.progress.Done)
		o.Progress(r.progress)
	}
	if err := r.tell(nil); err != nil {
		return Replayed{}, err
	}
	return Replayed{
		From: m.first, Until: m.end, Moments: r.progress.Done,
		Missing: missing("not replayed", "where its last figures hold on", reasons, r.gaps, func(name string) int { return r.asked[name] }, region.Location),
	}, nil
}

// turn is a moment at which collectors are asked.
type turn struct {
	at         time.Time
	collectors []*collectors.Definition
}

// turnsOf are the turns of a replay, in order of time: all collectors at each of the
// moments and at the end, and where finely is set, those whose figures do not hold
// from one moment to the next as often as they do.
func turnsOf(m moments, all []*collectors.Definition, finely bool) []turn {
	var turns []turn
	for at := m.first; !at.After(m.end); at = m.after(at) {
		turns = append(turns, turn{at, all})
		next := earlier(m.after(at), m.end)
		between := map[time.Time][]*collectors.Definition{}
		for _, d := range all {
			if every := fineness(time.Duration(d.MaxAge)); finely && every < m.step {
				for at := at.Add(every); at.Before(next); at = at.Add(every) {
					between[at] = append(between[at], d)
				}
			}
		}
		for at, some := range between {
			turns = append(turns, turn{at, some})
		}
	}
	if last := turns[len(turns)-1]; m.end.After(last.at) {
		turns = append(turns, turn{m.end, all})
	}
	slices.SortFunc(turns, func(a, b turn) int { return a.at.Compare(b.at) })
	return turns
}

// fineness is the longest part of a day, in whole minutes, for which a figure of that
// max_age holds.
func fineness(maxAge time.Duration) time.Duration {
	for parts := 1; ; parts++ {
		if every := day / time.Duration(parts); every <= max(maxAge, time.Minute) && every%time.Minute == 0 {
			return every
		}
	}
}

// replay is a Replay under way.
type replay struct {
	collectors *asof.Collectors
	adding     *adding
	each       func(Standing) error
	// last is the newest frame, which is told of once the next is known. good are the
	// newest runs that did not fail, and past is what targets refer to, by collector.
	last *frame
	good map[string]asof.Run
	past map[string]asof.Past
	// gaps are the moments that failed, and asked counts the moments, by collector.
	gaps     map[string]gap
	asked    map[string]int
	progress Progress
}

// take takes the frame of a turn, which holds until the next.
func (r *replay) take(ctx context.Context, t turn, until time.Time) error {
	f := frame{from: t.at, until: until, runs: r.collectors.RunsOf(ctx, t.collectors, t.at)}
	failed := map[string]error{}
	for _, d := range t.collectors {
		then, err := r.collectors.PastOf(ctx, d, t.at)
		if r.past[d.Collector] = then; err != nil {
			failed[d.Collector] = err
		}
		r.asked[d.Collector]++
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	if err := f.unavailable(failed); err != nil {
		return fmt.Errorf("as of %s: %w", t.at.Format(time.RFC3339), err)
	}
	note(r.gaps, f)
	f.past, f.runs = asof.Together(r.past), r.newest(f.runs)
	if err := r.tell(r.adding.series(f)); err != nil {
		return err
	}
	r.last = &f
	return nil
}

// newest are the newest runs of all collectors, of which some have run again: of each
// the last that did not fail, or if all did, that.
func (r *replay) newest(again []asof.Run) []asof.Run {
	for _, run := range again {
		if known, ok := r.good[run.Definition.Collector]; !ok || run.Err == nil || known.Err != nil {
			r.good[run.Definition.Collector] = run
		}
	}
	runs := make([]asof.Run, 0, len(r.good))
	for _, run := range r.good {
		runs = append(runs, run)
	}
	slices.SortFunc(runs, func(a, b asof.Run) int { return cmp.Compare(a.Definition.Collector, b.Definition.Collector) })
	return runs
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
