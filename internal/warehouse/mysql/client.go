package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/go-sql-driver/mysql"

	"planwatch/internal/warehouse/backend"
)

// Client is what all servers that use MySQL's protocol have in common, the
// embedded engine included.
type Client struct {
	driver.Connector
}

// NewClient makes a client that connects as cfg says. It sets what planwatch
// needs of every connection.
func NewClient(cfg *mysql.Config, log *slog.Logger) (Client, error) {
	// Package result reads the moments: the driver's errors about them name
	// neither row nor column.
	cfg.ParseTime = false
	cfg.MultiStatements, cfg.AllowAllFiles = false, false
	cfg.Logger = driverLog{log}
	// The one collation that every server has and that takes no two texts for
	// equal. It is for literals: a column has its own.
	if err := cfg.Apply(mysql.Charset("utf8mb4", "utf8mb4_bin")); err != nil {
		return Client{}, err
	}
	dialMetered(cfg)
	connector, err := mysql.NewConnector(cfg)
	return Client{connector}, err
}

// Identify implements backend.Backend.
func (c Client) Identify(ctx context.Context, conn *sql.Conn) (backend.Session, error) {
	session := backend.Session{Conn: conn}
	err := conn.QueryRowContext(ctx, "SELECT CONNECTION_ID(), VERSION()").Scan(&session.ID, &session.Version)
	_ = conn.Raw(func(driverConn any) error { // it gives no error
		if metered, ok := driverConn.(meteredConn); ok {
			session.TooMuch = metered.meter.exceeded.Load
		}
		return nil
	})
	if errors.Is(err, mysql.ErrInvalidConn) {
		err = backend.NewError(err.Error(), driver.ErrBadConn, err)
	}
	return session, err
}

// ColumnsStatement implements backend.Backend. With the line break, a comment at
// the end does not hide the parenthesis.
func (c Client) ColumnsStatement(_ backend.Session, query string) string {
	return "SELECT * FROM (\n" + query + "\n) AS planned LIMIT 0"
}

// Kill implements backend.Backend.
func (c Client) Kill(ctx context.Context, id uint64) error {
	conn, err := c.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("%T cannot execute statements", conn)
	}
	_, err = execer.ExecContext(ctx, "KILL QUERY "+strconv.FormatUint(id, 10), nil)
	if answer, ok := serverError(err); ok && answer.Number == erNoSuchThread {
		return nil
	}
	return err
}

// driverLog takes what the driver would write to standard error.
type driverLog struct{ log *slog.Logger }

// Print implements mysql.Logger.
func (l driverLog) Print(v ...any) { l.log.Debug("driver", "message", fmt.Sprint(v...)) }
