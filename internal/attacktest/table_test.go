package attacktest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"planwatch/internal/kpi"
)

// reader goes through all figures that fit what a reader knows, by the text of
// the specification and without equations: cell by cell, and relation by
// relation, on the figures themselves.
type reader struct {
	kpis   []kpi.KPI
	truth  map[string]map[string][]int64 // KPI, labels, classes: one for a column
	labels map[string]kpi.Labels
	hidden map[string]map[string]bool
	ties   [][2]string // part, whole
	// guess is what truth could be.
	guess map[string]map[string][]int64
	// known and under are what lines and children give, once they were asked.
	known map[string][][]string
	under map[string][]string
}

func total(classes []int64) int64 {
	var sum int64
	for _, c := range classes {
		sum += c
	}
	return sum
}

// lines are the cells of each line whose sum is known.
func (r *reader) lines(k string) [][]string {
	if lines, ok := r.known[k]; ok {
		return lines
	}
	r.known[k] = nil
	for _, name := range []string{"a", "b"} {
		done := map[string]bool{}
		for _, key := range slices.Sorted(maps.Keys(r.truth[k])) {
			var line []string
			known := false
			for _, other := range slices.Sorted(maps.Keys(r.truth[k])) {
				for _, l := range []string{"a", "b"} {
					if l != name && r.labels[key].Get(l) != r.labels[other].Get(l) {
						goto next
					}
				}
				line = append(line, other)
				known = known || !r.hidden[k][other] && total(r.truth[k][other]) > 0
			next:
			}
			if id := strings.Join(line, "|"); known && !done[id] {
				done[id] = true
				r.known[k] = append(r.known[k], line)
			}
		}
	}
	return r.known[k]
}

// children are the rows right below a row.
func (r *reader) children(k, upper string) []string {
	if under, ok := r.under[k+upper]; ok {
		return under
	}
	var all []string
	for key := range r.truth[k] {
		if len(r.labels[key]) > len(r.labels[upper]) && contains(r.labels[key], r.labels[upper]) {
			all = append(all, key)
		}
	}
	r.under[k+upper] = slices.DeleteFunc(slices.Clone(all), func(key string) bool {
		return slices.ContainsFunc(all, func(other string) bool {
			return len(r.labels[other]) < len(r.labels[key]) && contains(r.labels[key], r.labels[other])
		})
	})
	return r.under[k+upper]
}

func contains(labels, others kpi.Labels) bool {
	return !slices.ContainsFunc(others, func(l kpi.Label) bool { return !slices.Contains(labels, l) })
}

// fits tells whether the guess could be the truth, to the reader.
func (r *reader) fits() bool {
	for _, k := range r.kpis {
		for key, guess := range r.guess[k.Name] {
			if r.hidden[k.Name][key] && total(guess) == 0 && total(r.truth[k.Name][key]) > 0 {
				return false
			}
			children := r.children(k.Name, key)
			if len(children) == 0 {
				continue
			}
			rests := func(figures map[string][]int64, class int) int64 {
				of := func(key string) int64 {
					if class < 0 {
						return total(figures[key])
					}
					return figures[key][class]
				}
				rest := of(key)
				for _, child := range children {
					rest -= of(child)
				}
				return rest
			}
			for class := -1; class < len(guess); class++ {
				if rests(r.truth[k.Name], class) >= 0 && rests(r.guess[k.Name], class) < 0 {
					return false
				}
			}
		}
		for _, line := range r.lines(k.Name) {
			for class := range r.truth[k.Name][line[0]] {
				var is, would int64
				for _, key := range line {
					is += r.truth[k.Name][key][class]
					would += r.guess[k.Name][key][class]
				}
				if is != would {
					return false
				}
			}
		}
	}
	for _, tie := range r.ties {
		for key, part := range r.guess[tie[0]] {
			whole, both := r.guess[tie[1]][key]
			if both && total(r.truth[tie[0]][key]) <= total(r.truth[tie[1]][key]) && total(part) > total(whole) {
				return false
			}
		}
	}
	return r.fitsSame()
}

// fitsSame: what is equal in truth is equal in the guess.
func (r *reader) fitsSame() bool {
	type of func(figures map[string]map[string][]int64, key string) (int64, bool)
	whole := func(name string) of {
		return func(figures map[string]map[string][]int64, key string) (int64, bool) {
			v, ok := figures[name][key]
			return total(v), ok
		}
	}
	equal := func(least int, sides ...of) bool {
		is, would, shared := true, true, 0
		for key := range r.labels {
			first, ok := sides[0](r.truth, key)
			guess, _ := sides[0](r.guess, key)
			for _, side := range sides[1:] {
				v, has := side(r.truth, key)
				ok = ok && has
				first -= v
				v, _ = side(r.guess, key)
				guess -= v
			}
			if !ok {
				continue
			}
			shared++
			is, would = is && first == 0, would && guess == 0
		}
		return !is || shared < least || would
	}
	for _, a := range r.kpis {
		for _, b := range r.kpis {
			if a.Name == b.Name {
				continue
			}
			least := 3
			if (a.Histogram != nil) != (b.Histogram != nil) {
				least = 1
			}
			if !equal(least, whole(a.Name), whole(b.Name)) {
				return false
			}
			if a.Histogram != nil {
				for bound := range a.Histogram.Bounds {
					upTo := func(figures map[string]map[string][]int64, key string) (int64, bool) {
						v, ok := figures[a.Name][key]
						if !ok {
							return 0, false
						}
						return total(v[:bound+1]), true
					}
					if !equal(3, upTo, whole(b.Name)) {
						return false
					}
				}
			}
			for _, c := range r.kpis {
				if c.Name > b.Name && c.Name != a.Name && !equal(3, whole(a.Name), whole(b.Name), whole(c.Name)) {
					return false
				}
			}
		}
	}
	return true
}

