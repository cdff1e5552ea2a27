package backfill

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"planwatch/internal/blocks"
	"planwatch/internal/clock"
	"planwatch/internal/format"
	"planwatch/internal/storage"
)

// stateFile says in a folder what it is for and what is finished. Prometheus takes
// no notice of it.
const stateFile = "planwatch-backfill.json"

// lockFile is that of storage.Directory.
const lockFile = "lock"

// state is what the state file holds.
type state struct {
	Flags
	// Region changes with all that the figures follow from.
	Region string `json:"region"`
	// First and End are the flags' moments, which now may be one of.
	First time.Time `json:"first"`
	End   time.Time `json:"end"`
	// Offset is how far planwatch's clock is behind the wall's.
	Offset string `json:"clock_offset"`
	// Finished are the parts of the time that are written.
	Finished []finished `json:"finished"`
}

// finished is a part of the time that is written.
type finished struct {
	From    time.Time `json:"from"`
	Name    string    `json:"name,omitempty"`
	Series  uint64    `json:"series"`
	Samples uint64    `json:"samples"`
	// Moments counts those that the part begins with or has in it, and Gaps those
	// of which a collector failed.
	Moments int            `json:"moments"`
	Gaps    map[string]gap `json:"gaps,omitempty"`
}

// folder is the directory that is written to.
type folder struct {
	path     string
	location *time.Location
	held     *storage.Directory
	// once is Once of the options, and fresh is set where this run began with nothing.
	once, fresh bool
	state
}

// openFolder holds the directory, for what the flags say. A directory that an
// interrupted run with the same flags has left is gone on with.
func openFolder(o Options, region string, m moments, c clock.Clock) (*folder, error) {
	path := o.Output
	names, err := list(path)
	if err != nil {
		return nil, err
	}
	if len(names) > 0 && !slices.Contains(names, stateFile) {
		kind := "files that are no backfill's"
		if i := slices.IndexFunc(names, blocks.IsName); i >= 0 {
			kind, names[0] = "other blocks", names[i]
		}
		return nil, fmt.Errorf("--output %s holds %s, such as %s; name a new or an empty folder", path, kind, names[0])
	}
	d := &folder{path: path, location: m.first.Location(), held: storage.NewDirectory(path), once: o.Once}
	if err := d.held.Hold(); err != nil {
		if errors.Is(err, storage.ErrInUse) {
			return nil, fmt.Errorf("--output %s is held by another backfill or a running Prometheus; wait until that has ended, or name another folder", path)
		}
		return nil, fmt.Errorf("--output: %w", err)
	}
	if err := d.open(names, region, o.Flags, m, c); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *folder) open(names []string, region string, f Flags, m moments, c clock.Clock) error {
	if !slices.Contains(names, stateFile) {
		d.fresh = true
		return d.begin(region, f, m, c)
	}
	if err := d.read(); err != nil {
		return err
	}
	if d.once && (d.text() != f.text() || d.Region != region) {
		if err := d.clear(names); err != nil {
			return err
		}
		return d.begin(region, f, m, c)
	}
	if was, is := d.text(), f.text(); was != is {
		return fmt.Errorf("--output %s is of a backfill with %s; give these, or name another folder", d.path, was)
	}
	if d.Region != region {
		return fmt.Errorf("--output %s is of a backfill of other definitions: a collector, the plan or a source has changed since; name another folder", d.path)
	}
	known := d.names()
	for _, name := range names {
		whole, unfinished := strings.CutSuffix(name, blocks.Unfinished)
		switch {
		case unfinished && known[whole]:
			if err := os.RemoveAll(filepath.Join(d.path, name)); err != nil {
				return fmt.Errorf("--output: %w", err)
			}
		case blocks.IsName(name) && !known[name]:
			return fmt.Errorf("--output %s holds other blocks, such as %s; move them away, or name another folder", d.path, name)
		}
	}
	return nil
}

// Settled reports whether a run with Once has nothing to write to a directory.
func Settled(path string) (bool, error) {
	_, settled, err := settled(path, time.UTC)
	return settled, err
}

// settled reports whether there is nothing to write before a start of the
// Prometheus whose data directory it is, and what that holds.
func settled(path string, location *time.Location) (Report, bool, error) {
	names, err := list(path)
	if err != nil || len(names) == 0 {
		return Report{}, false, err
	}
	if !slices.Contains(names, stateFile) {
		return Report{Left: "it has data that no backfill wrote"}, true, nil
	}
	d := &folder{path: path, location: location, once: true}
	var damaged *damagedError
	switch err := d.read(); {
	case errors.As(err, &damaged):
		return Report{Left: damaged.what() + "; to have the past written, empty the folder"}, true, nil
	case err != nil:
		return Report{}, false, err
	}
	ranges, err := d.ranges()
	if err != nil || slices.ContainsFunc(ranges, func(r blocks.Range) bool { return !d.isFinished(r) }) {
		return Report{}, false, err
	}
	return d.report(map[string]string{}, true), true, nil
}

// begin notes in a directory without a state file what it is for.
func (d *folder) begin(region string, f Flags, m moments, c clock.Clock) error {
	// Whole seconds, since OpenMetrics' times are read as floating numbers.
	offset := c.Offset().Truncate(time.Second)
	d.state = state{Flags: f, Region: region, First: m.first, End: m.end, Offset: offset.String()}
	return d.save()
}

// damagedError is that of a state file that cannot be read.
type damagedError struct {
	path string
	err  error
}

func (e *damagedError) what() string { return fmt.Sprintf("%s is damaged: %v", stateFile, e.err) }

func (e *damagedError) Error() string {
	return fmt.Sprintf("--output %s: %s; empty the folder to begin anew, or name another", e.path, e.what())
}

