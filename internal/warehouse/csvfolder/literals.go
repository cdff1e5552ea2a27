//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// parsedLiteralsID is of the rule below, which no other rule has.
const parsedLiteralsID analyzer.RuleId = -1

// parseLiterals is a rule of the analyzer. The engine computes what does not depend
// on a row once, such as DATE(:as_of), and keeps the moment as a text that it would
// parse for each row that it compares; this parses it once. Only what is compared
// with a moment is changed: elsewhere, as in CONCAT, the text is what is meant.
func parseLiterals(ctx *sql.Context, a *analyzer.Analyzer, node sql.Node, scope *plan.Scope, selected analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
	return transform.NodeExprsWithOpaque(node, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		switch e := e.(type) {
		case *plan.Subquery:
			query, same, err := parseLiterals(ctx, a, e.Query, scope, selected, flags)
			if bool(same) || err != nil {
				return e, transform.SameTree, err
			}
			return e.WithQuery(query), transform.NewTree, nil
		case expression.Comparer:
			left, right := e.Left(), e.Right()
			if !types.IsTime(left.Type()) || !types.IsTime(right.Type()) {
				break
			}
			left, right = parsed(ctx, left), parsed(ctx, right)
			if left == e.Left() && right == e.Right() {
				break
			}
			compared, err := e.WithChildren(left, right)
			return compared, transform.NewTree, err
		}
		return e, transform.SameTree, nil
	})
}

// parsed is a literal moment that is a text as a moment, and anything else as it is:
// what is no moment is left for the engine to tell.
func parsed(ctx *sql.Context, e sql.Expression) sql.Expression {
	literal, ok := e.(*expression.Literal)
	if !ok {
		return e
	}
	text, ok := literal.Value().(string)
	if !ok {
		return e
	}
	moment, _, err := literal.Type().Convert(ctx, text)
	if err != nil || moment == nil {
		return e
	}
	return expression.NewLiteral(moment, literal.Type())
}
