package collectors

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
)

// asOfTolerance is how much later than the moment of the run a row's moment
// may be, since the warehouse's clock can differ from planwatch's.
const asOfTolerance = 5 * time.Minute

// ErrNoRows is the error of a run without rows, where the definition does not allow
// that.
var ErrNoRows = errors.New("no rows")

// mapped maps rows to cells, all or none: the first row that does not fit
// the definition is an error with query, row and column, and without a word of
// what the row holds.
func (d *Definition) mapped(result *warehouse.Result, asOf time.Time) (*mapping, error) {
	if len(result.Rows) == 0 && !d.AllowEmpty {
		if _, err := d.mapping(result.Columns, asOf); err != nil {
			return nil, fmt.Errorf("%s: %w", d.statement.File(), err)
		}
		return nil, fmt.Errorf("%s: %w; set allow_empty where that is right", d.statement.File(), ErrNoRows)
	}
	return d.mappedRows(result, asOf)
}

// mappedRows is mapped where no row at all is right.
func (d *Definition) mappedRows(result *warehouse.Result, asOf time.Time) (*mapping, error) {
	m, err := d.mapping(result.Columns, asOf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.statement.File(), err)
	}
	for _, row := range result.Rows {
		if err := m.addNext(row); err != nil {
			return nil, err
		}
	}
	m.complete()
	return m, nil
}

// addNext adds the row after those that have been added.
func (m *mapping) addNext(row []warehouse.Value) error {
	m.row++
	if err := m.add(row); err != nil {
		return fmt.Errorf("%s: row %d: %w", m.definition.statement.File(), m.row, err)
	}
	return nil
}

// complete follows the last row.
func (m *mapping) complete() {
	if len(m.definition.groups()) > 0 {
		m.tabulate()
	}
}

// CheckColumns returns an error unless the query has the columns that the
// definition needs, with the right types.
func (d *Definition) CheckColumns(columns []warehouse.Column) error {
	_, err := d.mapping(columns, time.Time{})
	if err != nil {
		return fmt.Errorf("%s: %w", d.statement.File(), err)
	}
	return nil
}

// mapping collects the samples of one run.
type mapping struct {
	definition *Definition
	asOf       time.Time
	columns    []warehouse.Column
	index      map[string]int
	places     []columnsOfKPI
	// row is the number of the row that is being added, from 1.
	row int
	// sets are the label sets of the rows, and figures the samples so far: those of the
	// KPI at the first index at the label set at the second, nil where it has none.
	sets    labelSets
	figures [][]*cell
	// spare are cells that are not used yet. They are made many at a time.
	spare []cell
	// cells are the samples by KPI and labels, where some are about people.
	cells map[string]map[string]*cell
}

// columnsOfKPI are where a row has what a KPI's value is computed from.
type columnsOfKPI struct{ value, count int }

// cell is a sample that is being built: the observations of a histogram are
// added to it row by row.
type cell struct {
	kpi.Sample
	// row is the first row of the cell, from 1: errors name it, as labels may
	// say more than may be read by everyone.
	row int
	// released is whether it is what was released last, and not the newest.
	released bool
}

// atOnce is how many cells, or label sets, are made at a time, where there are so many
// already: few at first, as most runs are small.
func atOnce(already int) int { return min(max(already, 4), 256) }

// newCell is a cell of the row at hand, with the KPI's name and a label set.
func (m *mapping) newCell(k *kpi.KPI, set int, asOf time.Time) *cell {
	if len(m.spare) == 0 {
		m.spare = make([]cell, atOnce(m.row))
	}
	c := &m.spare[0]
	m.spare = m.spare[1:]
	c.KPI, c.Labels, c.AsOf, c.row = k.Name, m.sets.labels[set], asOf, m.row
	return c
}