func (e *damagedError) Unwrap() error { return e.err }

// read reads the state file. The error is a damagedError where that is not whole.
func (d *folder) read() error {
	data, err := os.ReadFile(filepath.Join(d.path, stateFile))
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	if err = json.Unmarshal(data, &d.state); err == nil {
		err = d.check()
	}
	if err != nil {
		return &damagedError{path: d.path, err: err}
	}
	return nil
}

// check checks that a state has what a run goes on by.
func (s state) check() error {
	if _, err := time.ParseDuration(s.Offset); err != nil {
		return fmt.Errorf("clock_offset: %w", err)
	}
	if s.First.IsZero() || s.End.Before(s.First) {
		return errors.New("first and end are no moments, one after the other")
	}
	return s.Flags.check()
}

// clear removes what a backfill has left unfinished, if there is nothing else.
func (d *folder) clear(names []string) error {
	known := d.names()
	for _, name := range names {
		if name != stateFile && !known[strings.TrimSuffix(name, blocks.Unfinished)] {
			return fmt.Errorf("--output %s is of an unfinished backfill with other flags or definitions, and holds %s, which that did not write; name a new or an empty folder", d.path, name)
		}
	}
	for _, name := range names {
		if name == stateFile {
			continue // it is written over, and says until then what the others are
		}
		if err := os.RemoveAll(filepath.Join(d.path, name)); err != nil {
			return fmt.Errorf("--output: %w", err)
		}
	}
	return nil
}

// list are the names of what is in a directory, without a lock; none where it is
// not there yet.
func list(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--output: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != lockFile && e.Name() != stateFile+blocks.Unfinished {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// text is the flags as they are written on a command line.
func (f Flags) text() string {
	var b strings.Builder
	add := func(name, value string) {
		if strings.ContainsAny(value, " \"'\\$") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&b, " --%s %s", name, value)
	}
	if f.From != "" {
		add("from", f.From)
	}
	if f.To != "" {
		add("to", f.To)
	}
	add("step", f.Step.String())
	add("fill", f.Fill.String())
	if f.Hold {
		b.WriteString(" --hold")
	}
	add("block", f.Block.String())
	add("format", string(f.Format))
	for _, name := range f.Collectors {
		add("collector", name)
	}
	for _, l := range f.Labels {
		add("label", l.Name+"="+l.Value)
	}
	return strings.TrimSpace(b.String())
}

// moments are those of the run that the folder was begun by.
func (d *folder) moments() moments {
	return moments{first: d.First.In(d.location), end: d.End.In(d.location), step: time.Duration(d.Step)}
}

// clock is planwatch's clock as it was when the folder was begun, so that a run
// which goes on writes the same times.
func (d *folder) clock() (clock.Clock, error) {
	offset, err := time.ParseDuration(d.Offset)
	if err != nil {
		return clock.Clock{}, &damagedError{path: d.path, err: err}
	}
	return clock.Behind(offset), nil
}

// ranges are the parts of the time by the wall clock, a block or a file each.
func (d *folder) ranges() ([]blocks.Range, error) {
	c, err := d.clock()
	if err != nil {
		return nil, err
	}
	// What holds at the end has a sample there.
	whole := blocks.Range{From: c.Wall(d.First).UnixMilli(), Until: c.Wall(d.End).UnixMilli() + 1}
	return blocks.Split(whole, time.Duration(d.Block)), nil
}

// of is what distinguishes the blocks from others of the same time.
func (d *folder) of() string { return d.Region + " " + d.text() }

// names are those of all blocks or files of the folder.
func (d *folder) names() map[string]bool {
	names := map[string]bool{}
	ranges, err := d.ranges()
	if err != nil {
		return names
	}
	for _, r := range ranges {
		if d.Format == format.OpenMetrics {
			names[blocks.FileName(r)] = true
		} else {
			names[blocks.BlockName(r, d.of())] = true
		}
	}
	return names
}

// isFinished reports whether a part of the time is written.
func (d *folder) isFinished(r blocks.Range) bool {
	return slices.ContainsFunc(d.Finished, func(f finished) bool { return f.From.UnixMilli() == r.From })
}

// finish notes that a part of the time is written.
func (d *folder) finish(f finished) error {
	d.Finished = append(d.Finished, f)
	return d.save()
}

// save writes the state file, whole or not at all. It may be older than the folder,
// after a failure of the machine: what it does not know of is written anew, with
// the same bytes.
func (d *folder) save() error {
	data, err := json.MarshalIndent(d.state, "", "  ")
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	name := filepath.Join(d.path, stateFile)
	if err := errors.Join(os.WriteFile(name+blocks.Unfinished, append(data, '\n'), 0o640), os.Rename(name+blocks.Unfinished, name)); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	return nil
}

// close lets others hold the directory. Prometheus takes a lock that it finds for
// one of its own, after a crash.
func (d *folder) close() error {
	if d.once {
		_ = os.Remove(filepath.Join(d.path, lockFile))
	}
	return d.held.Release()
}

// leave gives the directory up as it was, after a run that has written nothing: a
// refusal must not keep the corrected command from it.
func (d *folder) leave() {
	if d.fresh && len(d.Finished) == 0 {
		_ = os.Remove(filepath.Join(d.path, stateFile))
		_ = os.Remove(filepath.Join(d.path, lockFile))
	}
}

// free is how many bytes a person may still write to the disk.
func (d *folder) free() (uint64, error) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(d.path, &stat); err != nil {
		return 0, fmt.Errorf("--output: %s: %w", d.path, err)
	}
	return stat.Bavail * uint64(stat.Bsize), nil
}
