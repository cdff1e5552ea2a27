package yamlfile

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// firstUnknown returns the error about the first unknown key of a mapping, where err, of
// decoding into v, is about any of them. The library picks one at random, and a file is
// to have the same fault each time that it is read.
func (f *Document) firstUnknown(err error, v any) error {
	var found *yaml.UnknownFieldError
	if !errors.As(err, &found) {
		return err
	}
	tree, parseErr := parser.ParseBytes(f.data, 0)
	if parseErr != nil {
		return err
	}
	// Without the key and those after it in its mapping, one before it is found.
	for {
		before := cut(tree, found.Token)
		if len(before) == 0 {
			return err
		}
		again := reflect.New(reflect.TypeOf(v).Elem()).Interface()
		next := yaml.NewDecoder(strings.NewReader(""), yaml.Strict()).DecodeFromNode(tree.Docs[0].Body, again)
		var earlier *yaml.UnknownFieldError
		if !errors.As(next, &earlier) || !slices.ContainsFunc(before, isAt(earlier.Token)) {
			return err
		}
		err, found = next, earlier
	}
}

// cut leaves the key out of its mapping, and those after it. It returns what remains.
func cut(tree *ast.File, key *token.Token) []*ast.MappingValueNode {
	for _, node := range ast.FilterFile(ast.MappingType, tree) {
		mapping, ok := node.(*ast.MappingNode)
		if !ok {
			continue
		}
		if i := slices.IndexFunc(mapping.Values, isAt(key)); i >= 0 {
			mapping.Values = mapping.Values[:i]
			return mapping.Values
		}
	}
	return nil
}

// isAt reports whether the key of a value is the token.
func isAt(key *token.Token) func(*ast.MappingValueNode) bool {
	return func(v *ast.MappingValueNode) bool {
		return v.Key.GetToken().Position.Offset == key.Position.Offset
	}
}
