package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"planwatch/internal/diskfile"
)

// Secret is a text that formatting, logging and encoding do not show; only
// Reveal gives it.
type Secret string

// hidden stands for the text where a Secret is shown.
const hidden = "<secret>"

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// String is "<secret>", or "" where there is no text.
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

// MarshalText hides the text from YAML and other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON hides the text from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// UnmarshalText takes the text, as from the environment.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(text)
	return nil
}

var errSecretInFile = errors.New("a secret must not be in this file; put it in a file of its own (password_file, dsn_file) " +
	"or in the environment (PLANWATCH_SOURCES_<NAME>_PASSWORD, PLANWATCH_SOURCES_<NAME>_DSN)")

// UnmarshalYAML is an error: a secret comes from a file of its own or from the
// environment.
func (s *Secret) UnmarshalYAML(node ast.Node) error {
	return &yaml.SyntaxError{Message: errSecretInFile.Error(), Token: node.GetToken()}
}

// HideUser replaces everything before the last @ of an address, where a user
// and a password may be, so that an error can repeat the rest.
func HideUser(address string) string {
	if i := strings.LastIndex(address, "@"); i >= 0 {
		return hidden + address[i:]
	}
	return address
}

// ReadSecret reads a file that holds a secret, without the line break at its
// end. The error hides a path that is not one but a DSN.
func ReadSecret(path string) (Secret, error) {
	content, err := diskfile.Read(path, diskfile.Small)
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return "", fmt.Errorf("%s %s: %w", failed.Op, HideUser(failed.Path), failed.Err)
	}
	if err != nil {
		return "", err
	}
	return Secret(strings.TrimRight(string(content), "\r\n")), nil
}
