//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"slices"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
)

// provider shows the engine its one database.
type provider struct{ folder *folder }

var _ sql.DatabaseProvider = (*provider)(nil)

// Database implements sql.DatabaseProvider.
func (p *provider) Database(ctx *sql.Context, name string) (sql.Database, error) {
	if !p.HasDatabase(ctx, name) {
		return nil, sql.ErrDatabaseNotFound.New(name)
	}
	if s, ok := ctx.Session.(*session); ok && s.data != nil {
		return database{s.data}, nil
	}
	return database{p.folder.current.Load()}, nil
}

// HasDatabase implements sql.DatabaseProvider.
func (p *provider) HasDatabase(_ *sql.Context, name string) bool {
	return strings.EqualFold(name, databaseName)
}

// AllDatabases implements sql.DatabaseProvider.
func (p *provider) AllDatabases(ctx *sql.Context) []sql.Database {
	db, err := p.Database(ctx, databaseName)
	if err != nil {
		return nil
	}
	return []sql.Database{db}
}

// session is a connection in the engine. A transaction reads one dataset, even
// if the files change in the meantime.
type session struct {
	*sql.BaseSession
	folder *folder
	data   *dataset // of the transaction; nil outside of one
}

var _ sql.TransactionSession = (*session)(nil)

type transaction struct{}

func (transaction) String() string   { return "transaction over CSV files" }
func (transaction) IsReadOnly() bool { return true }

// StartTransaction implements sql.TransactionSession.
func (s *session) StartTransaction(*sql.Context, sql.TransactionCharacteristic) (sql.Transaction, error) {
	s.data = s.folder.current.Load()
	return transaction{}, nil
}

// CommitTransaction implements sql.TransactionSession.
func (s *session) CommitTransaction(*sql.Context, sql.Transaction) error {
	s.data = nil
	return nil
}

// Rollback implements sql.TransactionSession.
func (s *session) Rollback(*sql.Context, sql.Transaction) error {
	s.data = nil
	return nil
}

// CreateSavepoint implements sql.TransactionSession.
func (s *session) CreateSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// RollbackToSavepoint implements sql.TransactionSession.
func (s *session) RollbackToSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// ReleaseSavepoint implements sql.TransactionSession.
func (s *session) ReleaseSavepoint(*sql.Context, sql.Transaction, string) error { return nil }

// database has the tables of one dataset.
type database struct{ data *dataset }

var _ sql.ReadOnlyDatabase = database{}

// Name implements sql.Nameable.
func (database) Name() string { return databaseName }

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
