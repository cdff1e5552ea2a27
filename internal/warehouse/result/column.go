package result

import (
	"database/sql"
	"strings"
)

// ColumnType is the kind of values that a column holds. It follows from the
// column's type in the database, not from what the values look like.
type ColumnType int

// The column types.
const (
	// Other cannot be used for figures, labels or moments: TIME, BIT, BLOB, or
	// a column that is NULL in all rows by its definition.
	Other ColumnType = iota
	// Number is any integer, DECIMAL, FLOAT or DOUBLE.
	Number
	// Text is CHAR, VARCHAR, TEXT, ENUM, SET or JSON.
	Text
	// Time is DATE, DATETIME or TIMESTAMP.
	Time
)

// String is the type as messages name it.
func (t ColumnType) String() string {
	switch t {
	case Number:
		return "a number"
	case Text:
		return "a text"
	case Time:
		return "a time"
	}
	return "neither number, text nor time"
}

// Column is one column of a result.
type Column struct {
	Name string
	Type ColumnType
	// DatabaseType is the type's name in the database, such as DECIMAL.
	DatabaseType string
}

func columnsOf(rows *sql.Rows) ([]Column, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{Name: t.Name(), Type: typeOf(t.DatabaseTypeName()), DatabaseType: t.DatabaseTypeName()}
	}
	return columns, nil
}

func typeOf(databaseType string) ColumnType {
	switch strings.TrimPrefix(databaseType, "UNSIGNED ") {
	case "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR", "DECIMAL", "FLOAT", "DOUBLE":
		return Number
	case "CHAR", "VARCHAR", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "ENUM", "SET", "JSON":
		return Text
	case "DATE", "DATETIME", "TIMESTAMP":
		return Time
	}
	return Other
}
