package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"planwatch/internal/decimal"
)

// explain seeks what closes each difference. It states only what leaves nothing
// but rounding, and only where no other candidate of the same kind does so too.
func (r *Reconciliation) explain(found []*finding, tables map[string]*Table) {
	for _, f := range found {
		if f.Kind != SumDiffers {
			continue
		}
		if f.check.Stated.Value == nil && f.rounded > 1 && f.Difference.Difference.Abs().Cmp(f.digit) <= 0 {
			f.Why = &Cause{Kind: Rounded, key: string(Rounded)}
			continue
		}
		f.moves = r.candidates(f, tables)
		f.closing = f.closers()
		f.Tried = len(f.moves)
		for _, m := range f.moves {
			if m.closes(f) {
				f.Fitting++
			}
		}
	}
	carry(found, tables)
	choose(found)
	leave(found)
	for _, f := range found {
		if f.Why == nil {
			f.Why = beside(found, f)
		}
		if f.Why == nil && f.check.Cause != "" {
			f.Why = &Cause{Kind: Declared, Text: r.Causes[f.check.Cause], key: "declared " + f.check.Cause}
		}
	}
}

// move is one candidate: a change that would alter the difference.
type move struct {
	cause Cause
	// change is added to the difference.
	change decimal.Decimal
	// tolerance is what may be left if the move is to close the difference.
	tolerance decimal.Decimal
	// class is the kind of candidate: of those of a class one alone says something.
	class string
	// cells is what the change comes from: candidates of the same cells are one.
	cells string
}

// closes reports whether the move leaves nothing but rounding.
func (m move) closes(f *finding) bool {
	return f.Difference.Difference.Add(m.change).Abs().Cmp(m.tolerance) <= 0
}

// closers are the keys of the moves that close the difference. Of a kind of
// which several do, none is among them: either may be chance.
func (f *finding) closers() []string {
	cells := map[string]map[string]bool{}
	first := map[string]string{}
	var classes []string
	for _, m := range f.moves {
		if !m.closes(f) {
			continue
		}
		class := string(m.cause.Kind) + m.class
		if cells[class] == nil {
			cells[class], first[class] = map[string]bool{}, m.cause.key
			classes = append(classes, class)
		}
		cells[class][m.cells] = true
	}
	var keys []string
	for _, class := range classes {
		if len(cells[class]) == 1 {
			keys = append(keys, first[class])
		}
	}
	return keys
}

// noise is how many times the last digit an amount must be for its fit to say
// anything, where it is sought among many: in a long list some small amount
// always fits.
const noise = 10

// candidates are the moves of a difference: leaving out a column, rows that have
// a cell in common or a single row; reading another column; counting a row or
// an amount that is not counted; and the other columns of the stated row.
func (r *Reconciliation) candidates(f *finding, tables map[string]*Table) []move {
	var moves []move
	c := f.check
	elsewhere := c.Stated.Value != nil
	for _, term := range c.Computed {
		if term.Value != nil || term.Count || term.TimesNumberIn != "" {
			continue
		}
		if c.Stated.Value == nil && term.table(c) != c.Stated.table(c) {
			elsewhere = true
		}
		moves = append(moves, r.termMoves(f, term, tables[term.table(c)])...)
	}
	if c.Stated.Value != nil || !elsewhere || len(f.stated) != 1 {
		return moves
	}
	name := c.Stated.table(c)
	table := tables[name]
	stated := c.Stated.columns(f.scope)
	for _, column := range r.amountColumns(name, table) {
		if slices.Contains(stated, column) {
			continue
		}
		amount := r.amountOf(f, Term{}, name, table, f.stated, []string{column})
		if amount.Abs().Cmp(f.digit.Mul(decimal.Whole(noise))) < 0 {
			continue
		}
		moves = append(moves, move{change: amount, tolerance: f.digit, cells: column, cause: Cause{
			Kind: Beside, Table: table.Name, Lines: []int{f.Line}, Rows: []string{f.Row}, Column: r.headings(name, []string{column}), Amount: &amount,
			key: fmt.Sprintf("beside %s:%d %s", table.Name, f.Line, column),
		}})
	}
	return moves
}

