//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"fmt"
	"slices"
	"strings"
	"time"

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
		if found := findMiscomputed(node); found != nil {
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
