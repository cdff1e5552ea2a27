package yamlfile

import (
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Scalar is the text of a scalar node, with the sign that the library makes a
// token of its own.
func Scalar(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return node.String()
	case *ast.StringNode:
		return n.Value
	}
	return node.GetToken().Value
}

// IsMapping reports whether the node is a mapping of keys to values.
func IsMapping(node ast.Node) bool {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

// At gives err the line of node; nil stays nil.
func At(node ast.Node, err error) error {
	if err == nil {
		return nil
	}
	return &yaml.SyntaxError{Message: err.Error(), Token: node.GetToken()}
}
