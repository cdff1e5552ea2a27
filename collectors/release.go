package collectors

import (
	"context"
	"fmt"
	"maps"
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

// ends are the ends of the year's periods in location, to the second. The last is
// always the year's.
func (r Release) ends(year int, location *time.Location) []time.Time {
	var ends []time.Time
	newYear := time.Date(year+1, 1, 1, 0, 0, 0, 0, location)
	for day := time.Date(year, 1, 2, 0, 0, 0, 0, location); !day.After(newYear); day = day.AddDate(0, 0, 1) {
		if r == Daily || r == Weekly && day.Weekday() == time.Monday || r == Monthly && day.Day() == 1 || day.Equal(newYear) {
			ends = append(ends, day.Add(-time.Second))
		}
	}
	return ends
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
	// year is what the figures are of; 0 for those that accumulate over years.
	year      int
	published map[string]released // by labels
}

// release replaces the figures about people that accumulate by those of their last
// release, or withholds them where there is none.
func (m *mapping) release(ctx context.Context, ask Ask) error {
	var chains []*chain
	var since time.Time // when the first of the chains over years begins
	for _, g := range m.definition.groups() {
		for _, span := range g.spans() {
			switch part := g.over(span); span {
			case "":
			case string(kpi.Year):
				for _, year := range m.years(part) {
					chains = append(chains, &chain{group: part, year: year, published: map[string]released{}})
				}
			default:
				began, err := time.ParseInLocation(time.DateOnly, span, m.definition.schedule.location)
				if err != nil {
					return fmt.Errorf("counted_since: %w", err)
				}
				chains = append(chains, &chain{group: part, published: map[string]released{}})
				if since.IsZero() || began.Before(since) {
					since = began
				}
			}
		}
	}
	for _, end := range m.ends(chains, since) {
		then, err := m.at(ctx, ask, end)
		if err != nil {
			return err
		}
		for _, c := range chains {
			if c.year == 0 || c.year == end.Year() {
				c.step(then, end, m.asOf)
			}
		}
	}
	for _, c := range chains {
		m.show(c)
	}
	return nil
}

// ends are the ends of the periods that the chains go through, up to the moment of
// the run. A chain over years begins at since.
func (m *mapping) ends(chains []*chain, since time.Time) []time.Time {
	location := m.definition.schedule.location
	years := map[int]bool{}
	for _, c := range chains {
		if c.year != 0 {
			years[c.year] = true
			continue
		}
		for year := since.Year(); year <= m.asOf.In(location).Year(); year++ {
			years[year] = true
		}
	}
	var ends []time.Time
	for _, year := range slices.Sorted(maps.Keys(years)) {
		for _, end := range m.definition.Release.ends(year, location) {
			if !end.After(m.asOf) {
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

// step publishes what may be at a period's end.
func (c *chain) step(m *mapping, end, now time.Time) {
	t := countTable{labels: m.definition.Labels, kpis: c.group.counts, wholes: m.wholes(c.group), counts: map[string]map[string]counted{}}
	cells := map[string]int{} // a label set is published as a whole
	var keys []string
	var always []bool
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
				always = append(always, false)
			}
			if !complete(figure.AsOf, end, now) {
				always[cells[key]] = true
			}
			t.counts[k.Name][key] = counted{labels: figure.Labels, classes: c.growth(k.Name, key, figure.Sample)}
		}
	}
	t.cell = func(_, key string) int { return cells[key] }
	t.build(len(cells))
	held := t.Withhold(always)
	// A total that is published time and again tells of the parts that are not, so
	// it is published only with all of them.
	for t.holdTotals(held) {
		held = t.Withhold(held)
	}
	for i, key := range keys {
		if !held[i] {
			c.publish(m, key)
		}
	}
}

// complete reports whether a figure is of all of the period that ended.
func complete(asOf, end, now time.Time) bool {
	return asOf.After(end.AddDate(0, 0, -1)) || !now.Before(end.Add(settling))
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

// publish makes the figures at a label set those that are published. Where nobody
// was added but an amount has changed, that is about few people too.
func (c *chain) publish(m *mapping, key string) {
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
		return
	}
	c.published[key] = released{}
	for _, k := range c.group.all() {
		if now := m.cells[k.Name][key]; now != nil {
			c.published[key][k.Name] = now
		}
	}
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
			shown := &cell{Sample: last.Sample}
			if newest.AsOf.After(last.AsOf) {
				shown.Held = newest.AsOf
			}
			m.cells[k.Name][key] = shown
		}
	}
}
