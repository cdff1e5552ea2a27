//go:build gms_pure_go

package warehouse

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// dataset is a folder as it was read at one time: nothing changes it.
type dataset struct {
	tables map[string]*table // by name in lower case
	names  []string
	fault  error // of the files that should have taken this one's place
}

// provider shows the engine its one database.
type provider struct{ backend *csvBackend }

var _ sql.DatabaseProvider = (*provider)(nil)

// Database implements sql.DatabaseProvider.
func (p *provider) Database(ctx *sql.Context, name string) (sql.Database, error) {
	if !strings.EqualFold(name, csvDatabase) {
		return nil, sql.ErrDatabaseNotFound.New(name)
	}
	if s, ok := ctx.Session.(*engineSession); ok && s.data != nil {
		return database{s.data}, nil
	}
	return database{p.backend.folder.data.Load()}, nil
}

// HasDatabase implements sql.DatabaseProvider.
func (p *provider) HasDatabase(_ *sql.Context, name string) bool {
	return strings.EqualFold(name, csvDatabase)
}

// AllDatabases implements sql.DatabaseProvider.
func (p *provider) AllDatabases(ctx *sql.Context) []sql.Database {
	db, err := p.Database(ctx, csvDatabase)
	if err != nil {
		return nil
	}
	return []sql.Database{db}
}

// engineSession is one connection in the engine. Within a transaction it
// reads one dataset, however the files change.
type engineSession struct {
	*sql.BaseSession
	backend *csvBackend
	data    *dataset
}

var _ sql.TransactionSession = (*engineSession)(nil)

type transaction struct{}

func (transaction) String() string   { return "transaction over CSV files" }
func (transaction) IsReadOnly() bool { return true }

// StartTransaction implements sql.TransactionSession.
func (s *engineSession) StartTransaction(*sql.Context, sql.TransactionCharacteristic) (sql.Transaction, error) {
	s.data = s.backend.folder.data.Load()
	return transaction{}, nil
}

// CommitTransaction implements sql.TransactionSession.
func (s *engineSession) CommitTransaction(*sql.Context, sql.Transaction) error {
	s.data = nil
	return nil
}

// Rollback implements sql.TransactionSession.
func (s *engineSession) Rollback(*sql.Context, sql.Transaction) error {
	s.data = nil
	return nil
}

// CreateSavepoint implements sql.TransactionSession.
func (s *engineSession) CreateSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// RollbackToSavepoint implements sql.TransactionSession.
func (s *engineSession) RollbackToSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// ReleaseSavepoint implements sql.TransactionSession.
func (s *engineSession) ReleaseSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// database has the tables of one dataset.
type database struct{ data *dataset }

var _ sql.ReadOnlyDatabase = database{}

// Name implements sql.Nameable.
func (database) Name() string { return csvDatabase }

// IsReadOnly implements sql.ReadOnlyDatabase.
func (database) IsReadOnly() bool { return true }

// GetTableInsensitive implements sql.Database.
func (d database) GetTableInsensitive(_ *sql.Context, name string) (sql.Table, bool, error) {
	t, ok := d.data.tables[strings.ToLower(name)]
	return t, ok, nil
}

// GetTableNames implements sql.Database.
func (d database) GetTableNames(*sql.Context) ([]string, error) {
	return slices.Clone(d.data.names), nil
}

// table is rows in memory, in the order of their file.
type table struct {
	name   string
	schema sql.PrimaryKeySchema
	// defaults has each column's value where a file leaves it out.
	defaults []any
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

// whole is the one partition of a table.
type whole struct{}

// Key implements sql.Partition.
func (whole) Key() []byte { return []byte("whole") }

// Partitions implements sql.Table.
func (t *table) Partitions(*sql.Context) (sql.PartitionIter, error) {
	return sql.PartitionsToPartitionIter(whole{}), nil
}

// PartitionRows implements sql.Table.
func (t *table) PartitionRows(*sql.Context, sql.Partition) (sql.RowIter, error) {
	return &rowIter{table: t}, nil
}

// rowIter reads a table from first row to last.
type rowIter struct {
	table *table
	next  int
}

// cancelEvery is how many rows are read between two looks at whether the
// query is still wanted. Operators above a table look no oftener.
const cancelEvery = 1024

// Next implements sql.RowIter.
func (i *rowIter) Next(ctx *sql.Context) (sql.Row, error) {
	if i.next == len(i.table.rows) {
		return nil, io.EOF
	}
	if i.next%cancelEvery == 0 {
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
