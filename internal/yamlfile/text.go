package yamlfile

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

var errLineBreak = errors.New("has a line break; write it on one line, or fold it with >-")

// CheckLine reports a line break in a text that stands on one line where people
// read it, such as a title.
func CheckLine(text string) error {
	if strings.ContainsAny(text, "\n\r\u2028\u2029") {
		return errLineBreak
	}
	return nil
}

// CheckCharacters reports a control character in a text that people read. A
// terminal or another program might obey it. Line breaks and tabs are none.
func CheckCharacters(text string) error {
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return fmt.Errorf("has the control character U+%04X; leave it out", r)
	}
	return nil
}

func isControl(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }

// checkCharacters refuses names and values with control characters, which may
// be written as they are or as an escape.
func checkCharacters(name string, tokens token.Tokens) error {
	block := 0 // the line of the sign that a block begins with
	for _, t := range tokens {
		line := t.Position.Line
		switch {
		case t.Type == token.CommentType:
			continue
		case t.Type == token.LiteralType, t.Type == token.FoldedType:
			block = line
			continue
		case block > 0:
			// The block's own position is that of its end.
			line = block + 1 + strings.Count(t.Origin[:max(strings.IndexFunc(t.Origin, isControl), 0)], "\n")
			block = 0
		}
		if err := CheckCharacters(t.Value); err != nil {
			return fmt.Errorf("%s:%d: a text %w", name, line, err)
		}
	}
	return nil
}

// blockHeader is how the library's message begins about what follows | or > on
// its line.
const blockHeader = "invalid header option: "

// plainly says in a configurator's words what the library means.
func plainly(message string) string {
	if strings.HasPrefix(message, blockHeader) {
		return "a text that begins with | or > begins on the next line; put one that is to have the sign in quotation marks"
	}
	return message
}
