package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/invopop/jsonschema"
)

// number is singular or plural.
type number string

const (
	one  number = ""
	many number = "s"
)

// kind describes the value or values allowed at place.
func (d *document) kind(s *jsonschema.Schema, place string, n number) string {
	if found := d.sectionOf(s, place); found != nil {
		return fmt.Sprintf("[object%s](#%s)", n, found.anchor)
	}
	_, s = d.resolve(s)
	switch {
	case s.Const != nil:
		return literal(s.Const)
	case len(s.Enum) > 0:
		values := make([]string, len(s.Enum))
		for i, value := range s.Enum {
			values[i] = literal(value)
		}
		return joined(values, " or ")
	case len(alternatives(s)) > 0:
		var kinds []string
		for _, alternative := range alternatives(s) {
			kinds = append(kinds, d.kind(alternative, place, n))
		}
		return joined(kinds, " or ")
	case s.Items != nil:
		return fmt.Sprintf("list%s of %s%s", n, count(s), d.kind(s.Items, place+"[]", many))
	case isMap(s):
		return fmt.Sprintf("map%s from names to %s", n, d.kind(s.AdditionalProperties, place+".<name>", many))
	case s.Type == "":
		return "any value" + string(n)
	}
	return s.Type + string(n) + form(s)
}

// count describes how many entries a list may have, if the schema limits them.
func count(s *jsonschema.Schema) string {
	switch least, most := s.MinItems, s.MaxItems; {
	case least != nil && most != nil && *least == *most:
		return fmt.Sprintf("exactly %d ", *least)
	case least != nil && most != nil:
		return fmt.Sprintf("%d to %d ", *least, *most)
	case least != nil && *least == 1:
		return "one or more "
	case least != nil && *least > 1:
		return fmt.Sprintf("at least %d ", *least)
	case most != nil:
		return fmt.Sprintf("at most %d ", *most)
	}
	return ""
}

// form describes the form of a simple value.
func form(s *jsonschema.Schema) string {
	var b strings.Builder
	switch {
	case s.Minimum != "" && s.Maximum != "":
		fmt.Fprintf(&b, " from %s to %s", s.Minimum, s.Maximum)
	case s.Minimum != "":
		fmt.Fprintf(&b, ", at least %s", s.Minimum)
	case s.Maximum != "":
		fmt.Fprintf(&b, ", at most %s", s.Maximum)
	}
	if s.ExclusiveMinimum != "" {
		fmt.Fprintf(&b, ", above %s", s.ExclusiveMinimum)
	}
	if s.ExclusiveMaximum != "" {
		fmt.Fprintf(&b, ", below %s", s.ExclusiveMaximum)
	}
	if s.Format != "" {
		fmt.Fprintf(&b, " (%s)", s.Format)
	}
	switch {
	case len(s.Examples) > 0:
		examples := make([]string, len(s.Examples))
		for i, example := range s.Examples {
			examples[i] = literal(example)
		}
		b.WriteString(" such as " + joined(examples, " or "))
	case s.Pattern != "":
		b.WriteString(" matching " + code(s.Pattern))
	}
	return b.String()
}

// literal returns a value as it is written in a file.
func literal(value any) string {
	if s, ok := value.(string); ok {
		return code(s)
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return code(fmt.Sprint(value))
	}
	return code(strings.TrimSpace(b.String()))
}
