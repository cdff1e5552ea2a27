package warehouse

import "fmt"

// A token is a piece of a query that stands outside of comments.
type token struct {
	kind tokenKind
	text string
	at   int // byte offset in the query
	line int // from 1
}

type tokenKind int

const (
	wordToken        tokenKind = iota // keyword, name or number
	quotedToken                       // text in quotes, or a name in quotes or backticks
	placeholderToken                  // :name
	symbolToken                       // anything else, one byte, or := as one
)

// lex splits a query into tokens and drops comments. It reads as MySQL,
// MariaDB and the embedded engine do where they agree, and refuses what they
// read differently. The server's sql_mode is set so that a backslash escapes
// within quotes.
func lex(text string) ([]token, *lexError) {
	var tokens []token
	line := 1
	for i := 0; i < len(text); {
		start, startLine := i, line
		add := func(kind tokenKind) {
			tokens = append(tokens, token{kind: kind, text: text[start:i], at: start, line: startLine})
		}
		switch c := text[i]; {
		case c == '\n':
			line++
			i++
		case isSpace(c):
			i++
		case c == '#', c == '-' && at(text, i+1) == '-':
			// MySQL takes a--b for a minus minus b, the embedded engine for a
			// comment.
			if c == '-' && i+2 < len(text) && !isSpace(text[i+2]) {
				return nil, &lexError{line, `"--" needs a space after it to begin a comment, and one between to mean minus minus`}
			}
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == '/' && at(text, i+1) == '*':
			switch next := at(text, i+2); {
			case next == '!', next == 'M' && at(text, i+3) == '!':
				return nil, &lexError{line, `a comment that begins with "/*!" is run by some servers; write the SQL out or leave it out`}
			case next == '+':
				return nil, &lexError{line, `a hint ("/*+") can lift the query's time limit; leave it out`}
			}
			for i += 2; ; i++ {
				if i+1 >= len(text) {
					return nil, &lexError{startLine, `a comment ("/*") does not end`}
				}
				if text[i] == '*' && text[i+1] == '/' {
					break
				}
				if text[i] == '\n' {
					line++
				}
			}
			i += 2
		case c == '\'', c == '"', c == '`':
			for i++; ; i++ {
				if i >= len(text) {
					return nil, &lexError{startLine, fmt.Sprintf("a quotation (%c) does not end", c)}
				}
				if text[i] == '\n' {
					line++
				}
				if text[i] == '\\' && c != '`' {
					i++
					if at(text, i) == '\n' {
						line++
					}
					continue
				}
				if text[i] == c {
					break
				}
			}
			i++
			add(quotedToken)
		case c == ':' && isWord(at(text, i+1)):
			for i++; i < len(text) && isWord(text[i]); i++ {
			}
			add(placeholderToken)
		case c == ':' && at(text, i+1) == '=':
			i += 2
			add(symbolToken)
		case isWord(c):
			for ; i < len(text) && isWord(text[i]); i++ {
			}
			add(wordToken)
		case c == 0:
			return nil, &lexError{line, "a zero byte"}
		default:
			i++
			add(symbolToken)
		}
	}
	return tokens, nil
}

type lexError struct {
	line    int
	message string
}

// at is the byte at i, or 0 outside of the text.
func at(text string, i int) byte {
	if i >= 0 && i < len(text) {
		return text[i]
	}
	return 0
}

// isSpace: the white space of SQL.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isWord: what names, keywords and numbers are made of.
func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
