//go:build gms_pure_go

package warehouse

import (
	"context"
	dbsql "database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	vitess "github.com/dolthub/vitess/go/mysql"
	vitesslog "github.com/dolthub/vitess/go/vt/log"
	"github.com/go-sql-driver/mysql"
	"github.com/sirupsen/logrus"

	"planwatch/internal/pipe"
)

// Embedded tells whether this binary has the engine that reads CSV folders.
const Embedded = true

// csvDatabase is the one database of the embedded engine.
const csvDatabase = "warehouse"

// csvBackend is an embedded engine over a folder of CSV files.
type csvBackend struct {
	driver.Connector
	engine *sqle.Engine
	server *server.Server
	folder *folder
}

// tame sets what the engine lets be set for the whole process only. Nothing
// else here uses the engine, its protocol or its logger.
var tame = sync.OnceValue(func() error {
	// It writes to standard error each query that it refuses, which the caller
	// hears of anyhow, and each connection.
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
	mute, mutef := func(...any) {}, func(string, ...any) {}
	vitesslog.Info, vitesslog.Infof = mute, mutef
	vitesslog.Warning, vitesslog.Warningf = mute, mutef
	vitesslog.Error, vitesslog.Errorf = mute, mutef
	// A directory that cannot be: SELECT INTO OUTFILE and LOAD_FILE then have
	// nowhere to go. ParseQuery refuses both, and this is the second lock.
	return sql.SystemVariables.AssignValues(map[string]any{"secure_file_priv": filepath.Join(os.DevNull, "none")})
})

func openCSV(ctx context.Context, c Config, o Options) (backend, error) {
	if err := tame(); err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	schema, schemaName := o.SchemaSQL, c.Schema
	if schema == "" {
		schema, schemaName = Schema, "schema.sql"
	}
	tables, err := readSchema(ctx, schemaName, schema)
	if err != nil {
		return nil, err
	}
	if o.Files == nil {
		return nil, fmt.Errorf("folder %s: no files to read", c.Folder)
	}
	b := &csvBackend{folder: &folder{
		label:  filepath.ToSlash(strings.TrimPrefix(c.Folder, "builtin:")),
		files:  o.Files,
		tables: tables,
		log:    o.Logger,
	}}
	if err := b.folder.open(); err != nil { //nolint:contextcheck // files are read whole, for whoever comes next as well
		return nil, err
	}

	provider := &provider{backend: b}
	b.engine = sqle.New(analyzer.NewDefault(provider), &sqle.Config{IsReadOnly: true})
	listener := pipe.Listen("embedded")
	b.server, err = server.NewServer(server.Config{
		Listener: listener,
		// One for each query and one for a ping, one for each that ends
		// another's query, and one to spare.
		MaxConnections:               uint64(2*(c.MaxConnections+1) + 1),
		DisableClientMultiStatements: true,
		MaxLoggedQueryLen:            -1,
	}, b.engine, sql.NewContext, func(_ context.Context, conn *vitess.Conn, address string) (sql.Session, error) {
		return &engineSession{BaseSession: sql.NewBaseSessionWithClientServer(address, sql.Client{Capabilities: conn.Capabilities}, conn.ConnectionID), backend: b}, nil
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	// Not Server.Start, which says so on standard error. It ends when close
	// closes the listener.
	go b.server.Listener.Accept()

	d := mysql.NewConfig()
	d.Net, d.Addr, d.User, d.DBName = "pipe", "embedded", "planwatch", csvDatabase
	d.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return listener.Dial(ctx) }
	d.Timeout, d.WriteTimeout = time.Duration(c.ConnectTimeout), time.Duration(c.ConnectTimeout)
	configureDriver(d, o.Logger)
	if b.Connector, err = mysql.NewConnector(d); err != nil {
		return nil, fmt.Errorf("embedded engine: %w", err)
	}
	return b, nil
}

// refresh takes over files that changed, and gives what is wrong with them
// until they are in order again.
func (b *csvBackend) refresh() error {
	b.folder.refresh()
	return b.folder.data.Load().fault
}

// tune sets no limit, because the engine knows none, and no more of the
// server's settings than what a query can see.
func (b *csvBackend) tune(ctx context.Context, conn *dbsql.Conn, _ string, run Run, local *time.Location) (zones, error) {
	offset, _ := offsetAt(run.AsOf, local)
	_, err := conn.ExecContext(ctx, "SET SESSION time_zone='"+offset+"'")
	return zones{local: local, timestamp: local, asOf: run.AsOf}, err
}

// grace: the engine ignores MAX_EXECUTION_TIME, so that the client's limit is
// the only one.
func (b *csvBackend) grace() time.Duration { return 0 }

func (b *csvBackend) explain(err error) error {
	if answered(err) {
		return nil
	}
	return unavailable(err, "the embedded engine does not answer: %v", err)
}

// close ends the engine, once the pool is closed.
func (b *csvBackend) close() error {
	b.server.Listener.Close()
	// What it gives is that its background threads were told to end.
	_ = b.engine.Close()
	return nil
}
