package yamlfile

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/prometheus/common/model"
)

// Duration is a span of time as Prometheus writes it: 30s, 2h, 40d.
type Duration time.Duration

// UnmarshalYAML reads the duration and places its fault.
func (d *Duration) UnmarshalYAML(node ast.Node) error {
	text := node.GetToken().Value
	if err := d.UnmarshalText([]byte(text)); err != nil {
		return &yaml.SyntaxError{Message: err.Error(), Token: node.GetToken()}
	}
	return nil
}

// UnmarshalText reads the duration, as from the environment.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := model.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 30s, 2h or 40d", text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes the duration as it is read.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return model.Duration(d).String() }
