package language

import (
	"maps"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// Text is what people read, by the code of the language: sv, en.
type Text map[string]string

// JSONSchema tells editors that a text is a mapping from languages to strings.
func (Text) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "object", Description: "The text in each of the region's languages, by its code.",
		AdditionalProperties: &jsonschema.Schema{Type: "string"}, Examples: []any{map[string]string{"sv": "Platser", "en": "Beds"}},
	}
}

// any is the text in some language, always the same one.
func (t Text) any() string {
	for _, code := range slices.Sorted(maps.Keys(t)) {
		if t[code] != "" {
			return t[code]
		}
	}
	return ""
}

// OneLine is text with each run of white space as one space: YAML's folded
// texts leave line breaks.
func OneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
