package collectors

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"planwatch/internal/kpi"
)

// Release is how often a figure about people that accumulates is published. Of a
// figure published day by day a reader could tell each day's people.
type Release string

// The periods at whose ends such figures are published.
const (
	Monthly Release = "month"
	Weekly  Release = "week"
	Daily   Release = "day"
)

// settling is how long after a period's end its figure is awaited where rows are
// not about each day.
const settling = 72 * time.Hour

// endsIn are the ends of the year's periods in location, to the second. The last
// is always the year's.
func (r Release) endsIn(year int, location *time.Location) []time.Time {
	var ends []time.Time
	for n := 2; ; n++ { // the day after an end
		day := time.Date(year, 1, n, 0, 0, 0, 0, time.UTC)
		newYear := day.Year() > year
		if r == Daily || r == Weekly && day.Weekday() == time.Monday || r == Monthly && day.Day() == 1 || newYear {
			// Midnight of each day anew: where clocks change at midnight, a day has none.
			ends = append(ends, time.Date(year, 1, n, 0, 0, 0, 0, location).Add(-time.Second))
		}
		if newYear {
			return ends
		}
	}
}

// released is a group's cells at one label set as they were published last.
type released map[string]*cell // by KPI

// chain is what was published of one group's figures that accumulate over the same
// span: at each period's end every label set whose counts have grown by enough, so
// that no difference between two publications is about few people. It follows from
// the warehouse alone, so that the same moment gives the same figures to whoever
// asks.
type chain struct {
	group group
	// year is what the figures are of; 0 for those that accumulate over years, which
	// do since a moment.
	year  int
	since time.Time
	// stopped is set at the first end of which rows are missing.
	stopped bool

	published map[string]released // by labels
	// below are, by the labels of a total row, what was published of the rows below
	// it when the total was, by their labels.
	below map[string]map[string]released
	// others are, by labels, the collector's figures that are not about people as
	// they were when the label set was published, by KPI.
	others map[string]map[string]int64
}

func newChain(g group) *chain {
	return &chain{group: g, published: map[string]released{}, below: map[string]map[string]released{}, others: map[string]map[string]int64{}}
}

// release replaces the figures about people that accumulate by those of their last
// release, or withholds them where there is none.
func (m *mapping) release(ctx context.Context, ask Ask) error {
	chains, err := m.chains()
	if err != nil {
		return err
	}
	for _, end := range m.ends(chains) {
		then, err := m.at(ctx, ask, end)
		if err != nil {
			return fmt.Errorf("as of %s: %w", end.Format(time.DateOnly), err)
		}
		for _, c := range chains {
			if c.runs(end) {
				if err := c.step(ctx, then, end, m.asOf); err != nil {
					return err
				}
			}
		}
	}
	for _, c := range chains {
		m.show(c)
	}
	return nil
}

// chains are those of the collector's groups, one for each span, or year.
func (m *mapping) chains() ([]*chain, error) {
	var chains []*chain
	for _, g := range m.definition.groups() {
		for _, span := range g.spans() {
			part := g.over(span)
			switch span {
			case "":
			case string(kpi.Year):
				for _, year := range m.years(part) {
					c := newChain(part)
					c.year = year
					chains = append(chains, c)
				}
			default:
				c := newChain(part)
				var err error
				if c.since, err = time.ParseInLocation(time.DateOnly, span, m.definition.schedule.location); err != nil {
					return nil, fmt.Errorf("counted_since: %w", err)
				}
				chains = append(chains, c)
			}
		}
	}
	return chains, nil
}

// runs reports whether the chain goes through the period that ends then.
func (c *chain) runs(end time.Time) bool {
	if c.stopped {
		return false
	}
	if c.year == 0 {
		return end.After(c.since)
	}
	return c.year == end.Year()
}

// ends are the ends of the periods that the chains go through, up to the moment of
// the run.
func (m *mapping) ends(chains []*chain) []time.Time {
	location := m.definition.schedule.location
	years := map[int]bool{}
	for _, c := range chains {
		if c.year != 0 {
			years[c.year] = true
			continue
		}
		for year := c.since.Year(); year <= m.asOf.In(location).Year(); year++ {
			years[year] = true
		}
	}
	var ends []time.Time
	for _, year := range slices.Sorted(maps.Keys(years)) {
		for _, end := range m.definition.Release.endsIn(year, location) {
			if !end.After(m.asOf) && slices.ContainsFunc(chains, func(c *chain) bool { return c.runs(end) }) {
				ends = append(ends, end)
			}
		}
	}
	return ends
}

