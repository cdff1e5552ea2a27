package collectors

import (
	"context"
	"maps"
	"math"
	"slices"

	"planwatch/internal/kpi"
)

// defaultMinCount is the smallest number of people that is shown where a
// definition gives none.
const defaultMinCount = 5

// group is the KPIs of a collector that are about the same people: those that
// count them, and those that are about them in another way, as money, durations
// and rates are.
type group struct {
	counts, followers []kpi.KPI
	// waived are counts that are not protected. They are shown, except where a count
	// is withheld: they would tell how large it can be.
	waived []kpi.KPI
	// wholes are, by KPI, the KPIs that it counts a part of.
	wholes map[string][]string
}

// groups are the collector's groups of people. KPIs that are not about people are
// in none.
func (d *Definition) groups() []group {
	byName := map[string]*group{}
	for _, k := range d.KPIs {
		if k.Ratio != nil || k.People == kpi.NotAboutPeople {
			continue
		}
		g := byName[k.People]
		if g == nil {
			g = &group{wholes: map[string][]string{}}
			byName[k.People] = g
		}
		switch {
		case k.CountsPeople():
			g.counts = append(g.counts, k)
		case k.MinCountWaiver == "":
			g.followers = append(g.followers, k)
		default:
			g.waived = append(g.waived, k)
		}
	}
	// What names no group, where every count does, is about all of them.
	var everybody []kpi.KPI
	if g := byName[""]; g != nil && len(g.counts) == 0 {
		everybody = g.followers
	}
	var all []group
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if g := byName[name]; len(g.counts) > 0 {
			g.followers = append(g.followers, everybody...)
			g.findWholes(d.KPIs)
			all = append(all, *g)
		}
	}
	return all
}

// findWholes notes what each count is a part of: the KPI that it names, and that
// which it is divided by.
func (g *group) findWholes(kpis []kpi.KPI) {
	counts := func(name string) bool {
		return slices.ContainsFunc(g.counts, func(k kpi.KPI) bool { return k.Name == name })
	}
	add := func(part, whole string) {
		if counts(part) && counts(whole) && part != whole && !slices.Contains(g.wholes[part], whole) {
			g.wholes[part] = append(g.wholes[part], whole)
		}
	}
	for _, k := range kpis {
		if k.PartOf != "" {
			add(k.Name, k.PartOf)
		}
		if k.Ratio != nil {
			add(k.Ratio.Of, k.Ratio.To)
		}
	}
}

// spans are what the group's counts accumulate over, "" among them where some do
// not.
func (g group) spans() []string {
	var spans []string
	for _, k := range g.counts {
		spans = append(spans, k.Span())
	}
	slices.Sort(spans)
	return slices.Compact(spans)
}

// over is the group's KPIs that accumulate over the span. What follows counts and
// accumulates over something else than any of them goes with the first.
func (g group) over(span string) group {
	spans := g.spans()
	of := func(k kpi.KPI) string {
		if slices.Contains(spans, k.Span()) {
			return k.Span()
		}
		return spans[0]
	}
	other := func(k kpi.KPI) bool { return of(k) != span }
	return group{
		wholes: g.wholes,
		counts: slices.DeleteFunc(slices.Clone(g.counts), other), followers: slices.DeleteFunc(slices.Clone(g.followers), other),
	}
}

func (g group) all() []kpi.KPI { return append(slices.Clone(g.counts), g.followers...) }

// withhold removes the values of the figures that are about too few people, and
// of so many others that none of these can be computed (package disclosure). What
// accumulates is left to release. The error is ctx's.
func (m *mapping) withhold(ctx context.Context) error {
	for _, g := range m.definition.groups() {
		if slices.Contains(g.spans(), "") {
			if err := m.withholdGroup(ctx, g.over("")); err != nil {
				return err
			}
		}
		m.withholdWaived(g)
	}
	return nil
}

func (m *mapping) withholdGroup(ctx context.Context, g group) error {
	t := countTable{labels: m.definition.Labels, kpis: g.counts, wholes: m.wholes(g), counts: m.counts(g.counts), others: m.others()}
	cells := map[[2]string]int{}
	for _, k := range g.counts {
		for _, key := range t.keys(k.Name) {
			cells[[2]string{k.Name, key}] = len(cells)
		}
	}
	t.cell = func(name, key string) int { return cells[[2]string{name, key}] }
	t.build(len(cells))
	withheld, err := t.Withhold(ctx, make([]bool, len(cells)))
	if err != nil {
		return err
	}
	for at, cell := range cells {
		if withheld[cell] {
			m.cells[at[0]][at[1]].withhold()
		}
	}
	for _, k := range g.followers {
		for key, c := range m.cells[k.Name] {
			if withheld, counted := m.countsAt(g.counts, key); withheld || !counted {
				c.withhold()
			}
		}
	}
	return nil
}

