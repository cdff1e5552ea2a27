package mysql

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"

	"planwatch/internal/warehouse/backend"
)

// The numbers of errors about a query.
const (
	erDuplicateColumn  = 1060
	erNoSuchThread     = 1094 // of KILL: the connection is gone
	erStatementTimeout = 1969 // MariaDB: ended at max_statement_time
	erQueryTimeout     = 3024 // MySQL: ended at max_execution_time
)

// The numbers of the errors by which a server says that it takes no queries,
// from this user or at present.
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
	erAccessDeniedNoPassword = 1698
	erSecureTransport        = 3159
	erClosedForInactivity    = 4031
	erAccountLockedMariaDB   = 4151
)

// serverError gives the error that the server answered with, if err is one.
func serverError(err error) (*mysql.MySQLError, bool) {
	return errors.AsType[*mysql.MySQLError](err)
}

// ClassifyAnswer does what Classify of backend.Backend does, for the answers
// of a server about a query. What is none is a ConnectionFailed, and is given
// back as it is.
func (c Client) ClassifyAnswer(err error) (backend.ErrorKind, error) {
	answer, ok := serverError(err)
	if !ok {
		return backend.ConnectionFailed, err
	}
	kind, words := backend.QueryRefused, answerWords(err, answer)
	switch answer.Number {
	case erStatementTimeout, erQueryTimeout:
		kind = backend.QueryTimedOut
	case erDuplicateColumn:
		kind = backend.DuplicateColumn
	}
	return kind, backend.NewError("the server refuses the query: "+words, err)
}

// Classify implements backend.Backend.
func (b *Backend) Classify(err error) (backend.ErrorKind, error) {
	if answer, ok := serverError(err); ok {
		if refused := b.serviceError(answer); refused != nil {
			return backend.ServiceRefused, refused
		}
	}
	if kind, words := b.ClassifyAnswer(err); kind.FromServer() {
		return kind, words
	}
	if errors.Is(err, backend.ErrUnavailable) {
		return backend.ConnectionFailed, err
	}
	if words := b.tlsError(err); words != nil {
		return backend.ConnectionFailed, words
	}
	if words := b.authenticationError(err); words != nil {
		return backend.ConnectionFailed, words
	}
	return backend.ConnectionFailed, b.networkError(err)
}

// tlsError says what is wrong with the encryption, and what to check. It is
// nil if the error is about something else.
func (b *Backend) tlsError(err error) error {
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority):
		return backend.Unavailable(err, "tls with %s: the certificate is signed by an unknown authority: check tls.ca_file", b.address)
	case errors.As(err, &hostname):
		return backend.Unavailable(err, "tls with %s: the certificate is not for %q: check address and tls.server_name", b.address, hostname.Host)
	case errors.As(err, &invalid):
		return backend.Unavailable(err, "tls with %s: %v: the server needs another certificate", b.address, invalid)
	case errors.As(err, &verify):
		return backend.Unavailable(err, "tls with %s: the certificate is not valid: %v", b.address, verify.Err)
	case errors.As(err, &alert):
		return backend.Unavailable(err, "tls with %s: the server refuses: %v: check tls.cert_file and tls.key_file", b.address, alert)
	case errors.Is(err, mysql.ErrNoTLS):
		return backend.Unavailable(err, "tls with %s: the server does not offer it: enable it there, or set tls.mode: disabled", b.address)
	}
	return nil
}

// noKey is what the driver says where a server that is to send a public key for
// the password has none.
const noKey = "unexpected resp from server for caching_sha2_password"

// authenticationError says which way to log in the server asks for and planwatch
// does not go, and what to have instead. It is nil if the error is about something
// else.
func (b *Backend) authenticationError(err error) error {
	switch {
	case errors.Is(err, mysql.ErrUnknownPlugin):
		return backend.Unavailable(err, "%s asks user %q for a plugin of authentication that planwatch does not have: "+
			"have the user identified by caching_sha2_password, sha256_password, ed25519, mysql_native_password or the unix socket", b.address, b.user)
	case errors.Is(err, mysql.ErrCleartextPassword):
		return backend.Unavailable(err, "%s asks user %q for the password in clear text: have the user identified by another plugin, "+
			"or allow it in a dsn (allowCleartextPasswords=true) with tls.mode: verify", b.address, b.user)
	case strings.Contains(err.Error(), noKey):
		return backend.Unavailable(err, "%s has no key to encrypt the password of user %q with: set tls.mode: verify", b.address, b.user)
	case errors.Is(err, mysql.ErrOldPassword):
		return backend.Unavailable(err, "%s keeps the password of user %q in a form that is not safe (mysql_old_password): set the password there anew", b.address, b.user)
	}
	return nil
}

// networkError says why there is no connection, or why it broke, and what to
// check.
func (b *Backend) networkError(err error) error {
	var (
		lookup    *net.DNSError
		operation *net.OpError
		timeout   net.Error
	)
	switch {
	case errors.As(err, &lookup):
		return backend.Unavailable(err, "cannot reach %s: no such host %q: check address", b.address, lookup.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return backend.Unavailable(err, "cannot reach %s: connection refused: check address, and that the server is running", b.address)
	case errors.Is(err, os.ErrNotExist):
		return backend.Unavailable(err, "cannot reach %s: no such socket: check address, and that the server is running", b.address)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return backend.Unavailable(err, "no answer from %s", b.address)
	case errors.As(err, &operation) && operation.Op == "dial":
		return backend.Unavailable(err, "cannot reach %s: %v: check address", b.address, operation.Err)
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.As(err, &operation):
		return backend.Unavailable(err, "the connection to %s broke", b.address)
	}
	return backend.Unavailable(err, "connection to %s: %v", b.address, err)
}

// serviceError says in words why the server takes no queries, and what to
// check. It is nil if the answer is about a query.
func (b *Backend) serviceError(answer *mysql.MySQLError) error {
	switch answer.Number {
	case erAccessDenied, erAccessDeniedNoPassword:
		return backend.Unavailable(answer, "access denied for user %q at %s: check user and %s", b.user, b.address, b.secretKey)
	case erDatabaseDenied:
		return backend.Unavailable(answer, "user %q may not use database %q at %s: grant SELECT on it, or check database", b.user, b.database, b.address)
	case erUnknownDatabase:
		return backend.Unavailable(answer, "no database %q at %s: check database", b.database, b.address)
	case erHostBlocked, erHostNotPrivileged:
		return backend.Unavailable(answer, "%s takes no connections from this host: check the host part of user %q there", b.address, b.user)
	case erSecureTransport:
		return backend.Unavailable(answer, "%s requires tls: set tls.mode: verify", b.address)
	case erTooManyConnections, erTooManyUserConnections, erUserLimit, erShutdown, erConnectionKilled,
		erMustChangePassword, erPasswordExpired, erAccountLocked, erAccountLockedMariaDB, erClosedForInactivity:
		return backend.Unavailable(answer, "%s takes no queries: %s", b.address, answer.Message)
	}
	return nil
}
