package warehouse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/go-sql-driver/mysql"
)

var (
	// ErrUnavailable is a source that could not be reached, as opposed to one
	// that refused a query.
	ErrUnavailable = errors.New("source unavailable")
	// ErrTimeout is a query that ran past its limit.
	ErrTimeout = errors.New("timeout")
	// ErrTooManyRows is a query that gave more rows than it may.
	ErrTooManyRows = errors.New("too many rows")
)

// queryError is an error under one of the above whose text is its own.
type queryError struct {
	message string
	causes  []error
}

func (e *queryError) Error() string   { return e.message }
func (e *queryError) Unwrap() []error { return e.causes }

// unavailable tells people what keeps the source from answering, and never
// more of a cause than its kind: a cause may quote what was sent.
func unavailable(cause error, format string, args ...any) error {
	return &queryError{message: fmt.Sprintf(format, args...), causes: []error{ErrUnavailable, cause}}
}

// The numbers of the errors by which a server says that it takes no queries,
// from us or at present.
const (
	erTooManyConnections     = 1040
	erDatabaseDenied         = 1044
	erAccessDenied           = 1045
	erUnknownDatabase        = 1049
	erShutdown               = 1053
	erHostBlocked            = 1129
	erHostNotPrivileged      = 1130
	erTooManyUserConnections = 1203
	erUserLimit              = 1226
	erConnectionKilled       = 1927
	erMustChangePassword     = 1820
	erPasswordExpired        = 1862
	erAccountLocked          = 3118
	erSecureTransport        = 3159
	erClosedForInactivity    = 4031
	erAccountLockedMariaDB   = 4151
)

// The numbers by which a server says that it ended a query for its time.
const (
	erStatementTimeout = 1969 // MariaDB
	erQueryTimeout     = 3024 // MySQL
)

// explain turns an error of the driver's into ours where it says that the
// source does not answer, and gives nil where it is the server's answer to a
// query. where is the server's address.
func (m *mysqlBackend) explain(err error) error {
	if answer, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return m.explainAnswer(answer)
	}
	if _, ok := errors.AsType[*queryError](err); ok {
		return err
	}
	where := m.address
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
		lookup    *net.DNSError
		dial      *net.OpError
		timeout   net.Error
	)
	switch {
	case errors.As(err, &authority):
		return unavailable(err, "tls with %s: the certificate is signed by an unknown authority: check tls.ca_file", where)
	case errors.As(err, &hostname):
		return unavailable(err, "tls with %s: the certificate is not for %q: check address and tls.server_name", where, hostname.Host)
	case errors.As(err, &invalid):
		return unavailable(err, "tls with %s: %v: the server needs another certificate", where, invalid)
	case errors.As(err, &verify):
		return unavailable(err, "tls with %s: the certificate is not in order: %v", where, verify.Err)
	case errors.As(err, &alert):
		return unavailable(err, "tls with %s: the server refuses: %v: check tls.cert_file and tls.key_file", where, alert)
	case errors.Is(err, mysql.ErrNoTLS):
		return unavailable(err, "tls with %s: the server offers none: set it up there, or say tls.mode: disabled", where)
	case errors.As(err, &lookup):
		return unavailable(err, "cannot reach %s: no such host %q: check address", where, lookup.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return unavailable(err, "cannot reach %s: connection refused: check address, and that the server is running", where)
	case errors.Is(err, os.ErrNotExist):
		return unavailable(err, "cannot reach %s: no such socket: check address, and that the server is running", where)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return unavailable(err, "no answer from %s", where)
	case errors.As(err, &dial) && dial.Op == "dial":
		return unavailable(err, "cannot reach %s: %v: check address", where, dial.Err)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.As(err, &dial):
		return unavailable(err, "the connection to %s broke", where)
	}
	return unavailable(err, "connection to %s: %v", where, err)
}

func (m *mysqlBackend) explainAnswer(answer *mysql.MySQLError) error {
	where := m.address
	switch answer.Number {
	case erAccessDenied:
		return unavailable(answer, "access denied for user %q at %s: check user and %s", m.user, where, m.secretKey)
	case erDatabaseDenied:
		return unavailable(answer, "user %q may not use database %q at %s: grant SELECT on it, or check database", m.user, m.database, where)
	case erUnknownDatabase:
		return unavailable(answer, "no database %q at %s: check database", m.database, where)
	case erHostBlocked, erHostNotPrivileged:
		return unavailable(answer, "%s takes no connections from this host: check the host part of user %q there", where, m.user)
	case erSecureTransport:
		return unavailable(answer, "%s demands tls: say tls.mode: verify", where)
	case erTooManyConnections, erTooManyUserConnections, erUserLimit, erShutdown, erConnectionKilled,
		erMustChangePassword, erPasswordExpired, erAccountLocked, erAccountLockedMariaDB, erClosedForInactivity:
		return unavailable(answer, "%s takes no queries: %s", where, answer.Message)
	}
	return nil
}

// timedOut tells whether the server ended a query for its time.
func timedOut(err error) bool {
	var answer *mysql.MySQLError
	return errors.As(err, &answer) && (answer.Number == erStatementTimeout || answer.Number == erQueryTimeout)
}

// answered tells whether err is the server's answer to a query, after which
// the connection can be used again.
func answered(err error) bool {
	var answer *mysql.MySQLError
	return errors.As(err, &answer)
}
