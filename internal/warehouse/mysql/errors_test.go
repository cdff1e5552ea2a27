package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"planwatch/internal/warehouse/backend"
)

func TestClassify(t *testing.T) {
	b := &Backend{address: "db.example:3306", user: "planwatch", database: "warehouse", secretKey: "password_file"}
	answer := func(number uint16) error {
		return &mysql.MySQLError{Number: number, Message: "as the server words it"}
	}
	for name, test := range map[string]struct {
		err   error
		kind  backend.ErrorKind
		words string
	}{
		"MariaDB's limit":     {answer(erStatementTimeout), backend.QueryTimedOut, "the server refuses the query: Error 1969"},
		"MySQL's limit":       {answer(erQueryTimeout), backend.QueryTimedOut, "the server refuses the query: Error 3024"},
		"two columns":         {answer(erDuplicateColumn), backend.DuplicateColumn, "the server refuses the query: Error 1060"},
		"syntax":              {answer(1064), backend.QueryRefused, "the server refuses the query: Error 1064"},
		"shutdown":            {answer(erShutdown), backend.ServiceRefused, "db.example:3306 takes no queries: as the server words it"},
		"host":                {answer(erHostBlocked), backend.ServiceRefused, `db.example:3306 takes no connections from this host: check the host part of user "planwatch" there`},
		"TLS only":            {answer(erSecureTransport), backend.ServiceRefused, "db.example:3306 requires tls: set tls.mode: verify"},
		"password":            {answer(erAccessDenied), backend.ServiceRefused, `access denied for user "planwatch" at db.example:3306: check user and password_file`},
		"pool's connection":   {driver.ErrBadConn, backend.ConnectionFailed, "the connection to db.example:3306 broke"},
		"driver's connection": {mysql.ErrInvalidConn, backend.ConnectionFailed, "the connection to db.example:3306 broke"},
		"deadline":            {context.DeadlineExceeded, backend.ConnectionFailed, "no answer from db.example:3306"},
		"a plugin":            {mysql.ErrUnknownPlugin, backend.ConnectionFailed, `db.example:3306 asks user "planwatch" for a plugin of authentication that planwatch does not have: have the user identified by caching_sha2_password`},
		"clear text":          {mysql.ErrCleartextPassword, backend.ConnectionFailed, `db.example:3306 asks user "planwatch" for the password in clear text: have the user identified by another plugin`},
		"an old password":     {mysql.ErrOldPassword, backend.ConnectionFailed, `db.example:3306 keeps the password of user "planwatch" in a form that is not safe`},
		"no password":         {answer(erAccessDeniedNoPassword), backend.ServiceRefused, `access denied for user "planwatch" at db.example:3306: check user and password_file`},
		"unavailable already": {backend.Unavailable(errors.New("cause"), "password_file: missing"), backend.ConnectionFailed, "password_file: missing"},
		"anything else":       {errors.New("odd"), backend.ConnectionFailed, "connection to db.example:3306: odd"},
	} {
		t.Run(name, func(t *testing.T) {
			kind, words := b.Classify(test.err)
			if kind != test.kind {
				t.Errorf("kind %d, want %d", kind, test.kind)
			}
			if !strings.HasPrefix(words.Error(), test.words) {
				t.Errorf("got  %v\nwant %s", words, test.words)
			}
			if !errors.Is(words, test.err) {
				t.Error("the cause is not wrapped")
			}
			if got, want := errors.Is(words, backend.ErrUnavailable), !kind.AboutQuery(); got != want {
				t.Errorf("ErrUnavailable %t, want %t", got, want)
			}
		})
	}
}
