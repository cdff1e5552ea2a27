package collectors

import (
	"cmp"
	"slices"

	"planwatch/internal/kpi"
)

// withhold removes the values of the cells that are about too few people
// (primary suppression), and of so many other cells that no removed value can
// be computed by subtraction from a sum (complementary suppression): along each
// label, no cell is the only one that is withheld.
//
// KPIs that count the same people are withheld together, since one reveals the
// other. A cell that counts nobody is shown, unless it is needed to hide
// another.
func (m *mapping) withhold() {
	groups := map[string][]kpi.KPI{}
	for _, k := range m.definition.KPIs {
		if k.MinCount > 0 {
			name := cmp.Or(k.People, "kpi "+k.Name)
			groups[name] = append(groups[name], k)
		}
	}
	for _, group := range groups {
		m.withholdGroup(group)
	}
}

// withholdGroup withholds cells of KPIs that count the same people.
func (m *mapping) withholdGroup(group []kpi.KPI) {
	smallest := map[string]*cell{} // of the KPIs at each label set
	hidden := map[string]bool{}
	for _, k := range group {
		for key, c := range m.cells[k.Name] {
			n := people(c.Sample)
			if n > 0 && n < float64(k.MinCount) {
				hidden[key] = true
			}
			if other := smallest[key]; other == nil || n < people(other.Sample) {
				smallest[key] = c
			}
		}
	}
	if len(hidden) == 0 {
		return
	}
	for again := true; again; {
		again = false
		for _, line := range lines(smallest) {
			if key := complement(line, smallest, hidden); key != "" {
				hidden[key] = true
				again = true
			}
		}
	}
	for _, k := range group {
		for key, c := range m.cells[k.Name] {
			if !hidden[key] {
				continue
			}
			c.Withheld, c.Value = true, 0
			if c.Histogram != nil {
				c.Histogram = &kpi.Histogram{}
			}
		}
	}
}

func people(s kpi.Sample) float64 {
	if s.Histogram != nil {
		return float64(s.Histogram.Count)
	}
	return s.Value
}

// lines are the groups of cells that differ in one label only. A reader may
// know the sum of each group. Their order is always the same.
func lines(cells map[string]*cell) [][]string {
	byRest := map[string][]string{}
	for key, c := range cells {
		for i := range c.Labels {
			rest := append(slices.Clone(c.Labels[:i]), c.Labels[i+1:]...)
			line := c.Labels[i].Name + "\xff" + rest.Key()
			byRest[line] = append(byRest[line], key)
		}
	}
	all := make([][]string, 0, len(byRest))
	for _, line := range byRest {
		slices.Sort(line)
		all = append(all, line)
	}
	slices.SortFunc(all, slices.Compare)
	return all
}

// complement is the key of the cell to hide as well if only one cell of the
// line is hidden: the smallest, so that least is lost. Otherwise it is "".
func complement(line []string, cells map[string]*cell, hidden map[string]bool) string {
	var shown []string
	for _, key := range line {
		if !hidden[key] {
			shown = append(shown, key)
		}
	}
	if len(line)-len(shown) != 1 || len(shown) == 0 {
		return ""
	}
	return slices.MinFunc(shown, func(a, b string) int {
		return cmp.Or(cmp.Compare(people(cells[a].Sample), people(cells[b].Sample)), cmp.Compare(a, b))
	})
}
