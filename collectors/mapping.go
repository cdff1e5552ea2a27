package collectors

import (
	"errors"
	"fmt"
	"math"
	"slices"
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
	for i, row := range result.Rows {
		m.row = i + 1
		if err := m.add(row); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", d.statement.File(), i+1, err)
		}
	}
	return m, nil
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
	// row is the number of the row that is being added, from 1.
	row int
	// cells are the samples so far, by KPI and labels.
	cells map[string]map[string]*cell
}

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

func (d *Definition) mapping(columns []warehouse.Column, asOf time.Time) (*mapping, error) {
	m := &mapping{definition: d, asOf: asOf, columns: columns, index: make(map[string]int, len(columns)), cells: map[string]map[string]*cell{}}
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
	for _, k := range d.KPIs {
		m.cells[k.Name] = map[string]*cell{}
		for _, name := range valueColumns(k) {
			if column := columns[m.index[name]]; column.Type != warehouse.Number {
				return nil, fmt.Errorf("column %s: is %s, not a number; use CAST if its values are numbers", column.Name, column.DatabaseType)
			}
		}
	}
	return m, nil
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
	labels, err := m.labels(row)
	if err != nil {
		return err
	}
	asOf, err := m.moment(row)
	if err != nil {
		return err
	}
	for _, k := range m.definition.KPIs {
		if k.Column != "" {
			err = m.addValue(k, row, labels, asOf)
		} else if k.Histogram != nil {
			err = m.addObservations(k, row, labels, asOf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *mapping) labels(row []warehouse.Value) (kpi.Labels, error) {
	pairs := make([]kpi.Label, len(m.definition.Labels))
	for i, name := range m.definition.Labels {
		at := m.index[name]
		value := row[at]
		if value.Null {
			return nil, fmt.Errorf("column %s: a label is NULL; use COALESCE to give a name, or '' where the label does not apply", name)
		}
		text, err := labelValue(value)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
		pairs[i] = kpi.Label{Name: name, Value: text}
	}
	return kpi.NewLabels(pairs...), nil
}

// moment is the moment that the row is about.
func (m *mapping) moment(row []warehouse.Value) (time.Time, error) {
	if m.definition.AsOf == "" {
		return m.asOf, nil
	}
	value := row[m.index[m.definition.AsOf]]
	if value.Null {
		return time.Time{}, fmt.Errorf("column %s: NULL; every row needs its moment", m.definition.AsOf)
	}
	if value.Time.After(m.asOf.Add(asOfTolerance)) {
		return time.Time{}, fmt.Errorf("column %s: later than the moment of the run; select only rows at or before :as_of", m.definition.AsOf)
	}
	return value.Time, nil
}

// number reads a column that holds a value; ok is false for NULL.
func (m *mapping) number(k kpi.KPI, name string, row []warehouse.Value) (number float64, ok bool, err error) {
	value := row[m.index[name]]
	switch {
	case value.Null:
		return 0, false, nil
	case math.IsNaN(value.Number), math.IsInf(value.Number, 0):
		return 0, false, fmt.Errorf("column %s: is not a finite number", name)
	case value.Number < 0 && !k.AllowNegative:
		return 0, false, fmt.Errorf("column %s: is negative; set allow_negative on kpi %s where that is right", name, k.Name)
	}
	return value.Number, true, nil
}

func (m *mapping) addValue(k kpi.KPI, row []warehouse.Value, labels kpi.Labels, asOf time.Time) error {
	number, ok, err := m.number(k, k.Column, row)
	if err != nil || !ok {
		return err
	}
	key := labels.Key()
	if first, twice := m.cells[k.Name][key]; twice {
		return fmt.Errorf("column %s: a second figure for the labels of row %d; group by the labels", k.Column, first.row)
	}
	m.cells[k.Name][key] = &cell{row: m.row, Sample: kpi.Sample{KPI: k.Name, Labels: labels, Value: number, AsOf: asOf}}
	return nil
}

func (m *mapping) addObservations(k kpi.KPI, row []warehouse.Value, labels kpi.Labels, asOf time.Time) error {
	value, ok, err := m.number(k, k.Histogram.Value, row)
	if err != nil || !ok {
		return err
	}
	count := 1.0
	if name := k.Histogram.Count; name != "" {
		if count, ok, err = m.number(k, name, row); err != nil || !ok {
			return err
		}
		if count < 0 || count != math.Trunc(count) || count > 1<<53 {
			return fmt.Errorf("column %s: is not a count of observations", name)
		}
	}
	key := labels.Key()
	c := m.cells[k.Name][key]
	if c == nil {
		c = &cell{row: m.row, Sample: kpi.Sample{KPI: k.Name, Labels: labels, AsOf: asOf, Histogram: &kpi.Histogram{
			Bounds: k.Histogram.Bounds, Counts: make([]uint64, len(k.Histogram.Bounds)),
		}}}
		m.cells[k.Name][key] = c
	}
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
	var samples []kpi.Sample
	for _, k := range m.definition.KPIs {
		cells := m.cells[k.Name]
		if k.Ratio != nil {
			cells = quotients(k, m.cells[k.Ratio.Of], m.cells[k.Ratio.To])
		}
		begin := len(samples)
		for _, c := range cells {
			if k.Histogram != nil && k.CountsPeople() && !c.Withheld {
				c.Histogram = withSumOfClasses(*c.Histogram)
			}
			if !finite(c.Sample) {
				return nil, fmt.Errorf("row %d: kpi %s: the value is too large", c.row, k.Name)
			}
			samples = append(samples, c.Sample)
		}
		slices.SortFunc(samples[begin:], func(a, b kpi.Sample) int { return a.Labels.Compare(b.Labels) })
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
func finite(s kpi.Sample) bool {
	return !math.IsInf(s.Value, 0) && (s.Histogram == nil || !math.IsInf(s.Histogram.Sum, 0))
}

// quotients are the ratios at the labels where both parts have a figure. A
// ratio whose divisor is zero has no figure. One whose parts were released at
// different times is of no day, and is withheld.
func quotients(k kpi.KPI, of, to map[string]*cell) map[string]*cell {
	ratios := make(map[string]*cell, len(of))
	for key, part := range of {
		whole, ok := to[key]
		withheld := ok && (part.Withheld || whole.Withheld || (part.released || whole.released) && !part.AsOf.Equal(whole.AsOf))
		if !ok || whole.Value == 0 && !withheld {
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
		ratio := kpi.Sample{KPI: k.Name, Labels: part.Labels, AsOf: asOf, Held: held, Withheld: withheld}
		if !withheld {
			ratio.Value = part.Value / whole.Value
		}
		ratios[key] = &cell{row: part.row, Sample: ratio}
	}
	return ratios
}
