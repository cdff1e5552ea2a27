package collectors_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// group is what a table's rows tell at one label set. What is missing is nil.
type group struct {
	labels                         kpi.Labels
	whole, part, other, flat, cost *float64
	// waits are the observations in each class.
	waits []float64
}

// table is a collector's definition and what its query gives.
type table struct {
	labels []string
	// n is min_count.
	n int
	// names of the KPIs.
	names  []string
	groups []group
}

// waitBounds of the histogram, and a value in each class.
var (
	waitBounds = []float64{10, 20, 30}
	waited     = []float64{5, 15, 25, 99}
)

// kpiYAML are the KPIs that a table may have, without their common keys.
var kpiYAML = map[string]string{
	"whole": "column: whole, unit: patients, aggregate: sum, min_count: N",
	"part":  "column: part, unit: patients, aggregate: sum, min_count: N, part_of: whole",
	"other": "column: other, unit: patients, aggregate: sum, min_count: N",
	"cost":  "column: cost, unit: sek, aggregate: sum",
	"flat":  "column: flat, unit: beds, aggregate: sum, people: none",
	"share": "ratio: {of: part, to: whole}, unit: ratio",
	"waits": "histogram: {value: waited, count: observed, buckets: [10, 20, 30]}, unit: seconds, min_count: N",
}

// definition of the collector, as its file.
func (t table) definition() string {
	var b strings.Builder
	fmt.Fprintf(&b, "collector: attacked\ntitle: {sv: Anfall, en: Attacked}\nsource: warehouse\nschedule: \"0 * * * *\"\nquery: attacked.sql\nlabels: [%s]\nmax_age: 2h\nallow_empty: true\nkpis:\n", strings.Join(t.labels, ", "))
	n := fmt.Sprint(t.n)
	if t.n < 5 {
		n += ", min_count_waiver: The attacker is tried on these too."
	}
	for _, name := range t.names {
		fmt.Fprintf(&b, "  - {name: %s, title: {sv: x, en: x}, definition: {sv: x, en: x}, better: lower, %s}\n", name, strings.ReplaceAll(kpiYAML[name], "N", n))
	}
	return b.String()
}

// has tells whether the table has the KPI.
func (t table) has(name string) bool { return slices.Contains(t.names, name) }

// result is what the query gives: a row with the columns of each group, and
// one for each class.
func (t table) result() *warehouse.Result {
	r := &warehouse.Result{}
	for _, label := range t.labels {
		r.Columns = append(r.Columns, warehouse.Column{Name: label, Type: warehouse.Text, DatabaseType: "VARCHAR"})
	}
	for _, name := range []string{"whole", "part", "other", "flat", "cost", "waited", "observed"} {
		r.Columns = append(r.Columns, warehouse.Column{Name: name, Type: warehouse.Number, DatabaseType: "INT"})
	}
	value := func(v *float64) warehouse.Value {
		if v == nil {
			return null
		}
		return num(*v)
	}
	for _, g := range t.groups {
		var labels []warehouse.Value
		for _, label := range t.labels {
			labels = append(labels, text(g.labels.Get(label)))
		}
		r.Rows = append(r.Rows, append(slices.Clone(labels), value(g.whole), value(g.part), value(g.other), value(g.flat), value(g.cost), null, null))
		for i, v := range g.waits {
			if v > 0 {
				r.Rows = append(r.Rows, append(slices.Clone(labels), null, null, null, null, null, num(waited[i]), num(v)))
			}
		}
	}
	return r
}

// truth is the figures of the rows, without withholding.
func (t table) truth() []kpi.Sample {
	var samples []kpi.Sample
	for _, g := range t.groups {
		for _, name := range t.names {
			sample := kpi.Sample{KPI: name, Labels: g.labels}
			v := map[string]*float64{"whole": g.whole, "part": g.part, "other": g.other, "cost": g.cost, "flat": g.flat}[name]
			switch {
			case name == "share":
				if g.whole == nil || g.part == nil || *g.whole == 0 {
					continue
				}
				sample.Value = *g.part / *g.whole
			case name == "waits":
				h := &kpi.Histogram{Bounds: waitBounds, Counts: make([]uint64, len(waitBounds))}
				for i, v := range g.waits {
					for j := i; j < len(h.Counts); j++ {
						h.Counts[j] += uint64(v)
					}
					h.Count += uint64(v)
				}
				if h.Count == 0 {
					continue
				}
				sample.Histogram = h
			case v == nil:
				continue
			default:
				sample.Value = *v
			}
			samples = append(samples, sample)
		}
	}
	return samples
}

// shape bounds a random table.
type shape struct {
	labels int
	values int
	names  []string
}

