package backfill

import (
	"fmt"
	"time"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// Formats are the formats of what is written.
func Formats() []format.Format { return []format.Format{format.Blocks, format.OpenMetrics} }

// Period says which moments of the past figures are of, as a person writes it.
type Period struct {
	// From and To are moments as --as-of takes them. A date alone as From begins
	// with that day, and as To ends with it. Without From it is the day that is Days before To.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Step is the time between two moments.
	Step yamlfile.Duration `json:"step"`
}

// Flags say what is written, as a person writes them.
type Flags struct {
	Period
	// Fill is the time between the samples that repeat a figure.
	Fill yamlfile.Duration `json:"fill"`
	// Hold has a figure hold until the next moment, though it is older than its
	// collector's max_age by then.
	Hold bool `json:"hold,omitempty"`
	// Block is how long a block is.
	Block yamlfile.Duration `json:"block"`
	// Collectors are names, or none for all collectors.
	Collectors []string      `json:"collectors,omitempty"`
	Format     format.Format `json:"format"`
	// Labels are what a scrape would have added to every series.
	Labels kpi.Labels `json:"labels"`
}

// DefaultPeriod is that of which nobody gave anything.
func DefaultPeriod() Period { return Period{Step: yamlfile.Duration(day)} }

// DefaultFlags are the flags that nobody gave.
func DefaultFlags() Flags {
	const day = yamlfile.Duration(24 * time.Hour)
	return Flags{
		Period: DefaultPeriod(), Fill: yamlfile.Duration(4 * time.Minute), Block: 30 * day, Format: format.Blocks,
		Labels: kpi.NewLabels(
			kpi.Label{Name: naming.LabelJob, Value: naming.Planwatch},
			kpi.Label{Name: naming.LabelInstance, Value: Instance}),
	}
}

// Days are how many days a backfill goes back that is not told how far: the end of
// that day is thirteen months ago, at their longest.
const Days = 398

// Instance is the instance that deploy's Prometheus scrapes planwatch as.
const Instance = naming.Planwatch + ":9846"

// lookback is how old a sample may be that Prometheus still shows.
const lookback = 5 * time.Minute

// moments are those that figures are collected as of: from the first, every step,
// up to end.
type moments struct {
	first, end time.Time
	step       time.Duration
}

const day = 24 * time.Hour

// resolve reads the flags at the moment now, by planwatch's clock, and checks them.
func (f Flags) resolve(region *config.Region, now time.Time) (moments, error) {
	if err := f.check(); err != nil {
		return moments{}, err
	}
	return f.Period.resolve(region, now)
}

// check checks the flags that are times.
func (f Flags) check() error {
	switch fill := time.Duration(f.Fill); {
	case fill < time.Second:
		return fmt.Errorf("--fill %s is under a second; name 1s or more, such as 4m", f.Fill)
	case fill%time.Second != 0:
		return fmt.Errorf("--fill %s is no whole number of seconds; name one, such as 4m", f.Fill)
	case time.Duration(f.Block) < day || time.Duration(f.Block)%day != 0:
		return fmt.Errorf("--block %s is no whole number of days; name 1d or more", f.Block)
	}
	return f.Period.check()
}

// resolve reads the period at the moment now, by planwatch's clock, and checks it.
func (p Period) resolve(region *config.Region, now time.Time) (moments, error) {
	if err := p.check(); err != nil {
		return moments{}, err
	}
	now = now.Truncate(time.Second)
	step := time.Duration(p.Step)
	m := moments{end: now, step: step}
	if p.To != "" {
		var err error
		if m.end, err = clock.ParseMoment(p.To, region.Location, now); err != nil {
			return moments{}, fmt.Errorf("--to: %w", err)
		}
	}
	if p.From == "" {
		p.From = m.end.AddDate(0, 0, -Days).Format(time.DateOnly)
	}
	var err error
	if m.first, err = clock.ParseMoment(p.From, region.Location, now); err != nil {
		return moments{}, fmt.Errorf("--from: %w", err)
	}
	if m.first.After(m.end) {
		return moments{}, fmt.Errorf("--to %q is before --from %q; exchange the two, or name a later --to", p.To, p.From)
	}
	if begins, err := time.ParseInLocation(time.DateOnly, p.From, region.Location); err == nil && step < day {
		// The first step of the day, rather than its last moment.
		m.first = begins.Add(step - time.Second)
		if m.first.After(m.end) {
			m.first = m.end
		}
	}
	return m, nil
}

func (p Period) check() error {
	switch step := time.Duration(p.Step); {
	case step < time.Minute:
		return fmt.Errorf("--step %s is under a minute; name 1m or more", p.Step)
	case step%time.Second != 0:
		return fmt.Errorf("--step %s is no whole number of seconds", p.Step)
	}
	return nil
}

// after is the moment after one of the moments, whether or not it is still one.
// Steps of whole days are days of the calendar.
func (m moments) after(t time.Time) time.Time {
	if m.step%day == 0 {
		return t.AddDate(0, 0, int(m.step/day))
	}
	return t.Add(m.step)
}

// within are the moments whose figures hold somewhere from one moment, or until
// it, up to another without it.
func (m moments) within(from, until time.Time) []time.Time {
	var all []time.Time
	for t := m.first; !t.After(m.end) && t.Before(until); t = m.after(t) {
		if !m.after(t).Before(from) {
			all = append(all, t)
		}
	}
	return all
}

// count is how many moments there are.
func (m moments) count() int {
	n := 0
	for t := m.first; !t.After(m.end); t = m.after(t) {
		n++
	}
	return n
}

// toEnd is how many moments there are with the end, whether or not a step ends there.
func (m moments) toEnd() int {
	n := m.count()
	if last := m.within(m.end, m.end.Add(time.Millisecond)); !last[len(last)-1].Equal(m.end) {
		n++
	}
	return n
}

// Fineness is the longest even part of a day, in whole minutes, for which a figure of
// that max_age holds; a day at most.
func Fineness(maxAge time.Duration) time.Duration {
	for parts := 1; ; parts++ {
		if every := day / time.Duration(parts); every <= max(maxAge, time.Minute) && every%time.Minute == 0 {
			return every
		}
	}
}
