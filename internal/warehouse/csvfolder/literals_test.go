//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/plan"
	"github.com/dolthub/go-mysql-server/sql/transform"
	"github.com/dolthub/go-mysql-server/sql/types"
)

// A moment that does not depend on a row is no text that is parsed for each, in a
// filter or in one of a subquery.
func TestMomentsAreParsedOnce(t *testing.T) {
	tables, err := readSchema(t.Context(), "schema.sql", "CREATE TABLE visit (id INT, day DATE);")
	if err != nil {
		t.Fatal(err)
	}
	f := newFolder("visits", fstest.MapFS{"visit.csv": {Data: []byte("id,day\n1,2025-03-18\n")}}, tables, slog.New(slog.DiscardHandler))
	if err := f.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err := startEngine(f, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	const today = "DATE(CAST('2025-03-18 08:00:00' AS DATETIME))"
	for name, query := range map[string]string{
		"a filter":   "SELECT id FROM visit WHERE day < " + today,
		"a subquery": "SELECT id, (SELECT COUNT(*) FROM visit AS v WHERE v.day < " + today + " AND v.id <= visit.id) AS n FROM visit",
	} {
		t.Run(name, func(t *testing.T) {
			ctx := sql.NewContext(t.Context(), sql.WithSession(&session{BaseSession: sql.NewBaseSession(), folder: f}))
			ctx.SetCurrentDatabase(databaseName)
			analyzed, err := e.engine.AnalyzeQuery(ctx, query)
			if err != nil {
				t.Fatal(err)
			}
			parsed := 0
			var look func(sql.Node)
			look = func(node sql.Node) {
				_, _, err := transform.NodeExprsWithOpaque(node, func(e sql.Expression) (sql.Expression, transform.TreeIdentity, error) {
					switch e := e.(type) {
					case *plan.Subquery:
						look(e.Query)
					case *expression.Literal:
						if !types.IsTime(e.Type()) {
							break
						}
						if _, ok := e.Value().(time.Time); ok {
							parsed++
						} else {
							t.Errorf("%v is a %T", e.Value(), e.Value())
						}
					}
					return e, transform.SameTree, nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			look(analyzed)
			if parsed == 0 {
				t.Errorf("no moment in\n%s", analyzed)
			}
		})
	}
}
