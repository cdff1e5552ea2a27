package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"sync"
	"time"

	"github.com/go-sql-driver/mysql"
)

// deniedPause is how long no login is tried with a password that was denied: each
// collector would, and servers lock accounts after some, as FAILED_LOGIN_ATTEMPTS says.
const deniedPause = 10 * time.Second

// logins makes connections. With another password a login is tried at once.
type logins struct {
	driver.Connector

	mu sync.Mutex
	// tried is the password of the newest login, and denied the server's answer to it at
	// a moment; nil where it has let it in.
	tried  string
	denied error
	at     time.Time
}

// allow is called before a login. The error is the server's answer to the one before.
func (l *logins) allow(password string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.denied != nil && password == l.tried && time.Since(l.at) < deniedPause {
		return l.denied
	}
	l.tried, l.denied = password, nil
	return nil
}

// Connect implements driver.Connector.
func (l *logins) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := l.Connector.Connect(ctx)
	answer, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok || answer.Number != erAccessDenied && answer.Number != erAccessDeniedNoPassword {
		return conn, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.denied == nil {
		l.denied, l.at = err, time.Now()
	}
	return conn, err
}
