package yamlfile

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxSize is how large a document may be, in bytes.
	maxSize = 4 << 20
	// maxDepth is how deep its mappings and lists may be nested. The parser
	// takes memory with the square of it.
	maxDepth = 64
	// maxTokens is how many names, values and signs it may have.
	maxTokens = 500_000
)

// tokensOf reads a document's names, values and signs, which takes memory with
// its size only. It refuses one that the parser would take too much memory for.
func tokensOf(name string, data []byte) (token.Tokens, error) {
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s: has %d bytes; a file has at most %d", name, len(data), maxSize)
	}
	// Before the lexer, which is slow where brackets are many.
	if line := deepLine(string(data)); line > 0 {
		return nil, depthError(name, line)
	}
	tokens := lexer.Tokenize(string(data))
	if len(tokens) > maxTokens {
		return nil, fmt.Errorf("%s:%d: more than %d names, values and signs", name, tokens[maxTokens].Position.Line, maxTokens)
	}
	var columns []int // where the enclosing blocks begin
	brackets := 0
	for _, t := range tokens {
		switch t.Type {
		case token.TagType:
			// The library fails on some, as in `key: !00 00` where a list is wanted.
			return nil, fmt.Errorf("%s:%d: a tag (%.20s) is not used here; leave it out", name, t.Position.Line, strings.TrimSpace(t.Value))
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType:
			if brackets > 0 {
				continue
			}
			column := t.Position.Column
			if t.Type == token.MappingValueType && t.Prev != nil {
				column = t.Prev.Position.Column // that of the key
			}
			for len(columns) > 0 && columns[len(columns)-1] >= column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, column)
		}
		if len(columns)+brackets > maxDepth {
			return nil, depthError(name, t.Position.Line)
		}
	}
	return tokens, nil
}

// deepLine is the first line with so many brackets, or so many dashes in a row,
// that no document that is meant has them; 0 if there is none.
func deepLine(text string) int {
	const most = 1000
	line, opened, dashes := 1, 0, 0
	for i := range len(text) {
		switch text[i] {
		case '\n':
			line++
			dashes = 0
		case '[', '{':
			opened++
		case ']', '}':
			opened = max(opened-1, 0)
		case '-', '?':
			dashes++
		case ' ':
		default:
			dashes = 0
		}
		if opened > most || dashes > most && strings.HasPrefix(text[i:], "- ") {
			return line
		}
	}
	return 0
}

func depthError(name string, line int) error {
	return fmt.Errorf("%s:%d: nested deeper than %d mappings and lists", name, line, maxDepth)
}