func (d *Definition) mapping(columns []warehouse.Column, asOf time.Time) (*mapping, error) {
	m := &mapping{definition: d, asOf: asOf, columns: columns, index: make(map[string]int, len(columns))}
	for i, column := range columns {
		if _, twice := m.index[column.Name]; twice {
			return nil, fmt.Errorf("column %s: two columns of the result have this name; give each its own with AS", column.Name)
		}
		m.index[column.Name] = i
	}
	for _, name := range d.Columns() {
		if _, ok := m.index[name]; !ok {
			return nil, fmt.Errorf("column %s: not in the result, which has %s", name, columnNames(columns))
		}
	}
	if d.AsOf != "" {
		if column := columns[m.index[d.AsOf]]; column.Type != warehouse.Time {
			return nil, fmt.Errorf("column %s: is %s, not a date or a time", column.Name, column.DatabaseType)
		}
	}
	for i := range d.KPIs {
		k := &d.KPIs[i]
		var at columnsOfKPI
		for _, name := range valueColumns(*k) {
			if column := columns[m.index[name]]; column.Type != warehouse.Number {
				return nil, fmt.Errorf("column %s: is %s, not a number; use CAST if its values are numbers", column.Name, column.DatabaseType)
			}
		}
		switch {
		case k.Histogram != nil:
			at.value, at.count = m.index[k.Histogram.Value], m.index[k.Histogram.Count]
		case k.Column != "":
			at.value = m.index[k.Column]
		}
		m.places = append(m.places, at)
	}
	m.figures = make([][]*cell, len(d.KPIs))
	m.sets = newLabelSets(d.Labels, m.index)
	return m, nil
}

// tabulate makes cells of the figures.
func (m *mapping) tabulate() {
	m.cells = make(map[string]map[string]*cell, len(m.figures))
	for i, figures := range m.figures {
		at := make(map[string]*cell, len(figures))
		for _, c := range figures {
			if c != nil {
				at[c.Labels.Key()] = c
			}
		}
		m.cells[m.definition.KPIs[i].Name] = at
	}
}

// maxColumnNames is how many columns an error names: a result may have
// thousands.
const maxColumnNames = 20