// randomTable is a table that looks like those of health care, with more small
// figures: many from 0 to 8 and some large, cells that are missing, rows that
// are totals, labels within labels, and figures that hang together.
func randomTable(seed uint64, s shape) table {
	random := rand.New(rand.NewPCG(seed, 3))
	chance := func(percent int) bool { return random.IntN(100) < percent }
	t := table{n: []int{5, 5, 5, 3, 10}[random.IntN(5)], labels: []string{"a", "b", "c"}[:1+random.IntN(s.labels)]}
	for _, name := range s.names {
		if name == "whole" || chance(60) {
			t.names = append(t.names, name)
		}
	}
	if !t.has("part") {
		t.names = slices.DeleteFunc(t.names, func(name string) bool { return name == "share" })
	}
	figure := func() float64 {
		switch {
		case chance(15):
			return 0
		case chance(65):
			return float64(1 + random.IntN(8))
		case chance(80):
			return float64(9 + random.IntN(40))
		}
		return float64(100 + random.IntN(2000))
	}
	nested, agrees, upToPart, complement := chance(30), chance(50), chance(30), chance(30)
	density := 40 + random.IntN(61)
	sets := []kpi.Labels{{}}
	for i, label := range t.labels {
		var longer []kpi.Labels
		for _, set := range sets {
			values := 1 + random.IntN(s.values)
			if i == 0 || !nested {
				values = 2 + random.IntN(max(1, s.values-1))
			}
			for v := range values {
				value := fmt.Sprint(label, v)
				if nested && i > 0 {
					value = set[i-1].Value + value
				}
				longer = append(longer, append(slices.Clone(set), kpi.Label{Name: label, Value: value}))
			}
		}
		sets = longer
	}
	for _, labels := range sets {
		if !chance(density) {
			continue
		}
		g := group{labels: labels}
		missing := func() bool { return chance(6) }
		whole := figure()
		part := float64(random.IntN(int(whole) + 1))
		if chance(40) {
			part = max(0, whole-float64(random.IntN(7)))
		}
		other := figure()
		if complement {
			other = whole - part
		}
		g.waits = make([]float64, len(waited))
		switch {
		case agrees:
			left := int(whole)
			for i := range waited[1:] {
				switch {
				case upToPart && i == 0:
					g.waits[i] = float64(random.IntN(int(part) + 1))
				case upToPart && i == 1:
					g.waits[i] = part - g.waits[0]
				default:
					g.waits[i] = float64(random.IntN(left + 1))
				}
				left -= int(g.waits[i])
			}
			g.waits[len(waited)-1] = float64(left)
		case !missing():
			for i := range waited {
				g.waits[i] = figure()
			}
		}
		cost := whole * float64(1000+random.IntN(9000))
		flat := float64(100000 + random.IntN(30)) // equal to no count by chance
		set := func(to **float64, name string, v float64) {
			if t.has(name) && !missing() {
				*to = &v
			}
		}
		set(&g.whole, "whole", whole)
		set(&g.part, "part", part)
		set(&g.other, "other", other)
		set(&g.cost, "cost", cost)
		set(&g.flat, "flat", flat)
		if !t.has("waits") {
			g.waits = nil
		}
		t.groups = append(t.groups, g)
	}
	if chance(45) {
		t.groups = append(t.groups, t.totals(random)...)
	}
	random.Shuffle(len(t.groups), func(i, j int) { t.groups[i], t.groups[j] = t.groups[j], t.groups[i] })
	return t
}

// totals are rows of all that share the first labels, with what has no place
// below them.
func (t table) totals(random *rand.Rand) []group {
	totals := map[string]*group{}
	from := random.IntN(len(t.labels))
	for _, g := range t.groups {
		for kept := from; kept < len(t.labels); kept++ {
			labels := g.labels[:kept]
			key := labels.Key()
			total := totals[key]
			if total == nil {
				total = &group{labels: labels}
				if random.IntN(100) < 25 {
					v := float64(random.IntN(7))
					total.whole = &v
				}
				totals[key] = total
			}
			add := func(to **float64, v *float64) {
				if v != nil {
					if *to == nil {
						*to = new(float64)
					}
					sum := **to + *v
					*to = &sum
				}
			}
			// A part of what is missing in the whole would be more than it.
			if g.whole != nil {
				add(&total.part, g.part)
			}
			add(&total.whole, g.whole)
			add(&total.other, g.other)
			add(&total.cost, g.cost)
			add(&total.flat, g.flat)
			if g.waits != nil {
				if total.waits == nil {
					total.waits = make([]float64, len(waited))
				}
				for i, v := range g.waits {
					total.waits[i] += v
				}
			}
		}
	}
	var all []group
	for _, key := range slices.Sorted(maps.Keys(totals)) {
		if !t.has("whole") {
			totals[key].whole = nil
		}
		all = append(all, *totals[key])
	}
	return all
}
