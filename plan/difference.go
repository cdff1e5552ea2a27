package plan

import (
	"fmt"

	"planwatch/internal/decimal"
	"planwatch/internal/language"
)

// DifferenceKind says what a Difference is a difference between.
type DifferenceKind string

// The kinds.
const (
	// SumDiffers is a figure that differs from the sum of its parts.
	SumDiffers DifferenceKind = "sum"
	// NotFound is a figure that none of the tables gives that were to give it.
	NotFound DifferenceKind = "not_found"
	// CellDiffers is a cell that does not say what the rest of its row asks for.
	CellDiffers DifferenceKind = "cell"
	// DocumentsDiffer is a date or figure that another document states otherwise.
	DocumentsDiffer DifferenceKind = "documents"
)

// Difference is something that the source says and that does not agree with
// what it was held against.
type Difference struct {
	// Check is the id of the check that found it.
	Check string         `json:"check"`
	Kind  DifferenceKind `json:"kind"`
	// Table is the file that states the figure; empty where a text does.
	Table string `json:"table,omitempty"`
	// Line of the file, or 0.
	Line int `json:"line,omitempty"`
	// Row is its name in the table, or the words that state the figure.
	Row string `json:"row"`
	// Column of the figure, by its heading in the source; empty for text.
	Column string `json:"column,omitempty"`
	// Stated is the figure in the source, Computed the sum of its parts or the
	// other document's figure, and Difference is Stated minus Computed, all in
	// Unit. Where no table gives the figure, Difference is all of it.
	Stated     *decimal.Decimal `json:"stated,omitempty"`
	Computed   *decimal.Decimal `json:"computed,omitempty"`
	Difference *decimal.Decimal `json:"difference,omitempty"`
	Unit       string           `json:"unit,omitempty"`
	// Says is what a cell says, or the date in the source, and Expected what it
	// is to say, or the date in the other document.
	Says     string `json:"says,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Product is what a cell was judged by.
	Product string `json:"product,omitempty"`
	// Other is what the other document says, word for word, and OtherCite where.
	Other     string `json:"other,omitempty"`
	OtherCite string `json:"other_cite,omitempty"`
	// Looked is where a figure was sought.
	Looked *Looked `json:"looked,omitempty"`
	// Cite is the place in the source.
	Cite string `json:"cite,omitempty"`
	// Note is the check's explanation for the reader.
	Note language.Text `json:"note,omitzero"`
	// Why is what closes the difference, nil where nothing was found that does.
	Why *Cause `json:"why,omitempty"`
	// Tried is how many candidates were tried to close the difference, and Fitting
	// how many of them do. Of several that do none is told.
	Tried   int `json:"tried,omitempty"`
	Fitting int `json:"fitting,omitempty"`
	// Remainder is what is left of the difference where Why does not close all
	// of it.
	Remainder *decimal.Decimal `json:"remainder,omitempty"`
}

// Looked is where a figure was sought.
type Looked struct {
	// Tables are the files.
	Tables []string `json:"tables"`
	// Cells and Sums are how many figures it was compared with.
	Cells int `json:"cells"`
	Sums  int `json:"sums"`
	// Nearest is the figure that is nearest to it, in its unit, and At its place.
	Nearest *decimal.Decimal `json:"nearest,omitempty"`
	At      string           `json:"at,omitempty"`
}

// CauseKind says how a Cause closes a difference.
type CauseKind string

// The kinds of causes, in the order in which they are sought.
const (
	// Rounded is a difference in the last digit of figures that are rounded.
	Rounded CauseKind = "rounded"
	// Carried is a total that differs by what its parts differ by.
	Carried CauseKind = "carried"
	// Recomputed is a total that agrees with its parts as they are computed.
	Recomputed CauseKind = "recomputed"
	// Beside is an amount that stands in another column of the stated row.
	Beside CauseKind = "beside"
	// EmptyColumn is an amount in a column that no row has one in.
	EmptyColumn CauseKind = "empty_column"
	// WithoutColumn closes the difference by leaving a column out.
	WithoutColumn CauseKind = "without_column"
	// WithoutRows closes the difference by leaving rows out.
	WithoutRows CauseKind = "without_rows"
	// OtherColumn closes the difference by reading another column.
	OtherColumn CauseKind = "other_column"
	// WithRow closes the difference by counting a row, or a row's amount in
	// another column, that is not counted.
	WithRow CauseKind = "with_row"
	// Declared is a cause that the check names.
	Declared CauseKind = "declared"
)

// Cause is what closes a difference.
type Cause struct {
	Kind CauseKind `json:"kind"`
	// Table whose rows or columns close it.
	Table string `json:"table,omitempty"`
	// Rows by name, and Lines of the file where they are.
	Rows  []string `json:"rows,omitempty"`
	Lines []int    `json:"lines,omitempty"`
	// Alike are the words that the rows have in common.
	Alike string `json:"alike,omitempty"`
	// Column by its heading; for Beside and OtherColumn the one that holds it.
	Column string `json:"column,omitempty"`
	// Amount of what closes the difference, in the difference's unit.
	Amount *decimal.Decimal `json:"amount,omitempty"`
	// Text of a declared cause.
	Text language.Text `json:"text,omitzero"`

	key string
}

// place is where the source states it, with a colon behind.
func (d Difference) place() string {
	switch {
	case d.Table == "":
		return ""
	case d.Line == 0:
		return d.Table + ": "
	}
	return fmt.Sprintf("%s:%d: ", d.Table, d.Line)
}

// String is the difference in one line of English, without the check's name.
func (d Difference) String() string {
	what := d.place() + d.Row
	if d.Column != "" {
		what += ", " + d.Column
	}
	switch d.Kind {
	case NotFound:
		return fmt.Sprintf("%s: stated %s %s, in no table", what, d.Stated, d.Unit)
	case CellDiffers:
		return fmt.Sprintf("%s: says %q, expected %q", what, d.Says, d.Expected)
	case DocumentsDiffer:
		if d.Stated == nil {
			return fmt.Sprintf("%s: %s here, %s there", what, d.Says, d.Expected)
		}
	}
	return fmt.Sprintf("%s: stated %s, computed %s, difference %s %s", what, d.Stated, d.Computed, Signed(*d.Difference), d.Unit)
}

// Signed writes an amount with its sign, + too.
func Signed(d decimal.Decimal) string {
	if d.Sign() > 0 {
		return "+" + d.String()
	}
	return d.String()
}
