package plan

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Threshold says where a severity begins: a share of the expected value, as
// 5%, or a figure, as {at: 36}. The zero Threshold is none.
type Threshold struct {
	// Share of the expected value, 0.05 for 5%; nil where At is set.
	Share *Decimal
	// At is the figure itself, in the target's unit; nil where Share is set.
	At *Decimal
}

// Set tells whether there is a threshold.
func (t Threshold) Set() bool { return t.Share != nil || t.At != nil }

func (t Threshold) String() string {
	switch {
	case t.Share != nil:
		return t.Share.Mul(wholeDecimal(100)).trimmed().String() + "%"
	case t.At != nil:
		return "{at: " + t.At.String() + "}"
	}
	return ""
}

// UnmarshalYAML reads 5% or {at: 36}.
func (t *Threshold) UnmarshalYAML(node ast.Node) error {
	if isMapping(node) {
		var figure struct {
			At *Decimal `yaml:"at"`
		}
		if err := yaml.NodeToValue(node, &figure, yaml.Strict()); err != nil {
			return err
		}
		if figure.At == nil {
			return placed(node, fmt.Errorf("at: missing; write a share such as 5%% or a figure such as {at: 36}"))
		}
		*t = Threshold{At: figure.At}
		return nil
	}
	text := scalar(node)
	if !strings.HasSuffix(text, "%") {
		return placed(node, fmt.Errorf("%q is neither a share such as 5%% nor a figure such as {at: 36}", text))
	}
	share, err := ParseShare(text)
	if err != nil {
		return placed(node, err)
	}
	*t = Threshold{Share: &share}
	return nil
}

// ParseShare reads a share as percent, 8.5%, or as the number itself, 0.085.
func ParseShare(text string) (Decimal, error) {
	digits, percent := strings.CutSuffix(text, "%")
	if percent {
		digits = strings.TrimRight(digits, " \u00a0")
	}
	share, err := ParseDecimal(digits)
	if err != nil {
		return Decimal{}, fmt.Errorf("%q is not a share such as 5%% or 0.05", text)
	}
	if percent {
		share = Decimal{share.d.Shift(-2)}
	}
	return share, nil
}

func isMapping(node ast.Node) bool {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}
