// Package sqltext says what the text of a query may be: one SELECT or WITH
// that only reads, with :as_of as its only parameter. It does not depend on a server.
package sqltext

import (
	"strings"
	"time"
)

// asOf is the only parameter of a query.
const asOf = ":as_of"

// Query is one statement that only reads, as written in a file. Make one with
// ParseQuery.
type Query struct {
	file  string
	text  string
	parts []string // what stands before, between and after the places of :as_of
}

// File is the name that the query was parsed under.
func (q Query) File() string { return q.file }

// Text is the query as written.
func (q Query) Text() string { return q.text }

// Canonical is the query without comments and with the same white space
// everywhere: two texts that mean the same to a server have the same.
func (q Query) Canonical() string {
	tokens, _ := lex(q.file, q.text) // without error since ParseQuery had none
	words := make([]string, 0, len(tokens))
	for _, t := range tokens {
		if !t.isSymbol(";") { // the one that may end it
			words = append(words, t.text)
		}
	}
	return strings.Join(words, " ")
}

// UsesAsOf reports whether the query uses :as_of.
func (q Query) UsesAsOf() bool { return len(q.parts) > 1 }

// SQL is the statement to send, with moment in place of :as_of: a DATETIME in
// location, to the second. It is a literal, not a parameter of the protocol:
// with parameters the server answers in its binary protocol, with other types.
// The literal is safe, as it has nothing but digits and punctuation.
func (q Query) SQL(moment time.Time, location *time.Location) string {
	literal := "CAST('" + moment.In(location).Format(time.DateTime) + "' AS DATETIME)"
	var b strings.Builder
	for i, part := range q.parts {
		if i > 0 {
			if joinsWithWord(q.parts[i-1]) {
				b.WriteByte(' ')
			}
			b.WriteString(literal)
		}
		b.WriteString(part)
	}
	return b.String()
}

// joinsWithWord reports whether the end of the text and a word behind it would
// be read as one token, as in SELECT:as_of.
func joinsWithWord(text string) bool {
	if text == "" {
		return false
	}
	last := text[len(text)-1]
	return isWordByte(last) || last == ':'
}

// LineOf is the line on which a keyword or name is first found in the query,
// from 1; 1 if it is not found.
func (q Query) LineOf(word string) int {
	tokens, _ := lex(q.file, q.text) // without error since ParseQuery had none
	for _, t := range tokens {
		if t.isWord(word) {
			return t.line
		}
	}
	return 1
}