// withholdWaived withholds what is waived beside a count that is withheld, whether
// that accumulates or not.
func (m *mapping) withholdWaived(g group) {
	for _, k := range g.waived {
		for key, c := range m.cells[k.Name] {
			if withheld, _ := m.countsAt(g.counts, key); withheld {
				c.withhold()
			}
		}
	}
}

// countsAt reports whether one of the counts is withheld at a label set, and
// whether one of them tells how many people there are.
func (m *mapping) countsAt(counts []kpi.KPI, key string) (withheld, counted bool) {
	for _, k := range counts {
		if c, ok := m.cells[k.Name][key]; ok {
			withheld, counted = withheld || c.Withheld, true
		}
	}
	return withheld, counted
}

func (c *cell) withhold() {
	c.Withheld, c.Value = true, 0
	if c.Histogram != nil {
		c.Histogram = &kpi.Histogram{}
	}
}

// wholes are the group's, without those that only a ratio names and that are
// smaller than their part at more than a tenth of the label sets: these are no
// wholes. At a few it is a fault of the data.
func (m *mapping) wholes(g group) map[string][]string {
	wholes := map[string][]string{}
	for part, names := range g.wholes {
		for _, whole := range names {
			smaller, both := 0, 0
			for key, c := range m.cells[part] {
				if other, has := m.cells[whole][key]; has {
					both++
					if people(other.Sample) < people(c.Sample) {
						smaller++
					}
				}
			}
			if g.declares(part, whole) || 10*smaller <= both {
				wholes[part] = append(wholes[part], whole)
			}
		}
	}
	return wholes
}

// declares reports whether the count says itself what it is a part of.
func (g group) declares(part, whole string) bool {
	return slices.ContainsFunc(g.counts, func(k kpi.KPI) bool { return k.Name == part && k.PartOf == whole })
}

// counts are the KPIs' figures as whole numbers of people.
func (m *mapping) counts(kpis []kpi.KPI) map[string]map[string]counted {
	all := make(map[string]map[string]counted, len(kpis))
	for _, k := range kpis {
		all[k.Name] = make(map[string]counted, len(m.cells[k.Name]))
		for key, c := range m.cells[k.Name] {
			all[k.Name][key] = counted{labels: c.Labels, classes: classesOf(c.Sample), exact: exactly(c.Sample)}
		}
	}
	return all
}

// others are the collector's whole figures that are not about people.
func (m *mapping) others() map[string]map[string]int64 {
	all := map[string]map[string]int64{}
	for _, k := range m.definition.KPIs {
		if k.Guarded && (k.MinCountWaiver == "" || k.CountsPeople()) || k.Column == "" {
			continue
		}
		all[k.Name] = map[string]int64{}
		for key, c := range m.cells[k.Name] {
			if c.Value == math.Trunc(c.Value) && math.Abs(c.Value) < 1<<31 {
				all[k.Name][key] = int64(c.Value)
			}
		}
	}
	return all
}

// mostPeople is as many as are told apart: more than there are.
const mostPeople = 1 << 40

// classesOf are a sample's numbers of people: one, or one for each class of a
// histogram. A part of a person counts as a whole one.
func classesOf(s kpi.Sample) []int64 {
	if s.Histogram == nil {
		return []int64{wholePeople(s.Value)}
	}
	classes := make([]int64, 0, len(s.Histogram.Counts)+1)
	below := uint64(0)
	for _, count := range append(slices.Clone(s.Histogram.Counts), s.Histogram.Count) {
		classes = append(classes, int64(min(count-below, mostPeople)))
		below = count
	}
	return classes
}

func people(s kpi.Sample) float64 {
	if s.Histogram != nil {
		return float64(s.Histogram.Count)
	}
	return s.Value
}

func wholePeople(n float64) int64 { return int64(min(math.Ceil(math.Abs(n)), mostPeople)) }

// exactly are a sample's numbers as they are, one for each class.
func exactly(s kpi.Sample) []float64 {
	if s.Histogram == nil {
		return []float64{s.Value}
	}
	classes := classesOf(s)
	exact := make([]float64, len(classes))
	for i, n := range classes {
		exact[i] = float64(n)
	}
	return exact
}
