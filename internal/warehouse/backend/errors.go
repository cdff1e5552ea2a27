package backend

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var (
	// ErrUnavailable is a source that could not be reached or takes no
	// queries, as opposed to one that refused a query.
	ErrUnavailable = errors.New("source unavailable")
	// ErrTooMuch is a query whose answer has more bytes than it may.
	ErrTooMuch = errors.New("too much data")
	// ErrTimeout is a query that ran longer than it may.
	ErrTimeout = errors.New("timeout")
)

// ErrorKind is what an error of a connection means.
type ErrorKind int

// The kinds of errors. The first comes from the connection, the others are
// answers of the server.
const (
	// ConnectionFailed: there is no connection, or it broke. The error in
	// words is an ErrUnavailable.
	ConnectionFailed ErrorKind = iota
	// ServiceRefused: the server takes no queries from this user, or none at
	// present. The error in words is an ErrUnavailable.
	ServiceRefused
	// QueryTimedOut: the server ended the query at its limit.
	QueryTimedOut
	// DuplicateColumn: the server refuses the query, because a derived table
	// has two columns of one name.
	DuplicateColumn
	// QueryRefused: the server refuses the query for another reason.
	QueryRefused
)

// FromServer reports whether the server answered with the error, so that the
// connection itself works.
func (k ErrorKind) FromServer() bool { return k != ConnectionFailed }

// AboutQuery reports whether the error is about the query alone, so that the
// connection can be used for another.
func (k ErrorKind) AboutQuery() bool { return k != ConnectionFailed && k != ServiceRefused }

// Error is an error with a text of its own, which does not repeat the texts
// of the errors that it wraps. Those may quote what was sent.
type Error struct {
	message string
	causes  []error
}

// NewError makes an Error with that text, for which errors.Is and errors.As
// find the causes.
func NewError(message string, causes ...error) *Error {
	return &Error{message: message, causes: causes}
}

func (e *Error) Error() string { return e.message }

// Unwrap gives the causes.
func (e *Error) Unwrap() []error { return e.causes }

// maxMessage is the longest text of an error that leaves a source, in bytes.
const maxMessage = 600

// Bounded is err with a text that fits a line of the log and a page: what is
// longer is cut, and bytes that are not UTF-8 are replaced.
func Bounded(err error) error {
	if err == nil || len(err.Error()) <= maxMessage && utf8.ValidString(err.Error()) {
		return err
	}
	text := strings.ToValidUTF8(err.Error(), "\uFFFD")
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return NewError(text, err)
}

// PlanError is a server's refusal to plan a statement. No row has been read
// then, so its words quote nothing but the statement.
type PlanError struct{ Err error }

func (e *PlanError) Error() string { return e.Err.Error() }

// Unwrap is the server's answer.
func (e *PlanError) Unwrap() error { return e.Err }

// WarningError is a query whose rows the server gave with a warning that a
// value is not what the data says.
type WarningError struct {
	// Words are the warnings, by number and meaning.
	Words string
}

func (e *WarningError) Error() string {
	return "the server gave figures with " + e.Words + "; correct the data or the query, and it gives none"
}

// Unavailable is an ErrUnavailable that says what to check, and that wraps
// the cause.
func Unavailable(cause error, format string, args ...any) error {
	return NewError(fmt.Sprintf(format, args...), ErrUnavailable, cause)
}
