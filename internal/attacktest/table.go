package attacktest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"planwatch/internal/kpi"
)

// notAboutPeople is what people says of a KPI that tells nothing of people.
const notAboutPeople = "none"

// Table is what a collector's figures are in truth, and what is published of
// them: of figures that do not accumulate at one moment, or of the growth of
// such that do.
type Table struct {
	// KPIs of the collector, loaded: Smallest is set.
	KPIs []kpi.KPI
	// Truth has the figures of rows, without withholding. Ratios may be there.
	Truth []kpi.Sample
	// Published has the same figures, some of them withheld.
	Published []kpi.Sample
}

// figure is a whole number of people that the reader knows or does not know.
type figure struct {
	name  string
	truth int64
	shown bool
	// low is what the figure is at least, to the reader's knowledge.
	low int64
	// demand is the min_count that protects the figure; 0 for none.
	demand int64
}

// protected tells whether the figure is about so few that it must stay hidden.
func (f figure) protected() bool { return f.truth >= 1 && f.truth < f.demand }

// place is a cell: the place of a KPI's figure.
type place struct{ kpi, key string }

// system is all that the reader knows of a table.
type system struct {
	table     Table
	truth     map[place]kpi.Sample
	published map[place]kpi.Sample
	// keys of the cells of each KPI, in order, and their labels.
	keys   map[string][]string
	labels map[string]kpi.Labels

	figures []figure
	// counts are the figures of cells: of a column or of a histogram's number
	// of observations. classes are those of a histogram's classes.
	counts  map[place]int
	classes map[place][]int

	equations []equation
	// groups are protected, hidden figures that are few together too.
	groups [][]int
	// breaches were found without solving anything.
	breaches []breach
}

// Breaches are what the reader learns that is to stay hidden, a sentence each.
// What he would know just as well if every figure were withheld is none: that a
// total is 2 or more, say, where it is that of two rows with somebody in each.
// An error says that the table could not be decided.
func (t Table) Breaches() ([]string, error) {
	found, err := t.learned()
	if err != nil {
		return nil, err
	}
	var silent []breach
	if slices.ContainsFunc(found, func(b breach) bool { return b.figures != "" }) {
		if silent, err = t.silent().learned(); err != nil {
			return nil, err
		}
	}
	var sentences []string
	for _, b := range found {
		if b.figures == "" || !slices.ContainsFunc(silent, func(s breach) bool { return s.figures == b.figures }) {
			sentences = append(sentences, b.sentence)
		}
	}
	return sentences, nil
}

// Followers are what is shown though a count beside it is withheld, a sentence
// each. Breaches has them too, by the counts of the table itself; of a collector
// of which only some figures accumulate, this is asked of all of them.
func (t Table) Followers() ([]string, error) {
	s, err := index(t)
	if err != nil {
		return nil, err
	}
	s.followers()
	var sentences []string
	for _, b := range s.breaches {
		sentences = append(sentences, b.sentence)
	}
	return sentences, nil
}

// learned is all that the reader learns, whichever two labels the sums that he has
// from elsewhere run along.
func (t Table) learned() ([]breach, error) {
	var all []breach
	for _, along := range t.pairs() {
		s, err := newSystem(t, along)
		if err != nil {
			return nil, err
		}
		found, err := s.solve()
		if err != nil {
			return nil, err
		}
		for _, b := range found {
			if !slices.Contains(all, b) {
				all = append(all, b)
			}
		}
	}
	return all, nil
}