// years are those that the group's figures are of. On 1 January they may still be
// of the year before.
func (m *mapping) years(g group) []int {
	years := map[int]bool{}
	for _, k := range g.all() {
		for _, c := range m.cells[k.Name] {
			years[m.year(c)] = true
		}
	}
	return slices.Sorted(maps.Keys(years))
}

func (m *mapping) year(c *cell) int { return c.AsOf.In(m.definition.schedule.location).Year() }

// of reports whether a figure is one of the chain's.
func (c *chain) of(m *mapping, figure *cell) bool { return c.year == 0 || c.year == m.year(figure) }

// at is the mapping as of a period's end. What is counted through a day is
// complete when the day is over, so it asks right after the end; where that gives
// figures of the next period already, it asks at the end.
func (m *mapping) at(ctx context.Context, ask Ask, end time.Time) (*mapping, error) {
	if after := end.Add(time.Second); !after.After(m.asOf) {
		then, err := m.ask(ctx, ask, after)
		if err != nil || !then.reaches(after) {
			return then, err
		}
	}
	return m.ask(ctx, ask, end)
}

func (m *mapping) ask(ctx context.Context, ask Ask, moment time.Time) (*mapping, error) {
	result, err := ask(ctx, moment)
	if err != nil {
		return nil, err
	}
	return m.definition.mappedRows(result, moment)
}

// reaches reports whether a figure is of the moment or later.
func (m *mapping) reaches(moment time.Time) bool {
	for _, cells := range m.cells {
		for _, c := range cells {
			if !c.AsOf.Before(moment) {
				return true
			}
		}
	}
	return false
}

// step publishes what may be at a period's end, seen from now. Where rows are
// missing that may still come, nothing is published, here or later: what would be
// hidden with them is not known yet. The error is ctx's.
func (c *chain) step(ctx context.Context, m *mapping, end, now time.Time) error {
	if !c.complete(m, end, now) {
		c.stopped = true
		return nil
	}
	t, keys := c.table(m)
	held, err := t.Withhold(ctx, make([]bool, len(keys)))
	if err != nil {
		return err
	}
	// A total that is published time and again tells of the parts that are not, so
	// it is published only with all of them.
	for t.holdTotals(held) {
		if held, err = t.Withhold(ctx, held); err != nil {
			return err
		}
	}
	others := m.others()
	var published []string
	for i, key := range keys {
		if !held[i] && c.publish(m, key) {
			published = append(published, key)
			c.others[key] = map[string]int64{}
			for name := range others {
				c.others[key][name] = others[name][key]
			}
		}
	}
	for _, key := range published {
		c.noteBelow(t, key)
	}
	return nil
}

// table is what was added since the last publication. A label set is published as a
// whole, so it is one cell; keys are these.
func (c *chain) table(m *mapping) (t *countTable, keys []string) {
	t = &countTable{
		labels: m.definition.Labels, kpis: c.group.counts, wholes: m.wholes(c.group),
		counts: map[string]map[string]counted{}, others: c.otherGrowth(m),
	}
	cells := map[string]int{}
	for _, k := range c.group.counts {
		t.counts[k.Name] = map[string]counted{}
		for _, key := range slices.Sorted(maps.Keys(m.cells[k.Name])) {
			figure := m.cells[k.Name][key]
			if !c.of(m, figure) {
				continue
			}
			if _, met := cells[key]; !met {
				cells[key] = len(cells)
				keys = append(keys, key)
			}
			t.counts[k.Name][key] = counted{labels: figure.Labels, classes: c.growth(k.Name, key, figure.Sample)}
		}
	}
	t.cell = func(_, key string) int { return cells[key] }
	t.remainder = func(name, key string, below []string, class int) (int64, bool) {
		return c.remainder(m, name, key, below, class)
	}
	t.build(len(cells))
	return t, keys
}

// complete reports whether all figures are of all of the period that ended, or are
// not waited for any more.
func (c *chain) complete(m *mapping, end, now time.Time) bool {
	if !now.Before(end.Add(settling)) {
		return true
	}
	for _, k := range c.group.counts {
		for _, figure := range m.cells[k.Name] {
			if c.of(m, figure) && !figure.AsOf.After(end.AddDate(0, 0, -1)) {
				return false
			}
		}
	}
	return true
}

