package language

import "github.com/invopop/jsonschema"

// JSONSchema tells editors that a message is a text or a mapping of plural
// forms.
func (Message) JSONSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	plurals := &jsonschema.Schema{Type: "object", Required: []string{string(Other)}, Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, form := range Forms() {
		plurals.Properties.Set(string(form), text)
	}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, plurals}}
}