// pairs are all pairs of the table's labels, or the one there is, or none.
func (t Table) pairs() [][]string {
	names := map[string]bool{}
	for _, sample := range t.Truth {
		for _, l := range sample.Labels {
			names[l.Name] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) <= 2 {
		return [][]string{sorted}
	}
	var all [][]string
	for i, one := range sorted {
		for _, other := range sorted[i+1:] {
			all = append(all, []string{one, other})
		}
	}
	return all
}

// silent is the table with every figure withheld.
func (t Table) silent() Table {
	t.Published = nil
	for _, s := range t.Truth {
		t.Published = append(t.Published, kpi.Sample{KPI: s.KPI, Labels: s.Labels, Withheld: true})
	}
	return t
}

// newSystem is all that the reader knows of the table, with sums along these
// labels.
func newSystem(t Table, along []string) (*system, error) {
	s, err := index(t)
	if err != nil {
		return nil, err
	}
	s.compare()
	s.cells()
	s.rests()
	s.totals()
	s.same()
	s.sums(along)
	s.quotients()
	s.followers()
	return s, nil
}

// index is the table by its cells, and nothing of what is known of them.
func index(t Table) (*system, error) {
	s := &system{
		table: t, truth: map[place]kpi.Sample{}, published: map[place]kpi.Sample{},
		keys: map[string][]string{}, labels: map[string]kpi.Labels{},
		counts: map[place]int{}, classes: map[place][]int{},
	}
	for _, sample := range t.Truth {
		p := place{sample.KPI, sample.Labels.Key()}
		if _, twice := s.truth[p]; twice || sample.Withheld {
			return nil, fmt.Errorf("truth of %s: given twice, or withheld", title(sample))
		}
		s.truth[p], s.labels[p.key] = sample, sample.Labels
		s.keys[p.kpi] = append(s.keys[p.kpi], p.key)
	}
	for _, keys := range s.keys {
		slices.Sort(keys)
	}
	for _, sample := range t.Published {
		p := place{sample.KPI, sample.Labels.Key()}
		if _, twice := s.published[p]; twice {
			return nil, fmt.Errorf("%s is published twice", title(sample))
		}
		s.published[p] = sample
	}
	return s, nil
}

// title of a cell, as Prometheus writes it.
func title(s kpi.Sample) string { return s.KPI + "{" + s.Labels.String() + "}" }

func (s *system) breach(format string, args ...any) {
	s.breaches = append(s.breaches, breach{sentence: fmt.Sprintf(format, args...)})
}

// kpi of that name.
func (s *system) kpi(name string) kpi.KPI {
	i := slices.IndexFunc(s.table.KPIs, func(k kpi.KPI) bool { return k.Name == name })
	if i < 0 {
		return kpi.KPI{}
	}
	return s.table.KPIs[i]
}

// compare holds what is shown against the truth: what is neither shown nor
// withheld would be a cell that the reader does not know of, and a figure
// that is not true would make the rest of the attack one on other figures.
func (s *system) compare() {
	for _, k := range s.table.KPIs {
		for _, key := range s.keys[k.Name] {
			p := place{k.Name, key}
			truth := s.truth[p]
			got, ok := s.published[p]
			switch {
			case !ok:
				s.breach("%s is neither shown nor withheld", title(truth))
			case got.Withheld && !empty(got):
				s.breach("%s is withheld and has a value", title(truth))
			case !got.Withheld && !alike(got, truth):
				s.breach("%s is shown as %s, and is %s", title(truth), value(got), value(truth))
			}
		}
	}
	for _, sample := range s.table.Published {
		p := place{sample.KPI, sample.Labels.Key()}
		if _, ok := s.truth[p]; !ok && !sample.Withheld {
			s.breach("%s is shown and has no row", title(sample))
		}
	}
}

// empty tells whether the sample says nothing but where it is.
func empty(s kpi.Sample) bool {
	h := s.Histogram
	return s.Value == 0 && (h == nil || h.Count == 0 && h.Sum == 0 && !slices.ContainsFunc(h.Counts, func(v uint64) bool { return v > 0 }))
}

func alike(a, b kpi.Sample) bool {
	if a.Histogram == nil || b.Histogram == nil {
		return a.Histogram == b.Histogram && a.Value == b.Value
	}
	return slices.Equal(a.Histogram.Counts, b.Histogram.Counts) && a.Histogram.Count == b.Histogram.Count
}

func value(s kpi.Sample) string {
	if s.Histogram != nil {
		return fmt.Sprint(s.Histogram.Counts, " of ", s.Histogram.Count)
	}
	return fmt.Sprint(s.Value)
}

// visible tells whether the cell is shown.
func (s *system) visible(p place) bool {
	sample, ok := s.published[p]
	return ok && !sample.Withheld
}

// add makes a figure and gives its number.
func (s *system) add(f figure) int {
	s.figures = append(s.figures, f)
	return len(s.figures) - 1
}

// relate adds an equation that is true.
func (s *system) relate(terms ...term) {
	e := equation{terms: terms}
	for _, t := range terms {
		e.sum += t.factor * s.figures[t.figure].truth
	}
	s.equations = append(s.equations, e)
}

// cells makes the figures of all cells of KPIs that are whole and not negative:
// counts, and others that may tell something of counts that they equal.
func (s *system) cells() {
	for _, k := range s.table.KPIs {
		if k.Ratio != nil {
			continue
		}
		whole := true
		for _, key := range s.keys[k.Name] {
			v := s.truth[place{k.Name, key}].Value
			whole = whole && v >= 0 && v == math.Trunc(v) && v <= 1<<30
		}
		if !whole {
			s.fractions(k)
			continue
		}
		for _, key := range s.keys[k.Name] {
			p := place{k.Name, key}
			sample := s.truth[p]
			f := figure{name: title(sample), truth: int64(sample.Value), shown: s.visible(p), demand: int64(k.Smallest)}
			if sample.Histogram != nil {
				f.name, f.truth = "the number of "+f.name, int64(sample.Histogram.Count)
			}
			if k.Smallest > 0 && !f.shown && f.truth > 0 {
				f.low = 1
			}
			count := s.add(f)
			s.counts[p] = count
			if h := sample.Histogram; h != nil {
				terms := []term{{count, 1}}
				below, from := uint64(0), "the lowest"
				for i := range len(h.Bounds) + 1 {
					upTo, name := h.Count, fmt.Sprintf("class %s of %s", from, title(sample))
					if i < len(h.Bounds) {
						upTo, from = h.Counts[i], fmt.Sprintf("above %v", h.Bounds[i])
					}
					class := s.add(figure{name: name, truth: int64(upTo - below), shown: f.shown, demand: f.demand})
					below = upTo
					s.classes[p] = append(s.classes[p], class)
					terms = append(terms, term{class, -1})
				}
				s.relate(terms...)
			}
		}
	}
}

// fractions: a count that is a mean, say, of whole ones is in no equation.
func (s *system) fractions(k kpi.KPI) {
	for _, key := range s.keys[k.Name] {
		p := place{k.Name, key}
		if v := s.truth[p].Value; v > 0 && v < float64(k.Smallest) && s.visible(p) {
			s.breach("%s is shown as %v", title(s.truth[p]), v)
		}
	}
}

// rests are what is left of a whole without its part, where a definition ties
// the two.
func (s *system) rests() {
	type tie struct{ part, whole string }
	ties := map[tie]bool{}
	for _, k := range s.table.KPIs {
		switch {
		case k.PartOf != "":
			ties[tie{k.Name, k.PartOf}] = true
		case k.Ratio != nil:
			of, to := s.kpi(k.Ratio.Of), s.kpi(k.Ratio.To)
			if of.Smallest > 0 && to.Smallest > 0 && of.People == to.People && of.People != notAboutPeople && s.neverMore(of.Name, to.Name) {
				ties[tie{of.Name, to.Name}] = true
			}
		}
	}
	for _, k := range s.table.KPIs {
		for _, w := range s.table.KPIs {
			if !ties[tie{k.Name, w.Name}] {
				continue
			}
			for _, key := range s.keys[k.Name] {
				part, ok1 := s.counts[place{k.Name, key}]
				whole, ok2 := s.counts[place{w.Name, key}]
				if !ok1 || !ok2 || s.figures[part].truth > s.figures[whole].truth {
					continue
				}
				rest := s.add(figure{
					name:   fmt.Sprintf("%s without %s at {%s}", w.Name, k.Name, s.labels[key]),
					truth:  s.figures[whole].truth - s.figures[part].truth,
					demand: int64(w.Smallest),
				})
				s.relate(term{whole, 1}, term{part, -1}, term{rest, -1})
			}
		}
	}
}

// neverMore tells whether of is nowhere more than to.
func (s *system) neverMore(of, to string) bool {
	for _, key := range s.keys[of] {
		part, ok1 := s.truth[place{of, key}]
		whole, ok2 := s.truth[place{to, key}]
		if ok1 && ok2 && part.Value > whole.Value {
			return false
		}
	}
	return true
}

// below tells whether labels are all of the upper's, and more.
func below(labels, upper kpi.Labels) bool {
	for _, l := range upper {
		if labels.Get(l.Name) != l.Value {
			return false
		}
	}
	return len(labels) > len(upper)
}

// totals ties a row to the rows of which it is the total.
func (s *system) totals() {
	for _, k := range s.table.KPIs {
		for _, total := range s.keys[k.Name] {
			var children []string
			for _, key := range s.keys[k.Name] {
				if !below(s.labels[key], s.labels[total]) {
					continue
				}
				between := slices.ContainsFunc(s.keys[k.Name], func(other string) bool {
					return below(s.labels[other], s.labels[total]) && below(s.labels[key], s.labels[other])
				})
				if !between {
					children = append(children, key)
				}
			}
			if len(children) == 0 {
				continue
			}
			if _, whole := s.counts[place{k.Name, total}]; !whole {
				continue
			}
			what := fmt.Sprintf("%s{%s} without the rows below it", k.Name, s.labels[total])
			s.total(what, k, func(key string) int { return s.counts[place{k.Name, key}] }, total, children)
			for i := range s.classes[place{k.Name, total}] {
				s.total(fmt.Sprintf("class %d of %s", i+1, what), k, func(key string) int { return s.classes[place{k.Name, key}][i] }, total, children)
			}
		}
	}
}

func (s *system) total(what string, k kpi.KPI, of func(key string) int, total string, children []string) {
	terms := []term{{of(total), 1}}
	remainder := s.figures[of(total)].truth
	var parts []int
	for _, key := range children {
		terms = append(terms, term{of(key), -1})
		remainder -= s.figures[of(key)].truth
		parts = append(parts, of(key))
	}
	if remainder < 0 {
		return // no total of these
	}
	rest := s.add(figure{name: what, truth: remainder, demand: int64(k.Smallest)})
	s.relate(append(terms, term{rest, -1})...)
	s.group(append(parts, rest))
}

// quantity is what a KPI says at each of its label sets, as a sum of figures:
// its count, or what of a histogram is up to a bound.
type quantity struct {
	kpi string
	// count is set for a KPI's own figure.
	count   bool
	figures map[string][]int
}

func (q quantity) at(s *system, key string) int64 {
	var sum int64
	for _, f := range q.figures[key] {
		sum += s.figures[f].truth
	}
	return sum
}

func (q quantity) terms(key string, factor int64) []term {
	var terms []term
	for _, f := range q.figures[key] {
		terms = append(terms, term{f, factor})
	}
	return terms
}

// same ties figures that are everywhere equal, or two that are everywhere
// equal to a third.
func (s *system) same() {
	var all []quantity
	for _, k := range s.table.KPIs {
		if k.MinCountWaiver != "" {
			continue // that it is like one that is withheld is not to be seen
		}
		count := quantity{k.Name, true, map[string][]int{}}
		var upTo []quantity
		if k.Histogram != nil {
			for range len(k.Histogram.Bounds) {
				upTo = append(upTo, quantity{k.Name, false, map[string][]int{}})
			}
		}
		for _, key := range s.keys[k.Name] {
			p := place{k.Name, key}
			if f, whole := s.counts[p]; whole {
				count.figures[key] = []int{f}
			}
			for i := range upTo {
				upTo[i].figures[key] = s.classes[p][:i+1]
			}
		}
		if len(count.figures) > 0 {
			all = append(append(all, count), upTo...)
		}
	}
	for i, a := range all {
		for j, b := range all {
			if i < j && a.kpi != b.kpi {
				least := 3
				if a.count && b.count && (s.kpi(a.kpi).Histogram != nil) != (s.kpi(b.kpi).Histogram != nil) {
					least = 1
				}
				s.tie(least, a, b)
			}
			if !a.count || !b.count || a.kpi == b.kpi {
				continue
			}
			for _, c := range all[j+1:] {
				if c.count && c.kpi != a.kpi {
					s.tie(3, a, b, c)
				}
			}
		}
	}
}

// tie relates a quantity to the sum of others, where it is that at every label
// set that has all of them, and at least at so many.
func (s *system) tie(least int, a quantity, others ...quantity) {
	var shared []string
keys:
	for _, key := range slices.Sorted(maps.Keys(a.figures)) {
		sum := a.at(s, key)
		for _, o := range others {
			if _, ok := o.figures[key]; !ok {
				continue keys
			}
			sum -= o.at(s, key)
		}
		if sum != 0 {
			return
		}
		shared = append(shared, key)
	}
	if len(shared) < least {
		return
	}
	for _, key := range shared {
		terms := a.terms(key, 1)
		for _, o := range others {
			terms = append(terms, o.terms(key, -1)...)
		}
		s.relate(terms...)
	}
}

// sums are those along each of the labels, known from elsewhere where some of the
// line is shown.
func (s *system) sums(along []string) {
	for _, k := range s.table.KPIs {
		for _, name := range along {
			lines := map[string][]string{}
			for _, key := range s.keys[k.Name] {
				var others kpi.Labels
				for _, l := range s.labels[key] {
					if l.Name != name {
						others = append(others, l)
					}
				}
				lines[others.Key()] = append(lines[others.Key()], key)
			}
			for _, line := range slices.Sorted(maps.Keys(lines)) {
				s.sum(k, lines[line])
			}
		}
	}
}

// sum along one line.
func (s *system) sum(k kpi.KPI, line []string) {
	known := false
	for _, key := range line {
		f, whole := s.counts[place{k.Name, key}]
		if !whole {
			return
		}
		known = known || s.figures[f].shown && s.figures[f].truth > 0
	}
	if !known {
		return
	}
	along := func(of func(key string) int) {
		var terms []term
		var figures []int
		for _, key := range line {
			terms = append(terms, term{of(key), 1})
			figures = append(figures, of(key))
		}
		s.relate(terms...)
		s.group(figures)
	}
	along(func(key string) int { return s.counts[place{k.Name, key}] })
	for i := range s.classes[place{k.Name, line[0]}] {
		along(func(key string) int { return s.classes[place{k.Name, key}][i] })
	}
}

// group notes each set of hidden, protected figures of one relation that are
// few together.
func (s *system) group(figures []int) {
	var hidden []int
	for _, f := range figures {
		if s.figures[f].protected() && !s.figures[f].shown {
			hidden = append(hidden, f)
		}
	}
	var choose func(from int, chosen []int, sum int64)
	choose = func(from int, chosen []int, sum int64) {
		if len(chosen) >= 2 {
			s.groups = append(s.groups, slices.Clone(chosen))
		}
		for i := from; i < len(hidden); i++ {
			f := s.figures[hidden[i]]
			if sum+f.truth < f.demand {
				choose(i+1, append(chosen, hidden[i]), sum+f.truth)
			}
		}
	}
	choose(0, nil, 0)
}

// quotients are ratios that are shown, which tell the one part by the other.
func (s *system) quotients() {
	for _, k := range s.table.KPIs {
		if k.Ratio == nil {
			continue
		}
		for _, key := range s.keys[k.Name] {
			of, ok1 := s.counts[place{k.Ratio.Of, key}]
			to, ok2 := s.counts[place{k.Ratio.To, key}]
			if !ok1 || !ok2 || !s.visible(place{k.Name, key}) {
				continue
			}
			p, q := s.figures[of].truth, s.figures[to].truth
			d := divisor(p, q)
			s.relate(term{of, q / d}, term{to, -p / d})
		}
	}
}

func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// followers are figures about the people of a count that are none themselves:
// withheld beside one that is withheld, and where there is none. A ratio tells
// nothing that its parts do not tell, and follows these.
func (s *system) followers() {
	for _, k := range s.table.KPIs {
		if k.Ratio != nil {
			s.withParts(k)
			continue
		}
		if k.Smallest > 0 || k.People == notAboutPeople || k.MinCountWaiver != "" {
			continue
		}
		var counts []string
		for _, other := range s.table.KPIs {
			if other.Smallest > 0 && other.People == k.People {
				counts = append(counts, other.Name)
			}
		}
		if len(counts) == 0 {
			continue
		}
		for _, key := range s.keys[k.Name] {
			if !s.visible(place{k.Name, key}) {
				continue
			}
			beside := 0
			for _, name := range counts {
				if _, ok := s.truth[place{name, key}]; !ok {
					continue
				}
				beside++
				if !s.visible(place{name, key}) {
					s.breach("%s{%s} is shown beside %s, which is withheld", k.Name, s.labels[key], name)
				}
			}
			if beside == 0 {
				s.breach("%s{%s} is shown where no count of its people is", k.Name, s.labels[key])
			}
		}
	}
}

// withParts: a ratio is withheld with either of its parts.
func (s *system) withParts(k kpi.KPI) {
	for _, key := range s.keys[k.Name] {
		for _, part := range []string{k.Ratio.Of, k.Ratio.To} {
			if s.visible(place{k.Name, key}) && !s.visible(place{part, key}) {
				s.breach("%s{%s} is shown beside %s, which is withheld", k.Name, s.labels[key], part)
			}
		}
	}
}

// together is the figures' names, as a list.
func (s *system) together(figures []int) string {
	names := make([]string, len(figures))
	for i, f := range figures {
		names[i] = s.figures[f].name
	}
	return strings.Join(names, " + ")
}
