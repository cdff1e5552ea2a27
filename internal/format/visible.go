package format

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The pictures that Unicode has of the control characters from 0 on, and of
// DEL; what has no picture is shown as a character that could not be read.
const (
	pictures    = '\u2400'
	picturedDEL = '\u2421' // of DEL
)

// visible returns what a terminal may be shown of a character: itself, unless
// the terminal would obey it rather than show it, or would turn the direction
// of what follows. Each is one character, so columns stay where they are.
func visible(r rune) rune {
	switch {
	case r < ' ':
		return pictures + r
	case r < '\u007f':
		return r
	case r == '\u007f':
		return picturedDEL
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return utf8.RuneError
	}
	return r
}

// Cell returns a text for one cell of a table: without what a terminal would
// obey, line breaks and tabs among it.
func Cell(text string) string { return strings.Map(visible, text) }

// Visible is a writer to a terminal. Texts from a warehouse or another server
// may hold characters that a terminal obeys: they are shown instead. Lines
// and tabs stay.
type Visible struct {
	mu  sync.Mutex
	out io.Writer
	// begun is the beginning of a character whose end is not written yet.
	begun []byte
}

// NewVisible makes a Visible that writes to out.
func NewVisible(out io.Writer) *Visible { return &Visible{out: out} }

// Raw returns what Visible writes to, for output that programs read.
func (v *Visible) Raw() io.Writer { return v.out }

func (v *Visible) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text := slices.Concat(v.begun, p)
	whole := len(text)
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if tail := text[len(text)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole -= i
			}
			break
		}
	}
	v.begun = bytes.Clone(text[whole:])
	shown := bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return visible(r)
	}, text[:whole])
	if _, err := v.out.Write(shown); err != nil {
		return 0, err
	}
	return len(p), nil
}