// all calls visit with each guess that fits, of figures up to most.
func (r *reader) all(most int64, visit func()) {
	type slot struct {
		kpi, key string
		class    int
	}
	var slots []slot
	r.guess = map[string]map[string][]int64{}
	for name, cells := range r.truth {
		r.guess[name] = map[string][]int64{}
		for key, classes := range cells {
			r.guess[name][key] = slices.Clone(classes)
			if r.hidden[name][key] {
				for i := range classes {
					slots = append(slots, slot{name, key, i})
				}
			}
		}
	}
	var fill func(i int)
	fill = func(i int) {
		if i == len(slots) {
			if r.fits() {
				visit()
			}
			return
		}
		for v := int64(0); v <= most; v++ {
			r.guess[slots[i].kpi][slots[i].key][slots[i].class] = v
			fill(i + 1)
		}
	}
	fill(0)
}

// verdict is whether nothing that is to stay hidden is learned, by going
// through all guesses.
func (r *reader) verdict(n int64) bool {
	// watched gives the figures that are protected by their truth.
	watched := func(figures map[string]map[string][]int64) map[string]int64 {
		all := map[string]int64{}
		for _, k := range r.kpis {
			if k.Smallest == 0 {
				continue
			}
			for key, classes := range figures[k.Name] {
				all[k.Name+key] = total(classes)
				for i, v := range classes {
					all[fmt.Sprint(k.Name, key, i)] = v
				}
				if children := r.children(k.Name, key); len(children) > 0 {
					for class := range classes {
						rest := classes[class]
						for _, child := range children {
							rest -= figures[k.Name][child][class]
						}
						all[fmt.Sprint("rest", k.Name, key, class)] = rest
					}
					rest := total(classes)
					for _, child := range children {
						rest -= total(figures[k.Name][child])
					}
					all["rest"+k.Name+key] = rest
				}
			}
		}
		for _, tie := range r.ties {
			for key, part := range figures[tie[0]] {
				if whole, both := figures[tie[1]][key]; both {
					all[fmt.Sprint("tie", tie, key)] = total(whole) - total(part)
				}
			}
		}
		return all
	}
	truth := watched(r.truth)
	lowest, highest := map[string]int64{}, map[string]int64{}
	// Groups are of cells along a line, or below a row with what is left.
	var groups [][]string
	counts := map[string]bool{}
	for _, k := range r.kpis {
		if k.Smallest == 0 {
			continue
		}
		collect := func(names []string, hidden func(i int) bool) {
			for set := range 1 << len(names) {
				var group []string
				var sum int64
				for i, name := range names {
					if set&(1<<i) != 0 {
						if truth[name] < 1 || truth[name] >= n || !hidden(i) {
							group = nil
							break
						}
						group = append(group, name)
						sum += truth[name]
					}
				}
				if len(group) > 1 && sum < n {
					groups = append(groups, group)
				}
			}
		}
		each := func(keys []string, more func(suffix string) []string) {
			for class := -1; class < len(r.truth[k.Name][keys[0]]); class++ {
				suffix := ""
				if class >= 0 {
					suffix = fmt.Sprint(class)
				}
				var names []string
				for _, key := range keys {
					names = append(names, k.Name+key+suffix)
					counts[k.Name+key] = true
					if len(r.truth[k.Name][key]) == 1 {
						counts[k.Name+key+suffix] = true
					}
				}
				names = append(names, more(suffix)...)
				collect(names, func(i int) bool { return i >= len(keys) || r.hidden[k.Name][keys[i]] })
			}
		}
		for _, line := range r.lines(k.Name) {
			each(line, func(string) []string { return nil })
		}
		for key := range r.truth[k.Name] {
			if children := r.children(k.Name, key); len(children) > 0 {
				each(children, func(suffix string) []string { return []string{"rest" + k.Name + key + suffix} })
			}
		}
	}
	sums := func(figures map[string]int64) map[string]int64 {
		all := maps.Clone(figures)
		for _, group := range groups {
			var sum int64
			for _, name := range group {
				sum += figures[name]
			}
			all["group "+strings.Join(group, "+")] = sum
		}
		return all
	}
	r.all(2*n+4, func() {
		for name, v := range sums(watched(r.guess)) {
			if low, ok := lowest[name]; !ok || v < low {
				lowest[name] = v
			}
			highest[name] = max(highest[name], v)
		}
	})
	for name, v := range truth {
		if v >= 1 && v < n && (lowest[name] > 1 || highest[name] < n+1) {
			return false
		}
	}
	for _, group := range groups {
		// A count that is withheld is of somebody; a class and a rest need not be.
		name, least := "group "+strings.Join(group, "+"), int64(0)
		for _, figure := range group {
			if counts[figure] {
				least++
			}
		}
		least = max(least, 1)
		if lowest[name] > least || highest[name] < least+n {
			return false
		}
	}
	return true
}

