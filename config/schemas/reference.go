package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"
)

const referenceHead = `<!-- Generated from the schemas in docs/schema by go generate ./config; do not edit. -->
# Configuration

A region is one directory. These are its YAML files, and for each of them every object that it is made of. A key that is
not listed is an error, and so is a key that is given twice; the message names the file and the line. A key that is not
required may be left out, and then has the default that is listed, if any.

A text has no control characters. One that names something, as a title, stands on one line; a definition or a quotation may
have several.

In the headings, ` + "`[]`" + ` stands for each entry of a list, and ` + "`<name>`" + ` for each key of a map.

`

// writeReference writes the reference of the configuration's files, from their
// schemas in a directory. file is in the directory above, and links are
// relative to it.
func writeReference(schemas, file string) error {
	var documents []*document
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(schemas, f.name))
		if err != nil {
			return err
		}
		var schema jsonschema.Schema
		if err := json.Unmarshal(data, &schema); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		documents = append(documents, newDocument(path.Join(filepath.Base(schemas), f.name), reflect.TypeOf(f.value).Name(), &schema))
	}
	return os.WriteFile(file, reference(documents), 0o644)
}

func reference(documents []*document) []byte {
	setAnchors(documents)
	var b bytes.Buffer
	b.WriteString(referenceHead)
	for _, d := range documents {
		file, about := d.title()
		fmt.Fprintf(&b, "- [%s](#%s): %s\n", code(file), d.anchor, text(about))
	}
	for _, d := range documents {
		d.write(&b)
	}
	return b.Bytes()
}

func setAnchors(documents []*document) {
	used := anchors{}
	used.next("Configuration")
	for _, d := range documents {
		file, _ := d.title()
		d.anchor = used.next(code(file))
		for _, s := range d.sections {
			s.anchor = used.next(s.heading())
		}
	}
}

// anchors counts the headings that would have the same anchor.
type anchors map[string]int

// next returns the anchor that GitHub gives the next heading.
func (a anchors) next(heading string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	a[slug]++
	if n := a[slug] - 1; n > 0 {
		return fmt.Sprintf("%s-%d", slug, n)
	}
	return slug
}

// title returns the file that the schema describes, and what it holds.
func (d *document) title() (file, about string) {
	file, about, _ = strings.Cut(d.schema.Title, ": ")
	return file, about
}

// more returns the schema's description beyond its title.
func (d *document) more() string {
	file, _ := d.title()
	more := described(d.name, d.schema)
	if rest, ok := strings.CutPrefix(more, d.schema.Title); ok {
		return strings.TrimLeft(rest, ". ")
	}
	return upper(strings.TrimPrefix(more, file+": "))
}

// heading returns the object's place, or its name if it has several places.
func (s *section) heading() string {
	if len(s.places) == 1 {
		return code(s.places[0])
	}
	return words(s.name)
}

func (d *document) write(b *bytes.Buffer) {
	file, about := d.title()
	fmt.Fprintf(b, "\n## %s\n\n%s. Schema: [%s](%s).\n", code(file), text(upper(about)), path.Base(d.link), d.link)
	if more := d.more(); more != "" {
		fmt.Fprintf(b, "\n%s\n", wrapped(text(more)))
	}
	d.writeObject(b, d.schema, "")
	for _, s := range d.sections {
		fmt.Fprintf(b, "\n### %s\n", s.heading())
		if more := described(s.name, s.schema); more != "" {
			fmt.Fprintf(b, "\n%s\n", wrapped(text(more)))
		}
		if len(s.places) > 1 {
			fmt.Fprintf(b, "\n%s\n", wrapped("At "+list(s.places)+"."))
		}
		d.writeObject(b, s.schema, s.places[0])
	}
}

// writeObject writes a table for each object that is allowed at place.
func (d *document) writeObject(b *bytes.Buffer, s *jsonschema.Schema, place string) {
	if s.Properties != nil {
		d.table(b, s, place)
	}
	or := ""
	for _, alternative := range alternatives(s) {
		if hasProperties(alternative) {
			fmt.Fprintf(b, "\n%s\n", upper(or+"an object with these keys:"))
			d.table(b, alternative, place)
		} else {
			fmt.Fprintf(b, "\n%s\n", upper(or+d.kind(alternative, place, one)+"."))
		}
		or = "or "
	}
}

func (d *document) table(b *bytes.Buffer, s *jsonschema.Schema, place string) {
	b.WriteString("\n| key | type | required | default | meaning |\n| --- | --- | --- | --- | --- |\n")
	for key, value := range properties(s) {
		required, standard := "", ""
		if slices.Contains(s.Required, key) {
			required = "yes"
		}
		if value.Default != nil {
			standard = literal(value.Default)
		}
		_, definition := d.resolve(value)
		meaning := value.Description
		if meaning == "" {
			meaning = described(path.Base(value.Ref), definition)
		}
		cells := []string{code(key), d.kind(value, strings.TrimPrefix(place+"."+key, "."), one), required, standard, text(meaning)}
		for _, cell := range cells {
			b.WriteString("|")
			if cell != "" {
				b.WriteString(" " + strings.ReplaceAll(cell, "|", `\|`))
			}
			b.WriteString(" ")
		}
		b.WriteString("|\n")
	}
}
