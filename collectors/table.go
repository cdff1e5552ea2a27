package collectors

import (
	"maps"
	"math"
	"slices"
	"strings"

	"planwatch/internal/disclosure"
	"planwatch/internal/kpi"
)

// counted is what one KPI counts at one label set: one number, or one for each
// class of a histogram, the last being the open one.
type counted struct {
	labels  kpi.Labels
	classes []int64
	// exact are the classes as they were given, with parts of people.
	exact []float64
}

func (c counted) total() int64 {
	total := int64(0)
	for _, n := range c.classes {
		total += n
	}
	return total
}

// countTable makes the disclosure table of counts of people: what is published of
// them, and how the figures are tied together.
type countTable struct {
	labels []string // of the collector
	kpis   []kpi.KPI
	// wholes are, by KPI, those that it counts a part of.
	wholes map[string][]string
	// counts are by KPI and labels.
	counts map[string]map[string]counted
	// others are figures of the collector that are shown whatever is withheld, by
	// KPI and labels.
	others map[string]map[string]int64
	// cell is the index of the cell that a KPI's figure at a label set is in.
	cell func(name, key string) int
	// remainder is what a total counts in a class that the rows below it do not, and
	// whether they are below it. A nil one takes it from counts.
	remainder func(name, key string, below []string, class int) (people int64, total bool)

	disclosure.Table
	// totals and classes are the figures of each KPI, by labels.
	totals  map[string]map[string]int
	classes map[string]map[string][]int
}

// build fills the table; cells is how many there are.
func (t *countTable) build(cells int) {
	t.Cells = make([]disclosure.Cell, cells)
	t.Known = pairs(len(t.labels))
	t.totals, t.classes = map[string]map[string]int{}, map[string]map[string][]int{}
	for _, k := range t.kpis {
		t.totals[k.Name], t.classes[k.Name] = map[string]int{}, map[string][]int{}
		for _, key := range t.keys(k.Name) {
			t.addCount(k, key)
		}
	}
	for _, k := range t.kpis {
		for _, whole := range t.wholes[k.Name] {
			t.addRests(k, whole)
		}
		t.addLines(k)
		t.addTotalRows(k)
	}
	t.addIdentities()
	t.addDifferences()
}

// pairs are all pairs of labels: a reader may know the sums along two labels at
// once, as in a table of a report. One label is known alone, and none not at all.
func pairs(labels int) [][]int {
	if labels < 2 {
		return [][]int{{0}}
	}
	var all [][]int
	for a := range labels {
		for b := range a {
			all = append(all, []int{b, a})
		}
	}
	return all
}

func (t *countTable) keys(name string) []string {
	return slices.Sorted(maps.Keys(t.counts[name]))
}

func (t *countTable) add(f disclosure.Figure) int {
	t.Figures = append(t.Figures, f)
	return len(t.Figures) - 1
}

// relate adds the relation that the first figure is the sum of the others.
func (t *countTable) relate(sum int, parts ...int) {
	r := disclosure.Relation{Terms: []disclosure.Term{{Figure: sum, Factor: -1}}}
	for _, part := range parts {
		r.Terms = append(r.Terms, disclosure.Term{Figure: part, Factor: 1})
	}
	t.Relations = append(t.Relations, r)
}

// addCount adds the figures of a KPI at one label set: the count, and the classes
// of a histogram.
func (t *countTable) addCount(k kpi.KPI, key string) {
	c := t.counts[k.Name][key]
	cell := t.cell(k.Name, key)
	total := c.total()
	t.Cells[cell].Size = max(t.Cells[cell].Size, total)
	// A zero is shown, so a count that is withheld is known to be at least one.
	whole := t.add(disclosure.Figure{Value: total, AtLeast: min(total, 1), MinCount: int64(k.Smallest), Cells: []int{cell}})
	t.totals[k.Name][key] = whole
	if k.Histogram == nil {
		t.classes[k.Name][key] = []int{whole}
		return
	}
	classes := make([]int, len(c.classes))
	for i, n := range c.classes {
		classes[i] = t.add(disclosure.Figure{Value: n, MinCount: int64(k.Smallest), Cells: []int{cell}})
	}
	t.classes[k.Name][key] = classes
	t.relate(whole, classes...)
}

// addRests adds what the whole counts and the part does not, at each label set.
func (t *countTable) addRests(part kpi.KPI, whole string) {
	for _, key := range t.keys(whole) {
		var parts, cells []int
		rest := t.Figures[t.totals[whole][key]].Value
		for _, p := range t.partsAt(part.Name, t.counts[whole][key].labels) {
			parts, cells = append(parts, t.totals[part.Name][p]), append(cells, t.cell(part.Name, p))
			rest -= t.Figures[t.totals[part.Name][p]].Value
		}
		if len(parts) == 0 || rest < 0 {
			continue
		}
		figure := t.add(disclosure.Figure{
			Value: rest, MinCount: int64(part.Smallest), Cells: append([]int{t.cell(whole, key)}, cells...),
		})
		t.relate(t.totals[whole][key], append(parts, figure)...)
	}
}

