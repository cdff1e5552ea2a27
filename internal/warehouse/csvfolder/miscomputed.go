//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dolthub/vitess/go/sqltypes"
	"github.com/dolthub/vitess/go/vt/sqlparser"

	"planwatch/internal/warehouse/sqltext"
)

// CheckQuery implements backend.Backend. It refuses what the pinned version of
// the engine silently computes otherwise than MySQL and MariaDB do. A test
// compares the engines for each such construct, so that it shows which of them
// a newer version computes right.
func (b *Backend) CheckQuery(q sqltext.Query) error {
	statement, err := sqlparser.Parse(q.SQL(time.Time{}, time.UTC))
	if err != nil {
		return nil //nolint:nilerr // the engine gives the syntax error itself, worded as a server words it
	}
	return sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		found := findMiscomputed(node)
		if found == nil {
			found = b.folder.findTextAggregate(node)
		}
		if found != nil {
			return false, fmt.Errorf("%s:%d: a csv source computes %s wrongly; %s", q.File(), q.LineOf(found.word), found.what, found.instead)
		}
		return true, nil
	}, statement)
}

// miscomputed is a construct that the engine computes wrongly.
type miscomputed struct {
	word    string // by which its line is found; "" for line 1
	what    string
	instead string // what to write instead
}

// findMiscomputed gives what is wrong with a node, nil for nothing.
func findMiscomputed(node sqlparser.SQLNode) *miscomputed {
	switch n := node.(type) {
	case *sqlparser.FuncExpr:
		return findMiscomputedCall(n)
	case *sqlparser.ComparisonExpr:
		if isText(n.Left) && isOrHasText(n.Right) {
			return comparisonOfTexts
		}
	case *sqlparser.ConvertExpr:
		if digits, isDecimal := digitsBeforePoint(n); isDecimal && digits < minDecimalDigits {
			return &miscomputed{"DECIMAL", "CAST AS DECIMAL with few digits (what does not fit becomes 0)", fmt.Sprintf("leave at least %d digits before the point", minDecimalDigits)}
		}
	case *sqlparser.CaseExpr:
		if isText(n.Expr) && slices.ContainsFunc(n.Whens, func(w *sqlparser.When) bool { return isText(w.Cond) }) {
			return comparisonOfTexts
		}
	}
	return nil
}

var comparisonOfTexts = &miscomputed{
	what:    "a comparison of two literal texts (it ignores case)",
	instead: "compare a column with a text",
}

// minDecimalDigits is how many digits before the point a CAST AS DECIMAL has at
// least. The engine gives 0 for a number with more, without a warning.
const minDecimalDigits = 7

// digitsBeforePoint is how many digits a CAST AS DECIMAL leaves before the
// point.
func digitsBeforePoint(cast *sqlparser.ConvertExpr) (digits int, isDecimal bool) {
	if cast.Type == nil || !strings.EqualFold(cast.Type.Type, "decimal") {
		return 0, false
	}
	digits = 10 // of DECIMAL without a size
	for i, size := range []*sqlparser.SQLVal{cast.Type.Length, cast.Type.Scale} {
		if size == nil {
			continue
		}
		n, err := strconv.Atoi(string(size.Val))
		switch {
		case err != nil:
			return 0, false
		case i == 0:
			digits = n
		default:
			digits -= n
		}
	}
	return digits, true
}

// findTextAggregate finds a SUM or AVG of a column that is a text, in every
// table that has a column of the name. The engine gives 0 for it, whatever the
// texts are.
func (f *folder) findTextAggregate(node sqlparser.SQLNode) *miscomputed {
	call, ok := node.(*sqlparser.FuncExpr)
	if !ok || !call.Name.EqualString("sum") && !call.Name.EqualString("avg") {
		return nil
	}
	args := arguments(call)
	if len(args) != 1 {
		return nil
	}
	column, ok := args[0].(*sqlparser.ColName)
	if !ok {
		return nil
	}
	found := false
	for _, t := range f.tables {
		if index := t.schema.IndexOfColName(column.Name.String()); index >= 0 {
			if !sqltypes.IsText(t.schema.Schema[index].Type.Type()) {
				return nil
			}
			found = true
		}
	}
	if !found {
		return nil
	}
	name := strings.ToUpper(call.Name.String())
	return &miscomputed{name, name + "() of a text", "write " + name + "(CAST(... AS DOUBLE))"}
}

