package warehouse

import (
	"fmt"
	"strings"
	"time"
)

// asOf is the one placeholder that a query may use.
const asOf = ":as_of"

// Query is one statement that only reads, as written in a file beside its
// collector.
type Query struct {
	file  string
	text  string
	parts []string // what stands before, between and after the places of :as_of
}

// File is the name that the query was parsed under.
func (q Query) File() string { return q.file }

// Text is the query as written.
func (q Query) Text() string { return q.text }

// UsesAsOf tells whether :as_of stands in the query.
func (q Query) UsesAsOf() bool { return len(q.parts) > 1 }

// sql is the statement as sent. The moment is a DATETIME in location, to the
// second. It stands there as a literal: with a parameter the server would
// answer in its binary protocol and give other types, and the literal is made
// of digits alone.
func (q Query) sql(moment time.Time, location *time.Location) string {
	literal := "CAST('" + moment.In(location).Format(time.DateTime) + "' AS DATETIME)"
	var b strings.Builder
	for i, part := range q.parts {
		if i > 0 {
			// SELECT:as_of is two tokens, and stays so.
			if isWord(at(q.parts[i-1], len(q.parts[i-1])-1)) {
				b.WriteByte(' ')
			}
			b.WriteString(literal)
		}
		b.WriteString(part)
	}
	return b.String()
}

// oneSelect is what every refusal of a statement ends with.
const oneSelect = "a query is one SELECT or WITH"

// clock maps functions that give the server's own time to whether they do so
// without parentheses.
var clock = map[string]bool{
	"NOW": false, "SYSDATE": false, "CURDATE": false, "CURTIME": false,
	"CURRENT_TIMESTAMP": true, "CURRENT_DATE": true, "CURRENT_TIME": true, "LOCALTIME": true, "LOCALTIMESTAMP": true,
	"UTC_TIMESTAMP": true, "UTC_DATE": true, "UTC_TIME": true,
}

// unfit maps functions that have no place in a query to the reason.
var unfit = map[string]string{
	"GET_LOCK":          "takes a lock; a query only reads",
	"RELEASE_LOCK":      "releases a lock; a query only reads",
	"RELEASE_ALL_LOCKS": "releases locks; a query only reads",
	"LOAD_FILE":         "reads the server's files; a query reads tables",

	"NEXTVAL": nextOfSequence,
	"SETVAL":  "sets a sequence; a query only reads",
	"LASTVAL": lastOfSequence,

	"MASTER_POS_WAIT":                   replication,
	"SOURCE_POS_WAIT":                   replication,
	"MASTER_GTID_WAIT":                  replication,
	"WAIT_FOR_EXECUTED_GTID_SET":        replication,
	"WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS": replication,
}

const (
	nextOfSequence = "takes a number from a sequence; a query only reads"
	lastOfSequence = "depends on what the connection was used for before; a query reads tables"
	replication    = "waits for replication, and holds a connection meanwhile; a query reads tables"
)

// ParseQuery reads one query and refuses what is not one statement that only
// reads, what some servers read differently from others, and what would give
// another moment than :as_of. file names the query in errors, which carry the
// line.
func ParseQuery(file, text string) (Query, error) {
	fail := func(line int, format string, args ...any) (Query, error) {
		return Query{}, fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...))
	}
	text = strings.TrimPrefix(text, "\ufeff")
	tokens, lexErr := lex(text)
	if lexErr != nil {
		return fail(lexErr.line, "%s", lexErr.message)
	}
	body := text
	for i, t := range tokens {
		if t.kind != symbolToken || t.text != ";" {
			continue
		}
		if i+1 < len(tokens) {
			return fail(tokens[i+1].line, "a second statement begins here; %s", oneSelect)
		}
		body, tokens = text[:t.at], tokens[:i]
		break
	}
	if len(tokens) == 0 {
		return fail(1, "empty; %s", oneSelect)
	}
	if t := verb(tokens); !t.is("SELECT") {
		return fail(t.line, "%q does not read; %s", t.text, oneSelect)
	}

	q := Query{file: file, text: text}
	rest := 0
	for i, t := range tokens {
		next := func(n int) token {
			if i+n < len(tokens) {
				return tokens[i+n]
			}
			return token{}
		}
		call := next(1).symbol("(")
		switch t.kind {
		case placeholderToken:
			if t.text != asOf {
				return fail(t.line, "%s is unknown; a query may use %s", t.text, asOf)
			}
			q.parts = append(q.parts, body[rest:t.at])
			rest = t.at + len(asOf)
		case symbolToken:
			switch t.text {
			case "?":
				return fail(t.line, `"?" has no value here; a query may use %s`, asOf)
			case "@", ":=":
				return fail(t.line, "%q is for variables, which live from one query to the next; leave them out", t.text)
			}
		case wordToken, quotedToken:
			// In backticks or after a full stop stands a column's name,
			// whatever it means elsewhere; but a function can be called so.
			name := strings.ToUpper(strings.Trim(t.text, "`"))
			named := t.kind == quotedToken || i > 0 && tokens[i-1].symbol(".")
			if named && !call {
				continue
			}
			if bare, ok := clock[name]; ok && (bare || call) {
				return fail(t.line, "%q gives the server's own time; use %s", t.text, asOf)
			}
			if name == "UNIX_TIMESTAMP" && call && next(2).symbol(")") {
				return fail(t.line, `"%s()" gives the server's own time; use %s`, t.text, asOf)
			}
			if why, ok := unfit[name]; ok && call {
				return fail(t.line, "%q %s", t.text, why)
			}
			if named {
				continue
			}
			switch {
			case name == "NEXT" && next(1).is("VALUE") && next(2).is("FOR"):
				return fail(t.line, "%q %s", t.text+" "+next(1).text+" "+next(2).text, nextOfSequence)
			case name == "PREVIOUS" && next(1).is("VALUE") && next(2).is("FOR"):
				return fail(t.line, "%q %s", t.text+" "+next(1).text+" "+next(2).text, lastOfSequence)
			case name == "INTO":
				return fail(t.line, "%q writes; a query only reads", t.text)
			case name == "FOR" && (next(1).is("UPDATE") || next(1).is("SHARE")),
				name == "LOCK" && next(1).is("IN") && next(2).is("SHARE"):
				return fail(t.line, "%q takes locks; a query only reads", t.text+" "+next(1).text)
			}
		}
	}
	q.parts = append(q.parts, body[rest:])
	return q, nil
}

// verb is the word that says what the statement does: the first, or behind a
// WITH the first that does something outside of the common table expressions.
func verb(tokens []token) token {
	depth, with := 0, false
	for i, t := range tokens {
		switch {
		case t.symbol("("):
			depth++
		case t.symbol(")"):
			depth--
		case !with && t.is("WITH"):
			with, depth = true, 0
		case !with && !t.symbol("("):
			return t
		case with && depth == 0 && t.kind == wordToken && !tokens[i-1].symbol("."):
			switch strings.ToUpper(t.text) {
			case "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "TABLE", "VALUES":
				return t
			}
		}
	}
	// Nothing but parentheses, or a SELECT within them: for the server to
	// judge, in a transaction that only reads.
	return token{kind: wordToken, text: "SELECT", line: 1}
}

// is tells whether t is that keyword, given in capitals.
func (t token) is(keyword string) bool {
	return t.kind == wordToken && strings.EqualFold(t.text, keyword)
}

func (t token) symbol(s string) bool { return t.kind == symbolToken && t.text == s }
