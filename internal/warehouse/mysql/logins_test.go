package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-sql-driver/mysql"
)

// server takes one password, and counts the logins.
type server struct {
	login    *logins
	password string // of the client
	right    string
	asked    int
}

func (s *server) Connect(ctx context.Context) (driver.Conn, error) {
	if err := s.login.allow(ctx, s.password); err != nil {
		return nil, err
	}
	if s.asked++; s.password != s.right {
		return nil, &mysql.MySQLError{Number: erAccessDenied, Message: "Access denied"}
	}
	return nil, nil //nolint:nilnil // the connection is not used
}

func (*server) Driver() driver.Driver { return nil }

func TestDeniedLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all logins
		s := &server{login: &all, password: "old", right: "new"}
		all.Connector = s
		connect := func(denied bool, asked int) {
			t.Helper()
			_, err := all.Connect(t.Context())
			if answer, _ := errors.AsType[*mysql.MySQLError](err); (answer != nil) != denied || s.asked != asked {
				t.Errorf("%v, and %d logins, want %d", err, s.asked, asked)
			}
		}
		for range 50 {
			connect(true, 1) // the server's answer, without a login
		}
		<-time.After(deniedPause)
		connect(true, 2)
		connect(true, 2)
		s.password = "new" // in password_file
		connect(false, 3)
		connect(false, 4)
		s.right = "newer" // on the server
		connect(true, 5)
		connect(true, 5)
		s.right = "new"
		<-time.After(deniedPause)
		connect(false, 6)
	})
}
