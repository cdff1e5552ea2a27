package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"

	"github.com/go-sql-driver/mysql"
)

// maxAnswer is how many bytes the server may send in answer to one command. The
// driver reads a row whole before it can be looked at, and a server sends rows
// of up to 1 GB.
const maxAnswer = 32 << 20

var errAnswerTooLarge = fmt.Errorf("the answer has more than %d MiB", maxAnswer>>20)

// meter is a connection to the server, which breaks off when the answer to a
// command is too large. A command is what is written.
type meter struct {
	net.Conn
	received atomic.Int64 // since the last write
	exceeded atomic.Bool
}

func (m *meter) Write(p []byte) (int, error) {
	m.received.Store(0)
	return m.Conn.Write(p)
}

func (m *meter) Read(p []byte) (int, error) {
	if m.received.Load() >= maxAnswer {
		m.exceeded.Store(true)
		return 0, errAnswerTooLarge
	}
	n, err := m.Conn.Read(p)
	m.received.Add(int64(n))
	return n, err
}

// SyscallConn lets the driver see whether an idle connection was closed.
func (m *meter) SyscallConn() (syscall.RawConn, error) {
	if inner, ok := m.Conn.(syscall.Conn); ok {
		return inner.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}

// meterKey is the key of a context's place for a meter.
type meterKey struct{}

// dialMetered makes connections of the configuration metered. Connect finds the
// meter in the context that it gave.
func dialMetered(cfg *mysql.Config) {
	dial := cfg.DialFunc
	if dial == nil {
		dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		}
	}
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		m := &meter{Conn: conn}
		if place, ok := ctx.Value(meterKey{}).(**meter); ok {
			*place = m
		}
		if _, ok := conn.(syscall.Conn); !ok {
			// The driver asks any that has the method.
			return struct{ net.Conn }{m}, nil
		}
		return m, nil
	}
}

// driverConn is what a connection of the driver can do.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// meteredConn is a connection of the driver and its meter.
type meteredConn struct {
	driverConn
	meter *meter
}

// Connect implements driver.Connector.
func (c Client) Connect(ctx context.Context) (driver.Conn, error) {
	var m *meter
	conn, err := c.Connector.Connect(context.WithValue(ctx, meterKey{}, &m))
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(driverConn)
	if !ok || m == nil {
		return conn, nil
	}
	return meteredConn{whole, m}, nil
}
