//go:build gms_pure_go

// This tag builds the engine in; the package comment says where its name comes
// from.

package csvfolder

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	sqle "github.com/dolthub/go-mysql-server"
	"github.com/dolthub/go-mysql-server/server"
	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/analyzer"
	vitess "github.com/dolthub/vitess/go/mysql"
	vitesslog "github.com/dolthub/vitess/go/vt/log"
	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/sirupsen/logrus"

	"planwatch/internal/pipe"
	"planwatch/internal/warehouse/mysql"
)

// databaseName is the one database of the embedded engine.
const databaseName = "warehouse"

// engine is an embedded engine and the server through which it is reached.
type engine struct {
	engine   *sqle.Engine
	server   *server.Server
	listener *pipe.Listener
}

// configureEngine sets what the engine can be told for the whole process only.
// Nothing else in planwatch uses the engine, its protocol or its logger.
var configureEngine = sync.OnceValue(func() error {
	// It would write each connection to standard error, and each query that it
	// refuses. The caller gets those as errors.
	logrus.SetOutput(io.Discard)
	logrus.SetLevel(logrus.PanicLevel)
	discard, discardf := func(...any) {}, func(string, ...any) {}
	vitesslog.Info, vitesslog.Infof = discard, discardf
	vitesslog.Warning, vitesslog.Warningf = discard, discardf
	vitesslog.Error, vitesslog.Errorf = discard, discardf
	// SELECT INTO OUTFILE and LOAD_FILE work in this directory only, and it
	// cannot exist. Package sqltext refuses both as well.
	return sql.SystemVariables.AssignValues(map[string]any{"secure_file_priv": filepath.Join(os.DevNull, "none")})
})

// startEngine starts an engine over the folder, for a pool of that many
// connections for queries.
func startEngine(f *folder, maxConnections int) (*engine, error) {
	e := &engine{
		engine:   sqle.New(analyzer.NewBuilder(&provider{folder: f}).AddPostAnalyzeRule(parsedLiteralsID, parseLiterals).Build(), &sqle.Config{IsReadOnly: true}),
		listener: pipe.Listen("embedded"),
	}
	newSession := func(_ context.Context, conn *vitess.Conn, address string) (sql.Session, error) {
		base := sql.NewBaseSessionWithClientServer(address, sql.Client{Capabilities: conn.Capabilities}, conn.ConnectionID)
		return &session{BaseSession: base, folder: f}, nil
	}
	var err error
	e.server, err = server.NewServer(server.Config{
		Listener: e.listener,
		// One for each query and one for a ping, as many again to end them,
		// and one more.
		MaxConnections:               uint64(2*(maxConnections+1) + 1),
		DisableClientMultiStatements: true,
		MaxLoggedQueryLen:            -1,
	}, e.engine, sql.NewContext, newSession, nil)
	if err != nil {
		return nil, err
	}
	// Server.Start would write to standard error. This ends when close closes
	// the listener.
	go e.server.Listener.Accept()
	return e, nil
}

// client is a client of the engine.
func (e *engine) client(connectTimeout time.Duration, log *slog.Logger) (mysql.Client, error) {
	cfg := mysqldriver.NewConfig()
	cfg.Net, cfg.Addr, cfg.User, cfg.DBName = "pipe", "embedded", "planwatch", databaseName
	cfg.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return e.listener.Dial(ctx) }
	cfg.Timeout, cfg.WriteTimeout = connectTimeout, connectTimeout
	return mysql.NewClient(cfg, log)
}

func (e *engine) close() {
	e.server.Listener.Close()
	// Its error only says that background threads were told to end.
	_ = e.engine.Close()
}
