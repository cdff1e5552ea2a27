package plan

import (
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/shopspring/decimal"
)

// Decimal is an exact decimal number, as a plan writes its amounts. It keeps
// the decimals it was written with: 45.0 is written back as 45.0.
type Decimal struct{ d decimal.Decimal }

// decimalPattern bounds the length, so that no input can ask for numbers of
// unbounded size.
var decimalPattern = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,12})?$`)

// ParseDecimal reads digits with a point before the decimals: 870.4, -65.
func ParseDecimal(text string) (Decimal, error) {
	if !decimalPattern.MatchString(text) {
		return Decimal{}, fmt.Errorf("%q is not a number such as 870.4 or -65", text)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Decimal{}, fmt.Errorf("%q is not a number such as 870.4 or -65", text)
	}
	return Decimal{d}, nil
}

func wholeDecimal(n int) Decimal { return Decimal{decimal.NewFromInt(int64(n))} }

// Add is d + other, exactly.
func (d Decimal) Add(other Decimal) Decimal { return Decimal{d.d.Add(other.d)} }

// Sub is d − other, exactly.
func (d Decimal) Sub(other Decimal) Decimal { return Decimal{d.d.Sub(other.d)} }

// Mul is d × other, exactly.
func (d Decimal) Mul(other Decimal) Decimal { return Decimal{d.d.Mul(other.d)} }

// Neg is −d.
func (d Decimal) Neg() Decimal { return Decimal{d.d.Neg()} }

// Round is d with that many decimals, halves away from zero.
func (d Decimal) Round(decimals int) Decimal { return Decimal{d.d.Round(int32(decimals))} }

// Cmp is -1, 0 or 1 as d is less than, equal to or greater than other.
func (d Decimal) Cmp(other Decimal) int { return d.d.Cmp(other.d) }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.d.Sign() }

// Float is the float64 nearest to d.
func (d Decimal) Float() float64 { return d.d.InexactFloat64() }

// decimals is how many stand after the point.
func (d Decimal) decimals() int { return max(int(-d.d.Exponent()), 0) }

// String writes all decimals, trailing zeros too.
func (d Decimal) String() string { return d.d.StringFixed(int32(d.decimals())) }

// trimmed is d without trailing zeros after the point.
func (d Decimal) trimmed() Decimal {
	short, err := decimal.NewFromString(d.d.String())
	if err != nil {
		return d
	}
	return Decimal{short}
}

// UnmarshalText reads what ParseDecimal does.
func (d *Decimal) UnmarshalText(text []byte) error {
	parsed, err := ParseDecimal(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// MarshalText writes what String does.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalYAML reads the number as it is written, so that no decimal passes
// through a float.
func (d *Decimal) UnmarshalYAML(node ast.Node) error {
	return placed(node, d.UnmarshalText([]byte(scalar(node))))
}

// scalar is the text of a scalar node, with the sign that the library makes
// a token of its own.
func scalar(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return node.String()
	case *ast.StringNode:
		return n.Value
	}
	return node.GetToken().Value
}

// placed gives err the line of node.
func placed(node ast.Node, err error) error {
	if err == nil {
		return nil
	}
	return &yaml.SyntaxError{Message: err.Error(), Token: node.GetToken()}
}