// remainder is by how many people, since the total was published last, it has
// grown beside the rows below it. These may have been published since.
func (c *chain) remainder(m *mapping, name, key string, below []string, class int) (people int64, total bool) {
	count := func(figure *cell) float64 {
		if figure == nil {
			return 0
		}
		return exactly(figure.Sample)[class]
	}
	now := count(m.cells[name][key])
	then := count(c.published[key][name])
	for _, b := range below {
		now -= count(m.cells[name][b])
		then -= count(c.below[key][b][name])
	}
	growth := now - then
	if math.Abs(growth) < rounding {
		growth = 0
	}
	return wholePeople(growth), now >= -rounding
}

// noteBelow notes what is published of the rows below a total.
func (c *chain) noteBelow(t *countTable, key string) {
	below := map[string]released{}
	for _, k := range t.kpis {
		if _, is := t.counts[k.Name][key]; !is {
			continue
		}
		for _, rows := range t.breakdowns(k.Name, key) {
			for _, b := range rows {
				below[b] = c.published[b]
			}
		}
	}
	c.below[key] = below
}

// otherGrowth is by how much the figures that are not about people have changed
// since the label set was published.
func (c *chain) otherGrowth(m *mapping) map[string]map[string]int64 {
	others := m.others()
	for name := range others {
		for key := range others[name] {
			others[name][key] -= c.others[key][name]
		}
	}
	return others
}

// growth is by how many people a figure differs from the last that was published.
func (c *chain) growth(name, key string, now kpi.Sample) []int64 {
	growth := classesOf(now)
	before := c.published[key][name]
	if before == nil {
		return growth
	}
	for i, n := range classesOf(before.Sample) {
		growth[i] -= n
		if growth[i] < 0 { // the warehouse has been corrected
			growth[i] = -growth[i]
		}
	}
	return growth
}

// publish makes the figures at a label set those that are published, and reports
// whether it did. Where nobody was added but an amount has changed, that is about
// few people too.
func (c *chain) publish(m *mapping, key string) bool {
	before := c.published[key]
	grown, changed := false, false
	for _, k := range c.group.all() {
		now, was := m.cells[k.Name][key], before[k.Name]
		differs := (now == nil) != (was == nil) || now != nil && was != nil && now.Value != was.Value
		if now != nil && was == nil && !k.CountsPeople() {
			differs = now.Value != 0
		}
		changed = changed || differs
		if k.CountsPeople() && now != nil {
			grown = grown || slices.ContainsFunc(c.growth(k.Name, key, now.Sample), func(n int64) bool { return n > 0 })
		}
	}
	if !grown && changed && (before != nil || c.amount(m, key)) {
		return false
	}
	c.published[key] = released{}
	for _, k := range c.group.all() {
		if now := m.cells[k.Name][key]; now != nil {
			c.published[key][k.Name] = now
		}
	}
	return true
}

// amount reports whether there is something other than a count at the label set.
func (c *chain) amount(m *mapping, key string) bool {
	return slices.ContainsFunc(c.group.followers, func(k kpi.KPI) bool {
		now := m.cells[k.Name][key]
		return now != nil && now.Value != 0
	})
}

// holdTotals holds the total rows of which some part is held, and reports whether
// there were any that were not.
func (t *countTable) holdTotals(held []bool) bool {
	more := false
	for _, k := range t.kpis {
		for _, key := range t.keys(k.Name) {
			total := t.cell(k.Name, key)
			for _, below := range t.breakdowns(k.Name, key) {
				if !held[total] && slices.ContainsFunc(below, func(b string) bool { return held[t.cell(k.Name, b)] }) {
					held[total], more = true, true
				}
			}
		}
	}
	return more
}

// show puts the figures that are published in the place of the newest.
func (m *mapping) show(c *chain) {
	for _, k := range c.group.all() {
		for key, newest := range m.cells[k.Name] {
			if !c.of(m, newest) {
				continue
			}
			last := c.published[key][k.Name]
			if last == nil {
				newest.withhold()
				continue
			}
			shown := cell{row: newest.row, Sample: last.Sample, released: true}
			if newest.AsOf.After(last.AsOf) {
				shown.Held = newest.AsOf
			}
			*newest = shown
		}
	}
}
