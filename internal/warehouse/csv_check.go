//go:build gms_pure_go

package warehouse

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// check refuses what the engine of the pinned version computes otherwise than
// MySQL and MariaDB do, without a word. Each entry has a test that compares
// the engines, so that a newer version shows which of them may go.
func (b *csvBackend) check(q Query) error {
	statement, err := sqlparser.Parse(q.sql(time.Time{}, time.UTC))
	if err != nil {
		return nil //nolint:nilerr // the engine will say so itself, in the words of a server
	}
	return sqlparser.Walk(func(node sqlparser.SQLNode) (bool, error) {
		if found := findWrong(node); found != nil {
			return false, fmt.Errorf("%s:%d: a csv source computes %s wrongly; %s", q.file, q.lineOf(found.word), found.what, found.instead)
		}
		return true, nil
	}, statement)
}

// lineOf is where the word stands first, or 1.
func (q Query) lineOf(word string) int {
	tokens, _ := lex(q.text)
	for _, t := range tokens {
		if t.is(word) {
			return t.line
		}
	}
	return 1
}

// wrong is a construct that the engine gets wrong.
type wrong struct {
	word    string // by which its line is found
	what    string
	instead string
}

func findWrong(node sqlparser.SQLNode) *wrong {
	switch n := node.(type) {
	case *sqlparser.FuncExpr:
		return findWrongCall(n)
	case *sqlparser.ComparisonExpr:
		if isText(n.Left) && anyText(n.Right) {
			return wrongTexts
		}
	case *sqlparser.CaseExpr:
		if isText(n.Expr) && slices.ContainsFunc(n.Whens, func(w *sqlparser.When) bool { return isText(w.Cond) }) {
			return wrongTexts
		}
	}
	return nil
}

var wrongTexts = &wrong{
	what:    "a comparison of two literal texts (it ignores case)",
	instead: "compare a column with a text",
}

func findWrongCall(call *sqlparser.FuncExpr) *wrong {
	name := strings.ToUpper(call.Name.String())
	args := arguments(call)
	switch name {
	case "AVG":
		if call.Over != nil && len(args) == 1 && !castTo(args[0], "double", "float", "decimal") {
			return &wrong{name, "AVG() OVER of whole numbers", "write AVG(CAST(... AS DOUBLE)) OVER (...)"}
		}
	case "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP", "VAR_SAMP":
		if len(args) == 1 && !castTo(args[0], "double", "float") {
			return &wrong{name, name + "() of whole numbers and of decimals", "write " + name + "(CAST(... AS DOUBLE))"}
		}
	case "WEEK":
		if len(args) == 2 && !isNumber(args[1], "0", "1", "4", "5") {
			return &wrong{name, "WEEK() with the modes 2, 3, 6 and 7", "for the week by ISO 8601 write WEEKOFYEAR(...)"}
		}
	case "JSON_VALUE":
		return &wrong{name, "JSON_VALUE() (it leaves the quotes)", "write JSON_UNQUOTE(JSON_EXTRACT(...))"}
	case "STR_TO_DATE":
		return &wrong{name, "STR_TO_DATE() of dates that do not exist", "have the column a DATE or DATETIME in the schema"}
	case "GREATEST", "LEAST":
		if !allCastTo(args, "double", "float", "decimal") && !allCastTo(args, "signed", "unsigned") {
			return &wrong{name, name + "() of dates, and of whole numbers beside others", "write CASE WHEN ... THEN ... ELSE ... END, or CAST each argument AS DOUBLE"}
		}
	}
	return nil
}

func arguments(call *sqlparser.FuncExpr) []sqlparser.Expr {
	var args []sqlparser.Expr
	for _, e := range call.Exprs {
		if aliased, ok := e.(*sqlparser.AliasedExpr); ok {
			args = append(args, unwrap(aliased.Expr))
		}
	}
	return args
}

func unwrap(e sqlparser.Expr) sqlparser.Expr {
	for {
		paren, ok := e.(*sqlparser.ParenExpr)
		if !ok {
			return e
		}
		e = paren.Expr
	}
}

// castTo tells whether e is a CAST or CONVERT to one of the types.
func castTo(e sqlparser.Expr, types ...string) bool {
	cast, ok := e.(*sqlparser.ConvertExpr)
	return ok && cast.Type != nil && slices.Contains(types, strings.ToLower(cast.Type.Type))
}

// allCastTo tells whether each of them is a CAST or CONVERT to one of the
// types.
func allCastTo(args []sqlparser.Expr, types ...string) bool {
	return !slices.ContainsFunc(args, func(e sqlparser.Expr) bool { return !castTo(e, types...) })
}

func isText(e sqlparser.Expr) bool {
	v, ok := e.(*sqlparser.SQLVal)
	return ok && v.Type == sqlparser.StrVal
}

// anyText tells whether e is a text, or a list with one.
func anyText(e sqlparser.Expr) bool {
	if list, ok := e.(sqlparser.ValTuple); ok {
		return slices.ContainsFunc(list, isText)
	}
	return isText(e)
}

func isNumber(e sqlparser.Expr, numbers ...string) bool {
	v, ok := e.(*sqlparser.SQLVal)
	return ok && v.Type == sqlparser.IntVal && slices.Contains(numbers, string(v.Val))
}