// partsAt are the label sets at which a part of what is counted at labels is: the
// same, or else those right below.
func (t *countTable) partsAt(part string, labels kpi.Labels) []string {
	if _, same := t.counts[part][labels.Key()]; same {
		return []string{labels.Key()}
	}
	var below []string
	for _, key := range t.keys(part) {
		if contains(t.counts[part][key].labels, labels) {
			below = append(below, key)
		}
	}
	return slices.DeleteFunc(slices.Clone(below), func(key string) bool {
		return slices.ContainsFunc(below, func(other string) bool {
			return contains(t.counts[part][key].labels, t.counts[part][other].labels)
		})
	})
}

// addLines adds the sums along each label, which a reader may know from
// elsewhere. A missing label is a value of its own.
func (t *countTable) addLines(k kpi.KPI) {
	for label, name := range t.labels {
		lines := map[string][]string{}
		var order []string
		for _, key := range t.keys(k.Name) {
			rest := slices.DeleteFunc(slices.Clone(t.counts[k.Name][key].labels), func(l kpi.Label) bool { return l.Name == name })
			if lines[rest.Key()] == nil {
				order = append(order, rest.Key())
			}
			lines[rest.Key()] = append(lines[rest.Key()], key)
		}
		for _, rest := range order {
			if len(lines[rest]) > 1 {
				t.addLine(k, label, lines[rest])
			}
		}
	}
}

func (t *countTable) addLine(k kpi.KPI, label int, keys []string) {
	cells := make([]int, len(keys))
	for i, key := range keys {
		cells[i] = t.cell(k.Name, key)
	}
	for class := range t.classes[k.Name][keys[0]] {
		r := disclosure.Relation{Line: cells, Label: label}
		for _, key := range keys {
			r.Terms = append(r.Terms, disclosure.Term{Figure: t.classes[k.Name][key][class], Factor: 1})
		}
		t.Relations = append(t.Relations, r)
	}
}

// addTotalRows ties rows with fewer labels to the rows below them: what a total
// counts is in one of these or in a remainder that has no row.
func (t *countTable) addTotalRows(k kpi.KPI) {
	for _, key := range t.keys(k.Name) {
		for _, below := range t.breakdowns(k.Name, key) {
			t.addTotalRow(k, key, below)
		}
	}
}

func (t *countTable) addTotalRow(k kpi.KPI, key string, below []string) {
	cells := make([]int, 0, len(below)+1)
	for _, b := range below {
		cells = append(cells, t.cell(k.Name, b))
	}
	cells = append(cells, t.cell(k.Name, key))
	remainderOf := t.remainder
	if remainderOf == nil {
		remainderOf = t.countedRemainder
	}
	for class, total := range t.classes[k.Name][key] {
		remainder, isTotal := remainderOf(k.Name, key, below, class)
		if !isTotal {
			continue
		}
		parts := make([]int, len(below))
		for i, b := range below {
			parts[i] = t.classes[k.Name][b][class]
		}
		parts = append(parts, t.add(disclosure.Figure{Value: remainder, MinCount: int64(k.Smallest), Cells: cells}))
		t.relate(total, parts...)
		t.Relations[len(t.Relations)-1].Across = true
	}
}

// rounding is how far sums of figures with decimals may be off.
const rounding = 1e-6

func (t *countTable) countedRemainder(name, key string, below []string, class int) (people int64, total bool) {
	exact := t.counts[name][key].exact[class]
	for _, b := range below {
		exact -= t.counts[name][b].exact[class]
	}
	if math.Abs(exact) < rounding {
		exact = 0
	}
	return wholePeople(exact), exact >= 0
}

// breakdowns are the label sets right below one: those that have its labels and
// others, with none between, one group for each set of label names, and all
// together, since rows of one total may have different labels.
func (t *countTable) breakdowns(name, key string) [][]string {
	labels := t.counts[name][key].labels
	var below []string
	for _, other := range t.keys(name) {
		if contains(t.counts[name][other].labels, labels) {
			below = append(below, other)
		}
	}
	groups := map[string][]string{}
	for _, b := range below {
		between := func(other string) bool { return contains(t.counts[name][b].labels, t.counts[name][other].labels) }
		if !slices.ContainsFunc(below, between) {
			names := labelNames(t.counts[name][b].labels)
			groups[names] = append(groups[names], b)
		}
	}
	all := make([][]string, 0, len(groups))
	for _, names := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, groups[names])
	}
	if len(all) > 1 {
		all = append(all, slices.Concat(all...))
	}
	return all
}

// contains reports whether labels has all of fewer, and more.
func contains(labels, fewer kpi.Labels) bool {
	if len(labels) <= len(fewer) {
		return false
	}
	for _, label := range fewer {
		if labels.Get(label.Name) != label.Value {
			return false
		}
	}
	return true
}

