// Package backfill writes what planwatch would have shown in the past: every KPI
// and every assessment of the plan, collected as of one moment after the other.
package backfill

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/blocks"
	"planwatch/internal/clock"
	"planwatch/internal/format"
)

// Options are what a backfill does beside what the flags say.
type Options struct {
	Flags
	// Output is the directory that is written to.
	Output string
	// Once is for what runs before each start of the Prometheus whose data directory
	// Output is. Only before the first start is anything written: a directory that
	// holds a finished backfill, the data of a Prometheus that has run, or a state file
	// that is damaged, is left as it is. What an interrupted run with other flags or definitions has left is
	// begun anew.
	Once bool
	// Progress is called after each moment.
	Progress func(Progress)
	// Note is called with what may not be meant.
	Note func(string)
}

// Report is what a backfill has written, the runs before it among it.
type Report struct {
	// Parts are how many blocks or files there are.
	Parts int
	// Gone are how many of them are not in the directory any more. A run with Once does
	// not ask: what a Prometheus makes of the blocks is its own affair.
	Gone int
	// Series are the most that one of them has.
	Series, Samples uint64
	Moments         int
	// Missing are the collectors of which nothing, or not all, is written, with
	// the reason, in order of name.
	Missing []string
	// Before is whether all was written before this run.
	Before bool
	// Left is why the directory is left as it is, where a run with Once leaves one that
	// has no finished backfill.
	Left string
}

// Run writes what the flags say of a region.
func Run(ctx context.Context, region *config.Region, o Options) (report Report, err error) {
	if o.Once {
		if report, settled, err := settled(o.Output, region.Location); settled || err != nil {
			return report, err
		}
	}
	c := region.NewClock()
	m, err := o.resolve(region, c.Now().In(region.Location))
	if err != nil {
		return Report{}, err
	}
	replayed, reasons, err := replayable(region, o.Collectors)
	if err != nil {
		return Report{}, err
	}
	folder, err := openFolder(o, fingerprint(region, replayed, o.Collectors), m, c)
	if err != nil {
		return Report{}, err
	}
	defer func() {
		if err != nil && ctx.Err() == nil {
			folder.leave()
		}
		err = errors.Join(err, folder.close())
	}()
	names := make([]string, len(replayed))
	for i, d := range replayed {
		names[i] = d.Collector
		if time.Duration(d.MaxAge) < time.Duration(o.Step) && !o.Hold {
			o.Note(fmt.Sprintf("--step %s is longer than the max_age of collector %s, %s: where a figure is withdrawn before the next moment, it has a gap until then; --hold bridges it", o.Step, d.Collector, d.MaxAge))
		}
	}
	if time.Duration(o.Fill) >= lookback {
		o.Note(fmt.Sprintf("--fill %s: Prometheus shows a sample for 5m, so there are gaps between them; name 4m", o.Fill))
	}
	if c, err = folder.clock(); err != nil {
		return Report{}, err
	}
	opened, err := asof.Open(ctx, region, names)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.Remember(1)
	w := &writing{Options: o, folder: folder, collectors: opened, moments: folder.moments(), clock: c,
		adding: newAdding(region, c, names, o.Flags)}
	if err := w.run(ctx); err != nil {
		return Report{}, err
	}
	return folder.report(reasons, w.begun.IsZero()), nil
}

// replayable are the collectors of those names, or all, that can be asked for the
// past, and why the others cannot.
func replayable(region *config.Region, names []string) (replayed []*collectors.Definition, reasons map[string]string, err error) {
	definitions, err := asof.Named(region, names)
	if err != nil {
		return nil, nil, fmt.Errorf("--collector: %w", err)
	}
	reasons = map[string]string{}
	for _, d := range definitions {
		if !d.Statement().UsesAsOf() {
			reasons[d.Collector] = fmt.Sprintf("%s does not ask as of a moment, with :as_of, so its figures are of the present only", d.Statement().File())
			continue
		}
		replayed = append(replayed, d)
	}
	if len(replayed) == 0 {
		for _, name := range slices.Sorted(maps.Keys(reasons)) {
			return nil, nil, fmt.Errorf("no collector can be asked for the past; collector %s: %s", name, reasons[name])
		}
	}
	return replayed, reasons, nil
}