func (r *Reconciliation) termMoves(f *finding, term Term, table *Table) []move {
	c, s, name := f.check, f.scope, term.table(f.check)
	columns := term.columns(s)
	selector := term.Rows
	if len(term.Parts) > 0 {
		selector = term.Parts
	}
	var counted, parts []Row
	for _, row := range table.Rows {
		if term.matches(c, s, table, row) {
			counted = append(counted, row)
		}
		if selector.matches(table, row) && s.group.matches(table, row) {
			parts = append(parts, row)
		}
	}
	if s.row != nil && len(term.Rows) == 0 {
		parts = counted
	}
	tolerance := f.digit
	if f.fine || f.rounded < 2 {
		tolerance = f.digit.Div(decimal.Whole(2))
	}
	var moves []move
	add := func(cause Cause, change decimal.Decimal, class, cells string) {
		if change.Sign() == 0 {
			return
		}
		cause.Table = table.Name
		moves = append(moves, move{cause: cause, change: change, tolerance: tolerance, class: class, cells: cells})
	}
	amount := func(rows []Row, columns ...string) decimal.Decimal {
		return r.amountOf(f, term, name, table, rows, columns)
	}
	columnKey := func(column string) string { return "column " + table.Name + " " + column }
	if len(columns) > 1 {
		for _, column := range columns {
			left := amount(counted, column)
			add(Cause{Kind: WithoutColumn, Column: r.headings(name, []string{column}), Amount: &left, key: columnKey(column)}, left, "", column)
		}
	}
	rowsCause := func(kind CauseKind, rows []Row, alike string, left decimal.Decimal) Cause {
		cause := Cause{Kind: kind, Alike: alike, Amount: &left}
		for _, row := range rows {
			cause.Lines = append(cause.Lines, row.Line)
			cause.Rows = append(cause.Rows, r.rowName(name, table, row))
		}
		cause.key = fmt.Sprintf("rows %s %v", table.Name, cause.Lines)
		return cause
	}
	least := f.digit.Mul(decimal.Whole(noise))
	for _, set := range r.alike(name, table, parts) {
		left := amount(set.rows, columns...)
		if set.class == namedAlike && left.Abs().Cmp(least) < 0 {
			continue
		}
		var cells []int
		for _, row := range set.rows {
			if amount([]Row{row}, columns...).Sign() != 0 {
				cells = append(cells, row.Line)
			}
		}
		add(rowsCause(WithoutRows, set.rows, set.alike, left), left, set.class, fmt.Sprint(cells))
	}
	if len(parts) > 1 {
		for _, row := range parts {
			left := amount([]Row{row}, columns...)
			if left.Abs().Cmp(least) < 0 {
				continue
			}
			add(rowsCause(WithoutRows, []Row{row}, "", left), left, "", fmt.Sprint(row.Line))
		}
	}
	for _, row := range table.Rows {
		if selector.misses(table, row) != 1 || !s.group.matches(table, row) || s.row != nil {
			continue
		}
		if more := amount([]Row{row}, columns...); more.Abs().Cmp(least) >= 0 {
			add(rowsCause(WithRow, []Row{row}, "", more), more.Neg(), "", fmt.Sprint(row.Line, more))
		}
	}
	for _, column := range r.amountColumns(name, table) {
		if slices.Contains(columns, column) || c.Stated.Value == nil && name == c.Stated.table(c) {
			continue
		}
		heading := r.headings(name, []string{column})
		if other := amount(counted, column); len(columns) == 1 && other.Sign() != 0 {
			add(Cause{Kind: OtherColumn, Column: heading, Amount: &other, key: "other " + table.Name + " " + columns[0] + " " + column},
				amount(counted, columns...).Sub(other), "", column)
		}
		for _, row := range parts {
			counts := slices.ContainsFunc(columns, func(column string) bool { return table.Cell(row, column) != "" })
			if more := amount([]Row{row}, column); !counts && more.Abs().Cmp(least) >= 0 {
				cause := rowsCause(WithRow, []Row{row}, "", more)
				cause.Column = heading
				add(cause, more.Neg(), "", fmt.Sprint(row.Line, more))
			}
		}
	}
	if len(columns) == 1 && len(c.Computed) == 1 && empty(table, parts, columns[0]) {
		stated := *f.Stated
		add(Cause{Kind: EmptyColumn, Column: r.headings(name, columns), Amount: &stated, key: columnKey(columns[0])}, f.Difference.Difference.Neg(), "", columns[0])
	}
	return moves
}