func findMiscomputedCall(call *sqlparser.FuncExpr) *miscomputed {
	name := strings.ToUpper(call.Name.String())
	args := arguments(call)
	switch name {
	case "AVG":
		if call.Over != nil && len(args) == 1 && !isCastTo(args[0], "double", "float", "decimal") {
			return &miscomputed{name, "AVG() OVER of whole numbers", "write AVG(CAST(... AS DOUBLE)) OVER (...)"}
		}
	case "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP", "VAR_SAMP":
		if len(args) == 1 && !isCastTo(args[0], "double", "float") {
			return &miscomputed{name, name + "() of whole numbers and of decimals", "write " + name + "(CAST(... AS DOUBLE))"}
		}
	case "WEEK":
		if len(args) == 2 && !isNumber(args[1], "0", "1", "4", "5") {
			return &miscomputed{name, "WEEK() with the modes 2, 3, 6 and 7", "for the week by ISO 8601 write WEEKOFYEAR(...)"}
		}
	case "JSON_VALUE":
		return &miscomputed{name, "JSON_VALUE() (it leaves the quotes)", "write JSON_UNQUOTE(JSON_EXTRACT(...))"}
	case "STR_TO_DATE":
		return &miscomputed{name, "STR_TO_DATE() of dates that do not exist", "make the column a DATE or DATETIME in the schema"}
	case "GREATEST", "LEAST":
		if !areCastTo(args, "double", "float", "decimal") && !areCastTo(args, "signed", "unsigned") {
			return &miscomputed{name, name + "() of dates, and of whole numbers beside others", "write CASE WHEN ... THEN ... ELSE ... END, or CAST each argument AS DOUBLE"}
		}
	}
	return nil
}

func arguments(call *sqlparser.FuncExpr) []sqlparser.Expr {
	var args []sqlparser.Expr
	for _, e := range call.Exprs {
		if aliased, ok := e.(*sqlparser.AliasedExpr); ok {
			args = append(args, withoutParentheses(aliased.Expr))
		}
	}
	return args
}

func withoutParentheses(e sqlparser.Expr) sqlparser.Expr {
	for {
		paren, ok := e.(*sqlparser.ParenExpr)
		if !ok {
			return e
		}
		e = paren.Expr
	}
}

// isCastTo reports whether e is a CAST or CONVERT to one of the types.
func isCastTo(e sqlparser.Expr, types ...string) bool {
	cast, ok := e.(*sqlparser.ConvertExpr)
	return ok && cast.Type != nil && slices.Contains(types, strings.ToLower(cast.Type.Type))
}

// areCastTo reports whether each of them is a CAST or CONVERT to one of the
// types.
func areCastTo(args []sqlparser.Expr, types ...string) bool {
	return !slices.ContainsFunc(args, func(e sqlparser.Expr) bool { return !isCastTo(e, types...) })
}

func isText(e sqlparser.Expr) bool {
	v, ok := e.(*sqlparser.SQLVal)
	return ok && v.Type == sqlparser.StrVal
}

// isOrHasText reports whether e is a literal text, or a list with one.
func isOrHasText(e sqlparser.Expr) bool {
	if list, ok := e.(sqlparser.ValTuple); ok {
		return slices.ContainsFunc(list, isText)
	}
	return isText(e)
}

func isNumber(e sqlparser.Expr, numbers ...string) bool {
	v, ok := e.(*sqlparser.SQLVal)
	return ok && v.Type == sqlparser.IntVal && slices.Contains(numbers, string(v.Val))
}
