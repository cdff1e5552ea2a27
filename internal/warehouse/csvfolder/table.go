//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"fmt"
	"io"

	"github.com/dolthub/go-mysql-server/sql"
)

// table is rows in memory, in the order of their file. Once it is in a
// dataset, nothing changes it.
type table struct {
	name     string
	schema   sql.PrimaryKeySchema
	defaults []any // the value of each column that a file omits
	rows     []sql.Row
	bytes    uint64 // size of the file
}

var (
	_ sql.Table           = (*table)(nil)
	_ sql.PrimaryKeyTable = (*table)(nil)
	_ sql.StatisticsTable = (*table)(nil)
)

// Name implements sql.Nameable.
func (t *table) Name() string { return t.name }

func (t *table) String() string { return t.name }

// Schema implements sql.Table.
func (t *table) Schema() sql.Schema { return t.schema.Schema }

// PrimaryKeySchema implements sql.PrimaryKeyTable.
func (t *table) PrimaryKeySchema() sql.PrimaryKeySchema { return t.schema }

// Collation implements sql.Table.
func (t *table) Collation() sql.CollationID { return sql.Collation_Default }

// DataLength implements sql.StatisticsTable.
func (t *table) DataLength(*sql.Context) (uint64, error) { return t.bytes, nil }

// RowCount implements sql.StatisticsTable.
func (t *table) RowCount(*sql.Context) (uint64, bool, error) { return uint64(len(t.rows)), true, nil }

// singlePartition is the one partition of a table.
type singlePartition struct{}

// Key implements sql.Partition.
func (singlePartition) Key() []byte { return []byte("all") }

// Partitions implements sql.Table.
func (t *table) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(singlePartition{}), nil
}

// PartitionRows implements sql.Table.
func (t *table) PartitionRows(*sql.Context, sql.Partition) (sql.RowIter, error) {
	return &rowIter{table: t}, nil
}

// rowIter reads a table from the first row to the last.
type rowIter struct {
	table *table
	next  int
}

// cancelCheckRows is how many rows are read between two checks whether the
// query was cancelled. The engine itself does not check more often.
const cancelCheckRows = 1024

// Next implements sql.RowIter.
func (i *rowIter) Next(ctx *sql.Context) (sql.Row, error) {
	if i.next == len(i.table.rows) {
		return nil, io.EOF
	}
	if i.next%cancelCheckRows == 0 {
		if err := context.Cause(ctx); err != nil {
			return nil, fmt.Errorf("the query was ended: %w", err)
		}
	}
	row := i.table.rows[i.next]
	i.next++
	return row, nil
}

// Close implements sql.RowIter.
func (i *rowIter) Close(*sql.Context) error { return nil }
