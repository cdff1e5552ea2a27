package collectors

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// labelSets are the label sets of rows, each once, in the order in which they first come:
// rows of the same set, and all KPIs of a row, share one.
type labelSets struct {
	names []labelColumn
	// byName are the places of names in order of name.
	byName []int
	labels []kpi.Labels
	// ordered is whether they have come in order, as rows mostly do that a query groups: a
	// set that comes after the last is then a new one.
	ordered bool
	// last is, by the hash of a set's values, the place of the last set with it, and before
	// the one before that, -1 for none; both only where sets have not come in order.
	last   map[uint64]int32
	before []int32
	// values are those of the row at hand, and spare labels that are not used yet. They
	// are made many at a time.
	values []string
	spare  []kpi.Label
	seed   maphash.Seed
}

// labelColumn is where a row has a label.
type labelColumn struct {
	name   string
	column int
}

func newLabelSets(names []string, columns map[string]int) labelSets {
	s := labelSets{ordered: true, values: make([]string, len(names))}
	for i, name := range names {
		s.names = append(s.names, labelColumn{name, columns[name]})
		s.byName = append(s.byName, i)
	}
	slices.SortFunc(s.byName, func(a, b int) int { return cmp.Compare(names[a], names[b]) })
	return s
}

// of is the place of a row's label set.
func (s *labelSets) of(row []warehouse.Value) (int, error) {
	for i, label := range s.names {
		value := &row[label.column]
		if value.Null {
			return 0, fmt.Errorf("column %s: a label is NULL; use COALESCE to give a name, or '' where the label does not apply", label.name)
		}
		text, err := labelValue(value)
		if err != nil {
			return 0, fmt.Errorf("column %s: %w", label.name, err)
		}
		s.values[i] = text
	}
	if s.ordered {
		last := len(s.labels) - 1
		if last >= 0 && s.are(s.labels[last]) {
			return last, nil
		}
		labels := s.new()
		if s.ordered = last < 0 || s.labels[last].Compare(labels) < 0; s.ordered {
			s.labels = append(s.labels, labels)
			return last + 1, nil
		}
		s.index()
	}
	hash := s.hash()
	last, met := s.last[hash]
	if !met {
		last = -1
	}
	for place := last; place >= 0; place = s.before[place] {
		if s.are(s.labels[place]) {
			return int(place), nil
		}
	}
	s.last[hash] = int32(len(s.labels))
	s.before = append(s.before, last)
	s.labels = append(s.labels, s.new())
	return len(s.labels) - 1, nil
}

// index makes the sets that have come in order so far be found by their hashes.
func (s *labelSets) index() {
	s.last, s.before, s.seed = make(map[uint64]int32, len(s.labels)), make([]int32, 0, len(s.labels)), maphash.MakeSeed()
	for i, labels := range s.labels {
		var hash uint64
		for _, label := range labels {
			hash = s.mixed(hash, label.Value)
		}
		before, met := s.last[hash]
		if !met {
			before = -1
		}
		s.last[hash] = int32(i)
		s.before = append(s.before, before)
	}
}

// hash is that of the labels of the row at hand.
func (s *labelSets) hash() (hash uint64) {
	for _, i := range s.byName {
		if s.values[i] != "" {
			hash = s.mixed(hash, s.values[i])
		}
	}
	return hash
}

func (s *labelSets) mixed(hash uint64, value string) uint64 {
	return hash*0x9e3779b97f4a7c15 + maphash.String(s.seed, value)
}

// are reports whether the row at hand has those labels. An empty value is no label.
func (s *labelSets) are(labels kpi.Labels) bool {
	n := 0
	for _, i := range s.byName {
		if s.values[i] == "" {
			continue
		}
		if n == len(labels) || labels[n].Value != s.values[i] || labels[n].Name != s.names[i].name {
			return false
		}
		n++
	}
	return n == len(labels)
}

// new are the labels of the row at hand.
func (s *labelSets) new() kpi.Labels {
	if s.spare == nil || len(s.spare) < len(s.names) {
		s.spare = make([]kpi.Label, atOnce(len(s.labels))*len(s.names))
	}
	n := 0
	for _, i := range s.byName {
		if s.values[i] != "" {
			s.spare[n] = kpi.Label{Name: s.names[i].name, Value: s.values[i]}
			n++
		}
	}
	labels := kpi.Labels(s.spare[:n:n])
	s.spare = s.spare[n:]
	return labels
}

// sorted are the places in order of labels.
func (s *labelSets) sorted() []int {
	order := make([]int, len(s.labels))
	for i := range order {
		order[i] = i
	}
	if !s.ordered {
		slices.SortFunc(order, func(a, b int) int { return s.labels[a].Compare(s.labels[b]) })
	}
	return order
}
