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
	// password is the one that was denied last, and denied the server's answer at a
	// moment; nil where there is none.
	password string
	denied   error
	at       time.Time
}

// attempt is a login, which its context has. Its password is known as it begins, and it is
// refused where it is not tried at all.
type attempt struct {
	password string
	refused  bool
}

// attemptKey is the context's key of an attempt.
type attemptKey struct{}

// allow is called before a login. The error is the server's answer to the one before.
func (l *logins) allow(ctx context.Context, password string) error {
	login, ok := ctx.Value(attemptKey{}).(*attempt)
	if !ok {
		login = &attempt{}
	}
	login.password = password
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.denied != nil && password == l.password && time.Since(l.at) < deniedPause {
		login.refused = true
		return l.denied
	}
	return nil
}

// Connect implements driver.Connector.
func (l *logins) Connect(ctx context.Context) (driver.Conn, error) {
	login := &attempt{}
	conn, err := l.Connector.Connect(context.WithValue(ctx, attemptKey{}, login))
	answer, ok := errors.AsType[*mysql.MySQLError](err)
	if login.refused || !ok || answer.Number != erAccessDenied && answer.Number != erAccessDeniedNoPassword {
		return conn, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.password, l.denied, l.at = login.password, err, time.Now()
	return conn, err
}
