package collectors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// labelSets are the label sets of rows, each once, in the order in which they first come:
// rows of the same set, and all KPIs of a row, share one.
type labelSets struct {
	names []labelColumn
	// byName are the places of names in order of name.
	byName []int
	places map[string]int
	keys   []string
	labels []kpi.Labels
	// values and key are of the row at hand.
	values []string
	key    []byte
	// texts are the labels' values, each once.
	texts map[string]string
}

// labelColumn is where a row has a label.
type labelColumn struct {
	name   string
	column int
}

func newLabelSets(names []string, columns map[string]int) labelSets {
	s := labelSets{places: map[string]int{}, texts: map[string]string{}, values: make([]string, len(names))}
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
	// As kpi.Labels.Key has it; an empty value is no label.
	s.key = s.key[:0]
	for _, i := range s.byName {
		if s.values[i] != "" {
			s.key = append(append(s.key, s.names[i].name...), 0xff)
			s.key = append(append(s.key, s.values[i]...), 0xff)
		}
	}
	if place, met := s.places[string(s.key)]; met {
		return place, nil
	}
	return s.add(), nil
}

func (s *labelSets) add() int {
	labels := make(kpi.Labels, 0, len(s.values))
	for _, i := range s.byName {
		if s.values[i] != "" {
			labels = append(labels, kpi.Label{Name: s.names[i].name, Value: s.once(s.values[i])})
		}
	}
	place, key := len(s.labels), string(s.key)
	s.places[key] = place
	s.keys, s.labels = append(s.keys, key), append(s.labels, labels)
	return place
}

// once is the text, of which the labels keep one copy. What the rows hold is not kept.
func (s *labelSets) once(text string) string {
	if known, met := s.texts[text]; met {
		return known
	}
	text = strings.Clone(text)
	s.texts[text] = text
	return text
}

// sorted are the places in order of labels.
func (s *labelSets) sorted() []int {
	order := make([]int, len(s.labels))
	for i := range order {
		order[i] = i
	}
	compare := func(a, b int) int { return s.labels[a].Compare(s.labels[b]) }
	if !slices.IsSortedFunc(order, compare) {
		slices.SortFunc(order, compare)
	}
	return order
}