func labelNames(labels kpi.Labels) string {
	names := make([]string, len(labels))
	for i, label := range labels {
		names[i] = label.Name
	}
	return strings.Join(names, ",")
}

// fewestForIdentity is at how many label sets figures must agree to be taken as
// the same thing, and not for a coincidence. That a histogram and a KPI count the
// same people is likely enough at one.
const fewestForIdentity = 3

// addIdentities adds what a reader can see in the figures that are shown: that one
// is always another, or always the sum of two others, though nothing says so. A
// histogram takes part with each of its cumulative classes.
func (t *countTable) addIdentities() {
	quantities := t.quantities()
	for a := range quantities {
		for b := range quantities {
			if a < b && t.same(quantities[a], quantities[b]) {
				t.identify(quantities[a], quantities[b])
			}
		}
	}
	for a := range quantities {
		for b := range quantities {
			for c := range b {
				if a != b && a != c && t.same(quantities[a], quantities[b], quantities[c]) {
					t.identify(quantities[a], quantities[b], quantities[c])
				}
			}
		}
	}
}

// quantity is what a reader can take from a KPI: at each label set, the figures
// to be added up.
type quantity struct {
	kpi string
	// all is set for all that a histogram observed.
	all   bool
	terms map[string][]int
}

func (t *countTable) quantities() []quantity {
	var all []quantity
	for _, k := range t.kpis {
		count := quantity{kpi: k.Name, all: k.Histogram != nil, terms: map[string][]int{}}
		for key, figure := range t.totals[k.Name] {
			count.terms[key] = []int{figure}
		}
		all = append(all, count)
		if k.Histogram == nil {
			continue
		}
		for i := range k.Histogram.Bounds {
			q := quantity{kpi: k.Name, terms: map[string][]int{}}
			for key, classes := range t.classes[k.Name] {
				q.terms[key] = classes[:i+1]
			}
			all = append(all, q)
		}
	}
	return all
}

func (t *countTable) value(figures []int) int64 {
	sum := int64(0)
	for _, f := range figures {
		sum += t.Figures[f].Value
	}
	return sum
}

// same reports whether the first quantity is the sum of the others at every label
// set that has them all. Quantities of one KPI are tied together already.
func (t *countTable) same(sum quantity, parts ...quantity) bool {
	met, some := 0, false
	for i, part := range parts {
		if part.kpi == sum.kpi || i > 0 && part.kpi == parts[0].kpi {
			return false
		}
	}
next:
	for key, figures := range sum.terms {
		rest := t.value(figures)
		some = some || rest > 0
		for _, part := range parts {
			terms, has := part.terms[key]
			if !has {
				continue next
			}
			rest -= t.value(terms)
		}
		if rest != 0 {
			return false
		}
		met++
	}
	if len(parts) == 1 && (sum.all || parts[0].all) {
		return some && met > 0
	}
	return some && met >= fewestForIdentity
}

func (t *countTable) identify(sum quantity, parts ...quantity) {
	for _, key := range slices.Sorted(maps.Keys(sum.terms)) {
		r := disclosure.Relation{}
		for _, f := range sum.terms[key] {
			r.Terms = append(r.Terms, disclosure.Term{Figure: f, Factor: -1})
		}
		all := true
		for _, part := range parts {
			terms, has := part.terms[key]
			all = all && has
			for _, f := range terms {
				r.Terms = append(r.Terms, disclosure.Term{Figure: f, Factor: 1})
			}
		}
		if all {
			t.Relations = append(t.Relations, r)
		}
	}
}

// addDifferences adds what a reader can see in figures that are not about people:
// that one is always the sum or the difference of two counts, where the smaller of
// these is of anybody. So beds and inpatients tell how many have no bed.
func (t *countTable) addDifferences() {
	for _, name := range slices.Sorted(maps.Keys(t.others)) {
		for _, a := range t.kpis {
			for _, b := range t.kpis {
				if a.Name == b.Name {
					continue
				}
				t.addDifference(t.others[name], a.Name, b.Name, -1)
				if a.Name < b.Name {
					t.addDifference(t.others[name], a.Name, b.Name, 1)
				}
			}
		}
	}
}

// addDifference ties a count to another where the two, the second times sign, make
// a figure that is shown.
func (t *countTable) addDifference(shown map[string]int64, a, b string, sign int64) {
	var keys []string
	for key, figure := range t.totals[b] {
		other, both := t.totals[a][key]
		value, known := shown[key]
		if !both || !known || t.Figures[figure].Value == 0 {
			continue
		}
		if t.Figures[other].Value+sign*t.Figures[figure].Value != value {
			return
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		t.Relations = append(t.Relations, disclosure.Relation{Terms: []disclosure.Term{
			{Figure: t.totals[a][key], Factor: 1}, {Figure: t.totals[b][key], Factor: sign},
		}})
	}
}