func columnNames(columns []warehouse.Column) string {
	var names []string
	for _, column := range columns[:min(len(columns), maxColumnNames)] {
		names = append(names, column.Name)
	}
	if more := len(columns) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

func (m *mapping) add(row []warehouse.Value) error {
	set, err := m.sets.of(row)
	if err != nil {
		return err
	}
	asOf, err := m.moment(row)
	if err != nil {
		return err
	}
	for i := range m.definition.KPIs {
		k := &m.definition.KPIs[i]
		if k.Column != "" {
			err = m.addValue(i, row, set, asOf)
		} else if k.Histogram != nil {
			err = m.addObservations(i, row, set, asOf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// moment is the moment that the row is about.
func (m *mapping) moment(row []warehouse.Value) (time.Time, error) {
	if m.definition.AsOf == "" {
		return m.asOf, nil
	}
	value := &row[m.index[m.definition.AsOf]]
	if value.Null {
		return time.Time{}, fmt.Errorf("column %s: NULL; every row needs its moment", m.definition.AsOf)
	}
	if value.Time.After(m.asOf.Add(asOfTolerance)) {
		return time.Time{}, fmt.Errorf("column %s: later than the moment of the run; select only rows at or before :as_of", m.definition.AsOf)
	}
	return value.Time, nil
}

// number reads a column that holds a value; ok is false for NULL.
func (m *mapping) number(k *kpi.KPI, column int, row []warehouse.Value) (number float64, ok bool, err error) {
	value := &row[column]
	switch {
	case value.Null:
		return 0, false, nil
	case math.IsNaN(value.Number), math.IsInf(value.Number, 0):
		return 0, false, fmt.Errorf("column %s: is not a finite number", m.columns[column].Name)
	case value.Number < 0 && !k.AllowNegative:
		return 0, false, fmt.Errorf("column %s: is negative; set allow_negative on kpi %s where that is right", m.columns[column].Name, k.Name)
	}
	return value.Number, true, nil
}

// figureAt is the place of the cell of the KPI at an index, at a label set.
func (m *mapping) figureAt(i, set int) **cell {
	for len(m.figures[i]) <= set {
		m.figures[i] = append(m.figures[i], nil)
	}
	return &m.figures[i][set]
}

func (m *mapping) addValue(i int, row []warehouse.Value, set int, asOf time.Time) error {
	k := &m.definition.KPIs[i]
	number, ok, err := m.number(k, m.places[i].value, row)
	if err != nil || !ok {
		return err
	}
	at := m.figureAt(i, set)
	if *at != nil {
		return fmt.Errorf("column %s: a second figure for the labels of row %d; group by the labels", k.Column, (*at).row)
	}
	*at = m.newCell(k, set, asOf)
	(*at).Value = number
	return nil
}

func (m *mapping) addObservations(i int, row []warehouse.Value, set int, asOf time.Time) error {
	k := &m.definition.KPIs[i]
	value, ok, err := m.number(k, m.places[i].value, row)
	if err != nil || !ok {
		return err
	}
	count := 1.0
	if name := k.Histogram.Count; name != "" {
		if count, ok, err = m.number(k, m.places[i].count, row); err != nil || !ok {
			return err
		}
		if count < 0 || count != math.Trunc(count) || count > 1<<53 {
			return fmt.Errorf("column %s: is not a count of observations", name)
		}
	}
	at := m.figureAt(i, set)
	if *at == nil {
		*at = m.newCell(k, set, asOf)
		(*at).Histogram = &kpi.Histogram{Bounds: k.Histogram.Bounds, Counts: make([]uint64, len(k.Histogram.Bounds))}
	}
	c := *at
	for i := sort.SearchFloat64s(k.Histogram.Bounds, value); i < len(k.Histogram.Bounds); i++ {
		c.Histogram.Counts[i] += uint64(count)
	}
	c.Histogram.Count += uint64(count)
	c.Histogram.Sum += value * count
	if asOf.Before(c.AsOf) {
		c.AsOf = asOf
	}
	return nil
}

// samples are in order of KPI, as defined, and then of labels; those that are
// withheld are there without a value.
func (m *mapping) samples() ([]kpi.Sample, error) {
	order, most := m.sets.sorted(), 0
	for i := range m.figures {
		if m.definition.KPIs[i].Ratio != nil {
			m.figures[i] = m.quotients(&m.definition.KPIs[i])
		}
		most += len(m.figures[i])
	}
	samples := make([]kpi.Sample, 0, most)
	for i, figures := range m.figures {
		k := &m.definition.KPIs[i]
		for _, set := range order {
			if set >= len(figures) || figures[set] == nil {
				continue
			}
			c := figures[set]
			if k.Histogram != nil && k.CountsPeople() && !c.Withheld {
				c.Histogram = withSumOfClasses(*c.Histogram)
			}
			if !finite(&c.Sample) {
				return nil, fmt.Errorf("row %d: kpi %s: the value is too large", c.row, k.Name)
			}
			samples = append(samples, c.Sample)
		}
	}
	if len(samples) == 0 {
		return nil, nil
	}
	return samples, nil
}

// withSumOfClasses is the histogram with a sum that tells no more than its classes
// do. The true one, with a few weeks' figures, gives how many are far above the
// highest bound. Each observation counts as the middle of its class, and those
// above the highest bound as half of it more.
func withSumOfClasses(h kpi.Histogram) *kpi.Histogram {
	sum, lower, below := 0.0, 0.0, uint64(0)
	for i, bound := range h.Bounds {
		sum += float64(h.Counts[i]-below) * (lower + bound) / 2
		lower, below = bound, h.Counts[i]
	}
	h.Sum = sum + float64(h.Count-below)*lower*1.5
	return &h
}

// finite reports whether the value is finite: a sum or a quotient can overflow.
func finite(s *kpi.Sample) bool {
	return !math.IsInf(s.Value, 0) && (s.Histogram == nil || !math.IsInf(s.Histogram.Sum, 0))
}

// quotients are the ratios at the label sets where both parts have a figure. A
// ratio whose divisor is zero has no figure. One whose parts were released at
// different times is of no day, and is withheld.
func (m *mapping) quotients(k *kpi.KPI) []*cell {
	of, to := m.figuresOf(k.Ratio.Of), m.figuresOf(k.Ratio.To)
	ratios := make([]*cell, min(len(of), len(to)))
	for set := range ratios {
		part, whole := of[set], to[set]
		if part == nil || whole == nil {
			continue
		}
		withheld := part.Withheld || whole.Withheld || (part.released || whole.released) && !part.AsOf.Equal(whole.AsOf)
		if whole.Value == 0 && !withheld {
			continue
		}
		asOf := part.AsOf
		if whole.AsOf.Before(asOf) {
			asOf = whole.AsOf
		}
		held := part.Held
		if whole.Held.After(held) {
			held = whole.Held
		}
		ratio := m.newCell(k, set, asOf)
		ratio.Held, ratio.Withheld, ratio.row = held, withheld, part.row
		if !withheld {
			ratio.Value = part.Value / whole.Value
		}
		ratios[set] = ratio
	}
	return ratios
}

// figuresOf are those of the KPI of that name, by label set.
func (m *mapping) figuresOf(name string) []*cell {
	for i := range m.definition.KPIs {
		if m.definition.KPIs[i].Name == name {
			return m.figures[i]
		}
	}
	return nil
}
