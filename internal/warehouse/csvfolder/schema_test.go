//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"testing"
	"testing/fstest"
)

func TestInvalidSchemas(t *testing.T) {
	for name, test := range map[string]struct{ schema, want string }{
		"insert":     {"CREATE TABLE a (b INT);\nINSERT INTO a VALUES (1);", `schema.sql:2: "INSERT" is not CREATE TABLE; a schema has no other statements`},
		"syntax":     {"\nCREATE TABLE a (b INTT)", `schema.sql:2: syntax error at position 23 near 'INTT'`},
		"nothing":    {"-- later", `schema.sql: no CREATE TABLE`},
		"generated":  {"CREATE TABLE a (b INT, c INT AS (b + 1))", `schema.sql: table a: column c: a CSV file cannot have a column that the database computes; make it a plain column`},
		"open quote": {"CREATE TABLE a (b INT) COMMENT 'x", `schema.sql:1: a quotation (') is not closed`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(t.Context(), sampleSettings(), Options{SchemaSQL: test.schema, SchemaFile: "schema.sql", Files: fstest.MapFS{"a.csv": {Data: []byte("b\n1\n")}}})
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v\nwant %s", err, test.want)
			}
		})
	}
}