// A random table of few cells, some withheld: what the attack says of it is
// what going through all figures says.
func TestAttackAgainstAllFigures(t *testing.T) {
	const n = 3
	kept, broken := 0, 0
	for seed := range uint64(2400) {
		random := rand.New(rand.NewPCG(seed, 2))
		count := kpi.KPI{Name: "whole", Smallest: n}
		part := kpi.KPI{Name: "part", Smallest: n, PartOf: "whole"}
		waits := kpi.KPI{Name: "waits", Smallest: n, Histogram: &kpi.Buckets{Bounds: []float64{10}}}
		other := kpi.KPI{Name: "other", People: notAboutPeople}
		r := &reader{truth: map[string]map[string][]int64{}, labels: map[string]kpi.Labels{}, hidden: map[string]map[string]bool{}, known: map[string][][]string{}, under: map[string][]string{}}
		r.kpis = []kpi.KPI{count}
		if random.IntN(2) == 0 {
			r.kpis = append(r.kpis, part)
			r.ties = [][2]string{{"part", "whole"}}
		}
		if random.IntN(3) == 0 {
			r.kpis = append(r.kpis, waits)
		}
		if random.IntN(4) == 0 {
			r.kpis = append(r.kpis, other)
		}
		for _, k := range r.kpis {
			r.truth[k.Name], r.hidden[k.Name] = map[string][]int64{}, map[string]bool{}
		}
		agree := random.IntN(2) == 0
		unknown := 0
		table := Table{KPIs: r.kpis}
		for range 1 + random.IntN(5) {
			labels := kpi.NewLabels(kpi.Label{Name: "a", Value: []string{"", "x", "y"}[random.IntN(3)]}, kpi.Label{Name: "b", Value: []string{"", "u", "v"}[random.IntN(3)]})
			key := labels.Key()
			if _, twice := r.labels[key]; twice {
				continue
			}
			r.labels[key] = labels
			whole := int64(random.IntN(8))
			for _, k := range r.kpis {
				classes := []int64{whole}
				switch k.Name {
				case "part":
					classes[0] = int64(random.IntN(int(whole) + 1))
				case "waits":
					classes = []int64{int64(random.IntN(5)), int64(random.IntN(4))}
					if agree {
						classes[1] = max(0, whole-classes[0])
						classes[0] = whole - classes[1]
					}
				case "other":
					if random.IntN(2) == 0 {
						classes[0] = int64(random.IntN(9))
					}
				}
				if random.IntN(8) == 0 && k.Name != "whole" {
					continue // a cell that is missing
				}
				r.truth[k.Name][key] = classes
				small := total(classes) > 0 && total(classes) < n
				if k.Smallest > 0 && total(classes) > 0 && (random.IntN(3) == 0 || small && random.IntN(6) > 0) {
					r.hidden[k.Name][key] = true
					unknown += len(classes)
				}
				sample := kpi.Sample{KPI: k.Name, Labels: labels, Value: float64(classes[0])}
				if k.Histogram != nil {
					sample.Value = 0
					sample.Histogram = &kpi.Histogram{Bounds: k.Histogram.Bounds, Counts: []uint64{uint64(classes[0])}, Count: uint64(classes[0] + classes[1])}
				}
				table.Truth = append(table.Truth, sample)
				if r.hidden[k.Name][key] {
					sample = kpi.Sample{KPI: k.Name, Labels: labels, Withheld: true}
				}
				table.Published = append(table.Published, sample)
			}
		}
		if unknown == 0 || unknown > 4 || unknown > 3 && seed%8 > 0 {
			continue
		}
		breaches, err := table.learned()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want := r.verdict(n)
		if want != (len(breaches) == 0) {
			var lines []string
			for _, s := range table.Published {
				lines = append(lines, fmt.Sprint(s.KPI, "{", s.Labels, "} withheld ", s.Withheld, " ", r.truth[s.KPI][s.Labels.Key()]))
			}
			t.Fatalf("seed %d: kept by going through all: %v; the attack: %q\n%s", seed, want, breaches, strings.Join(lines, "\n"))
		}
		if want {
			kept++
		} else {
			broken++
		}
	}
	t.Logf("%d tables keep what they withhold, %d do not", kept, broken)
	if kept < 100 || broken < 100 {
		t.Errorf("%d tables keep what they withhold, %d do not: too few to tell", kept, broken)
	}
}
