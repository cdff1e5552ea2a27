package format

import (
	"encoding/json"
	"io"
)

// WriteJSON writes v as JSON that people can read as well: indented by two
// spaces, and with <, > and & as they are.
func WriteJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
