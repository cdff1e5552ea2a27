//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/sql"

	"planwatch/internal/warehouse/sqltext"
)

// readSchema makes an empty table for each CREATE TABLE of the schema, by name
// in lower case. The engine executes the statements, in a temporary database,
// so that types and defaults are as it understands them.
func readSchema(parent context.Context, file, text string) (map[string]*table, error) {
	statements, err := sqltext.Statements(file, text)
	if err != nil {
		return nil, err
	}
	if len(statements) == 0 {
		return nil, fmt.Errorf("%s: no CREATE TABLE", file)
	}
	db := memory.NewDatabase(databaseName)
	databases := memory.NewDBProvider(db)
	temporary := sqle.NewDefault(databases)
	defer temporary.Close()
	ctx := sql.NewContext(parent, sql.WithSession(memory.NewSession(sql.NewBaseSession(), databases)))
	ctx.SetCurrentDatabase(databaseName)
	for _, s := range statements {
		if !s.BeginsWith("CREATE", "TABLE") {
			return nil, fmt.Errorf("%s:%d: %q is not CREATE TABLE; a schema has no other statements", file, s.Line, s.FirstWord())
		}
		if _, err := execute(ctx, temporary, s.Text); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, s.Line, err)
		}
	}
	names, err := db.GetTableNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	tables := map[string]*table{}
	for _, name := range names {
		created, _, err := db.GetTableInsensitive(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		t, err := emptyTable(ctx, temporary, created) //nolint:contextcheck // an *sql.Context is one
		if err != nil {
			return nil, fmt.Errorf("%s: table %s: %w", file, name, err)
		}
		tables[strings.ToLower(name)] = t
	}
	return tables, nil
}

// emptyTable is a table of ours for one that the engine created.
func emptyTable(ctx *sql.Context, e *sqle.Engine, created sql.Table) (*table, error) {
	t := &table{name: created.Name(), schema: sql.NewPrimaryKeySchema(created.Schema())}
	if keyed, ok := created.(sql.PrimaryKeyTable); ok {
		t.schema = keyed.PrimaryKeySchema()
	}
	for _, column := range t.schema.Schema {
		if column.Generated != nil || column.AutoIncrement {
			return nil, fmt.Errorf("column %s: a CSV file cannot have a column that the database computes; make it a plain column", column.Name)
		}
		value, err := defaultOf(ctx, e, column)
		if err != nil {
			return nil, fmt.Errorf("column %s: default %s: %w", column.Name, column.Default, err)
		}
		t.defaults = append(t.defaults, value)
	}
	return t, nil
}

// defaultOf computes a column's default, which must not depend on the time.
func defaultOf(ctx *sql.Context, e *sqle.Engine, column *sql.Column) (any, error) {
	if column.Default == nil {
		return nil, nil
	}
	query, err := sqltext.ParseQuery("default", "SELECT "+column.Default.String())
	if err != nil {
		return nil, err
	}
	row, err := execute(ctx, e, query.Text())
	if err != nil {
		return nil, err
	}
	value, _, err := column.Type.Convert(ctx, row[0])
	return value, err
}

// execute runs one statement and gives the last of its rows.
func execute(ctx *sql.Context, e *sqle.Engine, statement string) (sql.Row, error) {
	_, rows, _, err := e.Query(ctx, statement)
	if err != nil {
		return nil, err
	}
	var last, row sql.Row
	for {
		if row, err = rows.Next(ctx); err != nil {
			break
		}
		last = row
	}
	if closeErr := rows.Close(ctx); errors.Is(err, io.EOF) {
		err = closeErr
	}
	return last, err
}
