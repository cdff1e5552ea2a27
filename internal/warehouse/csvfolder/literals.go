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
// on a row once, such as DATE_ADD(:as_of, ...), and keeps the moment as a text that
// it would parse for each row that it compares; this parses it once.
func parseLiterals(ctx *sql.Context, a *analyzer.Analyzer, node sql.Node, scope *plan.Scope, selected analyzer.RuleSelector, flags *sql.QueryFlags) (sql.Node, transform.TreeIdentity, error) {
	return transform.NodeExprsWithOpaque(node, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
		switch e := e.(type) {
		case *plan.Subquery:
			query, same, err := parseLiterals(ctx, a, e.Query, scope, selected, flags)
			if bool(same) || err != nil {
				return e, transform.SameTree, err
			}
			return e.WithQuery(query), transform.NewTree, nil
		case *expression.Literal:
			if text, ok := e.Value().(string); ok && types.IsTime(e.Type()) {
				// What is no moment is left for the engine to tell.
				if moment, _, err := e.Type().Convert(ctx, text); err == nil && moment != nil {
					return expression.NewLiteral(moment, e.Type()), transform.NewTree, nil
				}
			}
		}
		return e, transform.SameTree, nil
	})
}
