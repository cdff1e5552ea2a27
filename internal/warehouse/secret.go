package warehouse

import (
	"errors"
	"log/slog"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Secret is a text that shows itself only through Reveal.
type Secret string

// hidden is what a Secret shows in place of itself.
const hidden = "<secret>"

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the text, and tells only whether there is one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the text from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the text from what is written out.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON hides the text from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// UnmarshalText takes the text, as from the environment.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

// errSecretInFile is what a secret in the configuration's file is answered.
var errSecretInFile = errors.New("a secret does not stand in this file; put it in a file of its own (password_file, dsn_file) " +
	"or in the environment (PLANWATCH_SOURCES_<NAME>_PASSWORD, PLANWATCH_SOURCES_<NAME>_DSN)")

// UnmarshalYAML refuses: a secret comes from a file of its own or from the
// environment.
func (s *Secret) UnmarshalYAML(node ast.Node) error {
	return &yaml.SyntaxError{Message: errSecretInFile.Error(), Token: node.GetToken()}
}
