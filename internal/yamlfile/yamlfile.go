// Package yamlfile decodes configuration strictly and names the place of
// every fault: file, line, key, and what would be right.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Document is one YAML document together with the name that its faults carry.
type Document struct {
	name string
	data []byte
	// tree is parsed once it is needed to tell a line: it takes many times the memory of
	// the text, which a program keeps as long as what it has read from it.
	tree func() *ast.File
}

// Parse reads one YAML document. Every fault begins with name.
func Parse(name string, data []byte) (*Document, error) {
	tokens, err := tokensOf(name, data)
	if err != nil {
		return nil, err
	}
	if err := checkCharacters(name, tokens); err != nil {
		return nil, err
	}
	tree, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, oneLine(name, err)
	}
	documents := 0
	for _, doc := range tree.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			documents++
		}
	}
	switch {
	case documents == 0:
		return nil, fmt.Errorf("%s: the file is empty", name)
	case documents > 1:
		return nil, fmt.Errorf("%s: more than one YAML document; give each a file of its own", name)
	}
	return &Document{name: name, data: data, tree: sync.OnceValue(func() *ast.File {
		again, err := parser.ParseBytes(data, 0)
		if err != nil {
			panic(err) // the same bytes have been parsed
		}
		return again
	})}, nil
}

// Name is the name given to Parse.
func (f *Document) Name() string { return f.name }

// Decode fills v, which keeps the value it has wherever the document is
// silent. Unknown keys, duplicate keys and wrong types are errors.
func (f *Document) Decode(v any) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s: the YAML library fails on it (%v); write it more plainly, without anchors and aliases", f.name, fault)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(f.data), yaml.Strict())
	if err := decoder.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return oneLine(f.name, f.firstUnknown(err, v))
	}
	return nil
}

// Fault is an error about the value at Path, a YAML path such as
// "$.kpis[0].better".
type Fault struct {
	Path string
	Err  error
}

// Faultf makes a Fault; its verbs are those of fmt.Errorf.
func Faultf(path, format string, args ...any) *Fault {
	return &Fault{Path: path, Err: fmt.Errorf(format, args...)}
}

func (f *Fault) Error() string { return f.Err.Error() }

func (f *Fault) Unwrap() error { return f.Err }

// Locate puts file and line in front of every Fault in err, however many
// errors.Join holds. Where the path is not in the document, as for a
// key that is missing, the line is that of the nearest part that does.
func (f *Document) Locate(err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, f.Locate(one))
		}
		return errors.Join(all...)
	}
	var fault *Fault
	if !errors.As(err, &fault) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return fmt.Errorf("%s:%d: %w", f.name, f.Line(fault.Path), err)
}

// Line is the line on which the value at path begins, or that of the nearest
// enclosing part of the document.
func (f *Document) Line(path string) int {
	for path != "" && path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(f.tree()); err == nil && node != nil {
				return firstLine(node)
			}
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 1
}

// firstLine is where a node begins. A mapping's own token is the first
// colon, which for a nested mapping may stand lines below its first key.
func firstLine(node ast.Node) int {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return firstLine(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return firstLine(n.Key)
	}
	if t := node.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// oneLine turns the library's error, which quotes the source over several
// lines, into one line.
func oneLine(name string, err error) error {
	var mismatch *yaml.TypeError
	if errors.As(err, &mismatch) && mismatch.Token != nil {
		return fmt.Errorf("%s:%d: %q is not %s", name, mismatch.Token.Position.Line,
			strings.TrimSpace(mismatch.Token.Value), kind(mismatch.DstType))
	}
	var placed yaml.Error
	if !errors.As(err, &placed) {
		return fmt.Errorf("%s: %w", name, err)
	}
	message := plainly(strings.TrimSpace(strings.SplitN(placed.GetMessage(), "\n", 2)[0]))
	if token := placed.GetToken(); token != nil && token.Position != nil {
		return fmt.Errorf("%s:%d: %s", name, token.Position.Line, message)
	}
	return fmt.Errorf("%s: %s", name, message)
}

// kind says in a configurator's words what a Go type takes.
func kind(t reflect.Type) string {
	if t == nil {
		return "of the right type"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a text"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "a mapping of keys to values"
	}
	return "a " + t.String()
}
