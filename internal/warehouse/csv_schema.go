//go:build gms_pure_go

package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/memory"
	"github.com/dolthub/go-mysql-server/sql"
)

// readSchema gives an empty table for each CREATE TABLE of the schema, by
// name in lower case. The engine itself reads them, in a database that is
// thrown away, so that types and defaults are what it takes them for.
func readSchema(parent context.Context, file, text string) (map[string]*table, error) {
	tokens, lexErr := lex(text)
	if lexErr != nil {
		return nil, fmt.Errorf("%s:%d: %s", file, lexErr.line, lexErr.message)
	}
	db := memory.NewDatabase(csvDatabase)
	memories := memory.NewDBProvider(db)
	engine := sqle.NewDefault(memories)
	defer engine.Close()
	ctx := sql.NewContext(parent, sql.WithSession(memory.NewSession(sql.NewBaseSession(), memories)))
	ctx.SetCurrentDatabase(csvDatabase)
	for len(tokens) > 0 {
		first, end, n := tokens[0], len(text), len(tokens)
		for i, t := range tokens {
			if t.symbol(";") {
				end, n = t.at, i+1
				break
			}
		}
		create := len(tokens) > 1 && first.is("CREATE") && tokens[1].is("TABLE")
		tokens = tokens[n:]
		if first.symbol(";") {
			continue
		}
		if !create {
			return nil, fmt.Errorf("%s:%d: %q is not CREATE TABLE, and a schema is nothing else", file, first.line, first.text)
		}
		if _, err := execute(ctx, engine, text[first.at:end]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, first.line, err)
		}
	}

	names, err := db.GetTableNames(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	tables := map[string]*table{}
	for _, name := range names {
		made, _, err := db.GetTableInsensitive(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		t := &table{name: name, schema: sql.NewPrimaryKeySchema(made.Schema())}
		if keyed, ok := made.(sql.PrimaryKeyTable); ok {
			t.schema = keyed.PrimaryKeySchema()
		}
		for _, column := range t.schema.Schema {
			if column.Generated != nil || column.AutoIncrement {
				return nil, fmt.Errorf("%s: table %s: column %s: a CSV file cannot hold what the database would compute; make it a plain column", file, name, column.Name)
			}
			value, err := defaultOf(ctx, engine, column) //nolint:contextcheck // an *sql.Context is one
			if err != nil {
				return nil, fmt.Errorf("%s: table %s: column %s: default %s: %w", file, name, column.Name, column.Default, err)
			}
			t.defaults = append(t.defaults, value)
		}
		tables[strings.ToLower(name)] = t
	}
	if len(tables) == 0 {
		return nil, fmt.Errorf("%s: no CREATE TABLE", file)
	}
	return tables, nil
}

// defaultOf computes a column's default, which must not depend on when.
func defaultOf(ctx *sql.Context, engine *sqle.Engine, column *sql.Column) (any, error) {
	if column.Default == nil {
		return nil, nil
	}
	q, err := ParseQuery("default", "SELECT "+column.Default.String())
	if err != nil {
		return nil, err
	}
	row, err := execute(ctx, engine, q.text)
	if err != nil {
		return nil, err
	}
	value, _, err := column.Type.Convert(ctx, row[0])
	return value, err
}

// execute runs one statement and gives the last of its rows.
func execute(ctx *sql.Context, engine *sqle.Engine, statement string) (sql.Row, error) {
	_, rows, _, err := engine.Query(ctx, statement)
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