// amountOf is what cells contribute to a term, in the unit of the check. Their
// numbers have been read before, so an error cannot come.
func (r *Reconciliation) amountOf(f *finding, term Term, name string, table *Table, rows []Row, columns []string) decimal.Decimal {
	sum, err := total(table, rows, columns)
	if err != nil {
		return decimal.Decimal{}
	}
	scaled, err := r.scale(Term{Times: term.Times}, scope{}, nil, evaluated{value: sum}, r.Tables[name].Unit, f.Unit)
	if err != nil {
		return decimal.Decimal{}
	}
	return scaled.value
}

// empty reports whether none of the rows has an amount in the column.
func empty(table *Table, rows []Row, column string) bool {
	return !slices.ContainsFunc(rows, func(row Row) bool { return table.Cell(row, column) != "" })
}

// misses is how many of the selector's columns do not select the row.
func (s Selector) misses(t *Table, row Row) int {
	n := 0
	for column, values := range s {
		if !slices.Contains(values, t.Cell(row, column)) {
			n++
		}
	}
	return n
}

// amountColumns are a table's columns of amounts, in its order.
func (r *Reconciliation) amountColumns(name string, table *Table) []string {
	var columns []string
	for _, column := range table.Columns {
		if _, ok := r.Tables[name].Amounts[column]; ok {
			columns = append(columns, column)
		}
	}
	return columns
}

// rowSet is rows that have a cell, or the first words of one, in common.
type rowSet struct {
	alike string
	class string
	rows  []Row
}

// The classes of sets: of columns that sort the rows, and of those that name
// them.
const (
	sortedAlike = " sorted"
	namedAlike  = " named"
)

// category is how many rows on average share a cell of a column that sorts rows
// rather than names them. A set of such a column may be a single row.
const category = 4

// alike are the sets of rows with an equal cell in a column that holds no
// amounts, or with an equal beginning of it before a dash. All rows are no set.
func (r *Reconciliation) alike(name string, table *Table, rows []Row) []rowSet {
	var sets []rowSet
	for _, column := range table.Columns {
		if _, amounts := r.Tables[name].Amounts[column]; amounts {
			continue
		}
		var cells []string
		whole, begun := map[string][]Row{}, map[string][]Row{}
		for _, row := range rows {
			cell := table.Cell(row, column)
			if cell == "" {
				continue
			}
			whole[cell] = append(whole[cell], row)
			if beginning, _, cut := strings.Cut(strings.ReplaceAll(cell, " – ", " - "), " - "); cut {
				begun[beginning] = append(begun[beginning], row)
				cells = append(cells, beginning)
			}
			cells = append(cells, cell)
		}
		least, class := 2, namedAlike
		if len(whole)*category <= len(rows) {
			least, class = 1, sortedAlike
		}
		seen := map[string]bool{}
		for _, cell := range cells {
			if seen[cell] {
				continue
			}
			seen[cell] = true
			for _, set := range [][]Row{whole[cell], begun[cell]} {
				if len(set) >= least && len(set) > 0 && len(set) < len(rows) {
					sets = append(sets, rowSet{cell, class, set})
				}
			}
		}
	}
	return sets
}