// fingerprint changes with all that is written of a region follows from: its
// definitions, its plan, its events and its sources. named are the collectors that
// were asked for, or none for all.
func fingerprint(region *config.Region, definitions []*collectors.Definition, named []string) string {
	sum := sha256.New()
	for _, d := range definitions {
		fmt.Fprintf(sum, "%q%s", region.Fingerprint(d), d.MaxAge)
	}
	for _, part := range []any{region.Plan.Targets, info(region, named, clock.Clock{})} {
		data, err := json.Marshal(part)
		if err != nil {
			panic(err) // neither has a value that JSON has no form for
		}
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// writing is a backfill under way.
type writing struct {
	Options
	folder     *folder
	collectors *asof.Collectors
	adding     *adding
	moments    moments
	clock      clock.Clock
	// last is the newest frame: a block begins with what holds from the one before.
	last frame

	begun    time.Time
	progress Progress
}

// run writes what is not finished.
func (w *writing) run(ctx context.Context) error {
	ranges, err := w.folder.ranges()
	if err != nil {
		return err
	}
	ranges = slices.DeleteFunc(ranges, w.folder.isFinished)
	if len(ranges) == 0 {
		return nil
	}
	for _, r := range ranges {
		w.progress.Moments += len(w.within(r))
	}
	if err := w.fits(ctx, ranges); err != nil {
		return err
	}
	w.begun = time.Now()
	for _, r := range ranges {
		if err := w.write(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// within are the moments whose figures hold in a range.
func (w *writing) within(r blocks.Range) []time.Time {
	return w.moments.within(w.shown(r.From), w.shown(r.Until))
}

// shown is what planwatch's clock shows at a moment of the wall's.
func (w *writing) shown(wall int64) time.Time {
	return time.UnixMilli(wall).Add(-w.clock.Offset())
}

// frame collects the figures of a moment.
func (w *writing) frame(ctx context.Context, moment time.Time) (frame, error) {
	if w.last.from.Equal(moment) {
		return w.last, nil
	}
	f, err := collect(ctx, w.collectors, w.moments, moment)
	switch {
	case ctx.Err() != nil:
		return frame{}, fmt.Errorf("interrupted; the same command goes on with it: %w", context.Cause(ctx))
	case err != nil:
		return frame{}, fmt.Errorf("%w; the same command goes on once it answers", err)
	}
	w.last = f
	return f, nil
}

// write writes one block or file.
func (w *writing) write(ctx context.Context, r blocks.Range) error {
	values := blocks.NewValues(r, time.Duration(w.Fill), w.Labels)
	done := finished{From: time.UnixMilli(r.From).UTC(), Gaps: map[string]gap{}}
	for _, moment := range w.within(r) {
		f, err := w.frame(ctx, moment)
		if err != nil {
			return err
		}
		if err := w.adding.add(values, f); err != nil {
			return err
		}
		w.progress.Done++
		w.progress.Moment = moment
		w.progress.Left = time.Since(w.begun) / time.Duration(w.progress.Done) * time.Duration(w.progress.Moments-w.progress.Done)
		w.Progress(w.progress)
		if moment.Before(w.shown(r.From)) {
			continue // counted where it begins
		}
		done.Moments++
		note(done.Gaps, f)
	}
	written, err := w.writeValues(ctx, values)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted; the same command goes on with it: %w", context.Cause(ctx))
		}
		return err
	}
	w.progress.Samples += written.Samples
	w.Progress(w.progress)
	done.Name, done.Series, done.Samples = written.Name, written.Series, written.Samples
	return w.folder.finish(done)
}

func (w *writing) writeValues(ctx context.Context, values *blocks.Values) (blocks.Written, error) {
	if w.Format == format.OpenMetrics {
		return blocks.WriteOpenMetrics(ctx, w.Output, values)
	}
	return blocks.WriteBlock(ctx, w.Output, w.folder.of(), values)
}

// fits collects the last moment, and checks by its figures that the labels to add
// are new and that the disk holds the rest.
func (w *writing) fits(ctx context.Context, ranges []blocks.Range) error {
	last := w.moments.within(w.moments.end, w.moments.end.Add(time.Millisecond))
	f, err := w.frame(ctx, last[len(last)-1])
	if err != nil {
		return err
	}
	w.last = frame{}
	f.until = w.moments.after(f.from) // a whole step of it
	values := blocks.NewValues(blocks.Range{From: w.clock.Wall(f.from).UnixMilli(), Until: w.clock.Wall(f.until).UnixMilli()}, time.Duration(w.Fill), nil)
	if err := w.adding.add(values, f); err != nil {
		return err
	}
	own := append(values.LabelNames(), w.adding.region.Labels()...)
	for _, l := range w.Labels {
		if slices.Contains(own, l.Name) {
			return fmt.Errorf("--label %s=%s: there are series with a label %s of their own; name another label", l.Name, l.Value, l.Name)
		}
	}
	var left time.Duration
	for _, r := range ranges {
		left += w.shown(r.Until).Sub(w.shown(r.From))
	}
	size, steps := values.Size(), uint64(left/w.moments.step)+1
	need := steps*size.Block + size.Blocks(len(ranges))
	if w.Format == format.OpenMetrics {
		for _, l := range w.Labels {
			size.Text += size.Samples * uint64(len(l.Name)+len(l.Value)+len(`="",`))
		}
		need = steps * size.Text
	}
	free, err := w.folder.free()
	if err != nil {
		return err
	}
	if need > free {
		return fmt.Errorf("--output %s: %s would take some %s, and the disk has %s left; name a shorter time, a longer --fill, single collectors or another disk",
			w.Output, count(steps*size.Samples), bytes(need), bytes(free))
	}
	return nil
}

// report is what the folder holds. reasons are those of collectors that were not
// asked.
func (d *folder) report(reasons map[string]string, before bool) Report {
	report := Report{Moments: d.moments().count(), Before: before}
	gaps := map[string]gap{}
	counted := 0
	for _, f := range d.Finished {
		if f.Name != "" {
			report.Parts++
			if _, err := os.Stat(filepath.Join(d.path, f.Name)); !d.once && errors.Is(err, fs.ErrNotExist) {
				report.Gone++
			}
		}
		report.Series = max(report.Series, f.Series)
		report.Samples += f.Samples
		counted += f.Moments
		for name, g := range f.Gaps {
			all := gaps[name]
			if all.Moments == 0 || g.First.Before(all.First) {
				all.First, all.Error = g.First, g.Error
			}
			all.Moments += g.Moments
			gaps[name] = all
		}
	}
	report.Missing = missing("not written", "which are gaps", reasons, gaps, counted, d.location)
	return report
}
