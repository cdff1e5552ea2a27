package plan

import (
	"fmt"
	"strings"

	"planwatch/internal/decimal"
	"planwatch/internal/yamlfile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Threshold is where a severity begins: a share of the expected value, such as
// 5%, a distance from it, such as {by: 2}, or a figure, such as {at: 36}. The zero
// Threshold is none.
type Threshold struct {
	// Share of the expected value, 0.05 for 5%.
	Share *decimal.Decimal
	// By is the distance from the expected value, in the target's unit.
	By *decimal.Decimal
	// At is the figure itself, in the target's unit.
	At *decimal.Decimal
}

// Set reports whether there is a threshold.
func (t Threshold) Set() bool { return t.Share != nil || t.By != nil || t.At != nil }

func (t Threshold) String() string {
	switch {
	case t.Share != nil:
		return t.Share.Mul(decimal.Whole(100)).Trimmed().String() + "%"
	case t.By != nil:
		return "{by: " + t.By.String() + "}"
	case t.At != nil:
		return "{at: " + t.At.String() + "}"
	}
	return ""
}

// UnmarshalYAML reads 5%, {by: 2} or {at: 36}.
func (t *Threshold) UnmarshalYAML(node ast.Node) error {
	if yamlfile.IsMapping(node) {
		var figure struct {
			At *decimal.Decimal `yaml:"at"`
			By *decimal.Decimal `yaml:"by"`
		}
		if err := yaml.NodeToValue(node, &figure, yaml.Strict()); err != nil {
			return err
		}
		if (figure.At == nil) == (figure.By == nil) {
			return yamlfile.At(node, fmt.Errorf("give one of at and by: a figure such as {at: 36} or a distance such as {by: 2}; or write a share such as 5%%"))
		}
		*t = Threshold{At: figure.At, By: figure.By}
		return nil
	}
	text := yamlfile.Scalar(node)
	if !strings.HasSuffix(text, "%") {
		return yamlfile.At(node, fmt.Errorf("%q is neither a share such as 5%% nor a figure such as {at: 36}", text))
	}
	share, err := ParseShare(text)
	if err != nil {
		return yamlfile.At(node, err)
	}
	*t = Threshold{Share: &share}
	return nil
}

// largestShare is a bound, a hundred million percent, within which what is read is also
// written so that it can be read.
var largestShare = decimal.Whole(1_000_000)

// ParseShare reads a share as percent, 8.5%, or as the number itself, 0.085.
func ParseShare(text string) (decimal.Decimal, error) {
	digits, percent := strings.CutSuffix(text, "%")
	if percent {
		digits = strings.TrimRight(digits, " \u00a0")
	}
	share, err := decimal.Parse(digits)
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("%q is not a share such as 5%% or 0.05", text)
	}
	if percent {
		share = share.Shift(-2)
	}
	if share.Abs().Cmp(largestShare) > 0 {
		return decimal.Decimal{}, fmt.Errorf("%q is larger than %s, or 100000000%%", text, largestShare)
	}
	return share, nil
}