// carry finds the totals that differ by what their parts differ by, and those that
// agree with their parts as these are computed.
func carry(found []*finding, tables map[string]*Table) {
	for _, f := range found {
		if f.Kind != SumDiffers || f.Why != nil || len(f.check.Stated.Parts) == 0 || f.Table == "" {
			continue
		}
		table := tables[f.check.Stated.table(f.check)]
		cause := &Cause{Kind: Carried, Table: f.Table, Column: f.Column}
		var sum decimal.Decimal
		var largest *finding
		for _, part := range found {
			if part == f || part.Table != f.Table || part.Column != f.Column || part.Difference.Difference == nil || slices.Contains(cause.Lines, part.Line) ||
				len(part.stated) != 1 || !f.check.Stated.Parts.matches(table, part.stated[0]) {
				continue
			}
			sum = sum.Add(*part.Difference.Difference)
			cause.Lines, cause.Rows = append(cause.Lines, part.Line), append(cause.Rows, part.Row)
			if largest == nil || part.Difference.Difference.Abs().Cmp(largest.Difference.Difference.Abs()) > 0 {
				largest = part
			}
		}
		switch {
		case largest == nil:
			continue
		case f.Difference.Difference.Sub(sum).Abs().Cmp(f.digit) <= 0:
		case f.Difference.Difference.Add(sum).Abs().Cmp(f.digit) <= 0:
			cause.Kind = Recomputed
		default:
			continue
		}
		cause.Amount, cause.key = &sum, "carried "+largest.Check+fmt.Sprint(largest.Line)
		f.Why = cause
	}
}

// choose gives each difference one of the causes that close it: that which closes
// most differences, of those the one with fewest rows, the first.
func choose(found []*finding) {
	for {
		counts := map[string]int{}
		var order []string
		for _, f := range found {
			if f.Why != nil {
				continue
			}
			for _, key := range f.closing {
				if counts[key] == 0 {
					order = append(order, key)
				}
				counts[key]++
			}
		}
		if len(order) == 0 {
			return
		}
		best := slices.MaxFunc(order, func(a, b string) int { return counts[a] - counts[b] })
		for _, f := range found {
			if f.Why == nil && slices.Contains(f.closing, best) {
				f.why(best)
			}
		}
	}
}

// why explains the difference by the move of that key.
func (f *finding) why(key string) {
	i := slices.IndexFunc(f.moves, func(m move) bool { return m.cause.key == key && m.closes(f) })
	if i >= 0 {
		f.Why = &f.moves[i].cause
	}
}

// share is which part of a difference may be left where a cause of others is
// told of it too, with what is left.
const share = 10

// leave finds the differences of which a cause that closes others leaves little.
func leave(found []*finding) {
	causes := map[string]bool{}
	for _, f := range found {
		if f.Why != nil && f.Why.Kind == WithoutRows {
			causes[f.Why.key] = true
		}
	}
	for _, f := range found {
		if f.Why != nil || f.Kind != SumDiffers {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(causes)) {
			i := slices.IndexFunc(f.moves, func(m move) bool { return m.cause.key == key && m.cause.Kind == WithoutRows })
			if i < 0 {
				continue
			}
			left := f.Difference.Difference.Add(f.moves[i].change)
			if left.Abs().Mul(decimal.Whole(share)).Cmp(f.Difference.Difference.Abs()) <= 0 {
				f.Why, f.Remainder = &f.moves[i].cause, &left
				break
			}
		}
	}
}

// beside is the cause of another difference that names the very cell that f is
// of.
func beside(found []*finding, f *finding) *Cause {
	for _, other := range found {
		if w := other.Why; w != nil && w.Kind == Beside && w.Table == f.Table && slices.Contains(w.Lines, f.Line) && w.Column == f.Column {
			return w
		}
	}
	return nil
}
