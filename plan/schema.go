package plan

import (
	"github.com/invopop/jsonschema"

	"planwatch/internal/decimal"
)

// These methods describe the forms that the Go types do not show.

// JSONSchema is a date.
func (Date) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Format: "date"}
}

// JSONSchema is a share in percent or a number.
func (Share) JSONSchema() *jsonschema.Schema {
	return either(percentSchema(), &jsonschema.Schema{Type: "number"})
}

// JSONSchema is a share in percent or a mapping with at or by.
func (Threshold) JSONSchema() *jsonschema.Schema {
	figure, distance := object("at"), object("by")
	figure.Properties.Set("at", &jsonschema.Schema{Type: "number"})
	distance.Properties.Set("by", &jsonschema.Schema{Type: "number"})
	return either(percentSchema(), figure, distance)
}

// JSONSchema is even, at_once, or a mapping with months or milestones.
func (Phasing) JSONSchema() *jsonschema.Schema {
	months := object("months")
	twelve := uint64(12)
	months.Properties.Set("months", &jsonschema.Schema{Type: "array", Items: Share{}.JSONSchema(), MinItems: &twelve, MaxItems: &twelve})
	milestone := object("on", "value")
	milestone.Properties.Set("on", Date{}.JSONSchema())
	milestone.Properties.Set("value", decimal.Decimal{}.JSONSchema())
	milestones := object("milestones")
	milestones.Properties.Set("milestones", &jsonschema.Schema{Type: "array", Items: milestone})
	milestones.Properties.Set("shape", &jsonschema.Schema{Type: "string", Enum: []any{string(Steps), string(Lines)}})
	milestones.Properties.Set("start", decimal.Decimal{}.JSONSchema())
	return either(&jsonschema.Schema{Const: "even"}, &jsonschema.Schema{Const: "at_once"}, months, milestones)
}

// JSONSchemaExtend says that one of the keys is given.
func (ValueFrom) JSONSchemaExtend(s *jsonschema.Schema) {
	one := uint64(1)
	s.MinProperties, s.MaxProperties = &one, &one
}

// JSONSchema is one text or a list of them.
func (Values) JSONSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	return either(text, &jsonschema.Schema{Type: "array", Items: text})
}

// JSONSchema is a column's name or a mapping.
func (LabelColumn) JSONSchema() *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string"}
	mapping := object("column")
	mapping.Properties.Set("column", text)
	mapping.Properties.Set("trim_prefix", &jsonschema.Schema{Type: "array", Items: text})
	mapping.Properties.Set("values", &jsonschema.Schema{Type: "object", AdditionalProperties: text})
	return either(text, mapping)
}

func either(schemas ...*jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: schemas}
}

// object is a mapping that has the named keys and no other than its properties.
func object(required ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: required, Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
}

func percentSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)? ?%$`}
}
