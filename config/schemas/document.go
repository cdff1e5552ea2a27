package main

import (
	"iter"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// document is the part of the reference about one schema.
type document struct {
	// link is the address of the schema; name is the Go type at its root.
	link, name string
	schema     *jsonschema.Schema
	anchor     string
	sections   []*section
	// defined has the sections of objects that the schema defines, by name;
	// inline has the others, by place.
	defined, inline map[string]*section
	// simple has the definitions without a section that have been visited.
	simple map[string]bool
}

// section describes one object.
type section struct {
	// name is the name of the definition, or "".
	name string
	// places are the object's places in the file.
	places []string
	schema *jsonschema.Schema
	anchor string
}

func newDocument(link, name string, schema *jsonschema.Schema) *document {
	d := &document{
		link: link, name: name, schema: schema,
		defined: map[string]*section{}, inline: map[string]*section{}, simple: map[string]bool{},
	}
	d.children(schema, "")
	return d
}

// find finds the objects in the schema at place.
func (d *document) find(s *jsonschema.Schema, place string) {
	name, s := d.resolve(s)
	object := hasProperties(s) || slices.ContainsFunc(alternatives(s), hasProperties)
	known := d.defined[name]
	switch {
	case known != nil:
		known.places = append(known.places, place)
		return
	case object:
		found := &section{name: name, places: []string{place}, schema: s}
		d.sections = append(d.sections, found)
		if name != "" {
			d.defined[name] = found
		} else {
			d.inline[place] = found
		}
	case name != "":
		// Visited once, since it may refer to itself.
		if d.simple[name] {
			return
		}
		d.simple[name] = true
	}
	d.children(s, place)
}

func (d *document) children(s *jsonschema.Schema, place string) {
	if s.Items != nil {
		d.find(s.Items, place+"[]")
	}
	if isMap(s) {
		d.find(s.AdditionalProperties, place+".<name>")
	}
	for _, alternative := range alternatives(s) {
		if hasProperties(alternative) {
			d.children(alternative, place)
		} else {
			d.find(alternative, place)
		}
	}
	for key, value := range properties(s) {
		d.find(value, strings.TrimPrefix(place+"."+key, "."))
	}
}

// resolve returns the definition that a reference names, and its name.
func (d *document) resolve(s *jsonschema.Schema) (name string, _ *jsonschema.Schema) {
	if s.Ref == "" {
		return "", s
	}
	name = path.Base(s.Ref)
	if definition := d.schema.Definitions[name]; definition != nil {
		return name, definition
	}
	return name, &jsonschema.Schema{}
}

// sectionOf returns the section about the object at place, or nil.
func (d *document) sectionOf(s *jsonschema.Schema, place string) *section {
	if name, _ := d.resolve(s); name != "" {
		return d.defined[name]
	}
	return d.inline[place]
}

func alternatives(s *jsonschema.Schema) []*jsonschema.Schema {
	return slices.Concat(s.OneOf, s.AnyOf)
}

func hasProperties(s *jsonschema.Schema) bool { return s.Properties != nil }

// isMap reports whether the object's keys are chosen by the file.
func isMap(s *jsonschema.Schema) bool {
	return s.AdditionalProperties != nil && !reflect.DeepEqual(s.AdditionalProperties, jsonschema.FalseSchema)
}

// properties returns an object's keys, in the schema's order.
func properties(s *jsonschema.Schema) iter.Seq2[string, *jsonschema.Schema] {
	return func(yield func(string, *jsonschema.Schema) bool) {
		if s.Properties == nil {
			return
		}
		for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
			if !yield(pair.Key, pair.Value) {
				return
			}
		}
	}
}
