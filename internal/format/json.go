package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes v as JSON that people can read as well: indented by two
// spaces, and with <, > and & as they are. What a terminal would obey is
// escaped, which JSON itself asks for only in part.
func WriteJSON(w io.Writer, v any) error {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return err
	}
	if bytes.IndexFunc(encoded.Bytes(), obeyed) < 0 {
		_, err := encoded.WriteTo(w)
		return err
	}
	var escaped bytes.Buffer
	for _, r := range encoded.String() {
		if obeyed(r) {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		} else {
			escaped.WriteRune(r)
		}
	}
	_, err := escaped.WriteTo(w)
	return err
}

// obeyed reports whether a terminal would obey a character of JSON rather than show it.
func obeyed(r rune) bool { return r != '\n' && visible(r) != r }
