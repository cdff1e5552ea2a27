package sqltext

import (
	"fmt"
	"strings"
)

// token is a piece of SQL outside of comments.
type token struct {
	kind   tokenKind
	text   string
	offset int // in bytes from the beginning of the text
	line   int // from 1
}

type tokenKind int

const (
	wordToken        tokenKind = iota // keyword, name or number
	quotedToken                       // text in quotes, or a name in quotes or backticks
	placeholderToken                  // :name
	symbolToken                       // anything else: one byte, or :=
)

// isWord reports whether t is that keyword, in any case of letters.
func (t token) isWord(keyword string) bool {
	return t.kind == wordToken && strings.EqualFold(t.text, keyword)
}

func (t token) isSymbol(s string) bool { return t.kind == symbolToken && t.text == s }

// lexer splits SQL into tokens and drops comments. It reads what MySQL,
// MariaDB and the embedded engine all read alike, and refuses what they read
// differently. It takes a backslash in quotes for an escape: the session's
// sql_mode must say so too.
type lexer struct {
	file, text string
	offset     int // of the next byte
	line       int // of the next byte, from 1
	tokens     []token
}

// lex gives the tokens of a text. file names the text in errors, which carry
// the line.
func lex(file, text string) ([]token, error) {
	l := &lexer{file: file, text: text, line: 1}
	for l.offset < len(l.text) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	return l.tokens, nil
}

// next reads a token, a comment or a white space.
func (l *lexer) next() error {
	switch c := l.text[l.offset]; {
	case isSpace(c):
		l.advance()
	case c == '#':
		l.skipLine()
	case c == '-' && l.peek(1) == '-':
		return l.skipDashes()
	case c == '/' && l.peek(1) == '*':
		return l.skipBlockComment()
	case c == '\'', c == '"', c == '`':
		return l.readQuoted(c)
	case c == ':' && isWordByte(l.peek(1)):
		l.add(placeholderToken, 1+l.wordLength(1))
	case c == ':' && l.peek(1) == '=':
		l.add(symbolToken, 2)
	case isWordByte(c):
		l.add(wordToken, l.wordLength(0))
	case c == 0:
		return l.errorf(l.line, "a zero byte is not allowed")
	default:
		l.add(symbolToken, 1)
	}
	return nil
}

// skipDashes skips a comment that begins with two dashes. Without a space
// behind them, MySQL takes a--b for a minus minus b, and the embedded engine
// for a comment.
func (l *lexer) skipDashes() error {
	if l.offset+2 < len(l.text) && !isSpace(l.peek(2)) {
		return l.errorf(l.line, `"--" is read differently by different servers; write "-- " for a comment, "- -" for two minus signs`)
	}
	l.skipLine()
	return nil
}

func (l *lexer) skipLine() {
	for l.offset < len(l.text) && l.text[l.offset] != '\n' {
		l.advance()
	}
}

func (l *lexer) skipBlockComment() error {
	switch next := l.peek(2); {
	case next == '!', next == 'M' && l.peek(3) == '!':
		return l.errorf(l.line, `a comment that begins with "/*!" is run by some servers; write the SQL without the comment, or remove it`)
	case next == '+':
		return l.errorf(l.line, `an optimizer hint ("/*+") can lift the query's time limit; remove it`)
	}
	begins := l.line
	l.advance()
	l.advance()
	for l.offset < len(l.text) {
		if l.peek(0) == '*' && l.peek(1) == '/' {
			l.advance()
			l.advance()
			return nil
		}
		l.advance()
	}
	return l.errorf(begins, `a comment ("/*") is not closed`)
}

func (l *lexer) readQuoted(quote byte) error {
	begin := token{kind: quotedToken, offset: l.offset, line: l.line}
	l.advance()
	for l.offset < len(l.text) {
		c := l.text[l.offset]
		l.advance()
		switch {
		case c == quote:
			begin.text = l.text[begin.offset:l.offset]
			l.tokens = append(l.tokens, begin)
			return nil
		case c == '\\' && quote != '`':
			l.advance()
		}
	}
	return l.errorf(begin.line, "a quotation (%c) is not closed", quote)
}

// add adds a token of that many bytes, none of them a line break.
func (l *lexer) add(kind tokenKind, length int) {
	l.tokens = append(l.tokens, token{kind: kind, text: l.text[l.offset : l.offset+length], offset: l.offset, line: l.line})
	l.offset += length
}

// advance goes on to the next byte.
func (l *lexer) advance() {
	if l.peek(0) == '\n' {
		l.line++
	}
	l.offset++
}

// peek is the byte that far ahead, or 0 behind the text's end.
func (l *lexer) peek(ahead int) byte {
	if l.offset+ahead < len(l.text) {
		return l.text[l.offset+ahead]
	}
	return 0
}

// wordLength is the length of the word that begins that far ahead, in bytes.
func (l *lexer) wordLength(ahead int) int {
	n := 0
	for isWordByte(l.peek(ahead + n)) {
		n++
	}
	return n
}

func (l *lexer) errorf(line int, format string, args ...any) error {
	return errorAt(l.file, line, format, args...)
}

// errorAt is an error about a line of a file.
func errorAt(file string, line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", file, line, fmt.Errorf(format, args...))
}

// isSpace reports whether SQL takes c for white space.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isWordByte reports whether names, keywords and numbers may contain c.
func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}
