// Package decimal is exact decimal numbers, as plans write their amounts.
package decimal

import (
	"fmt"
	"math/bits"
	"regexp"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
	"github.com/shopspring/decimal"

	"planwatch/internal/yamlfile"
)

// Decimal is an exact decimal number, as a plan writes its amounts. It keeps
// the decimals it was written with: 45.0 is written back as 45.0.
type Decimal struct {
	d decimal.Decimal
	// short is whether a float has the coefficient exactly. Floats are asked for again and
	// again, and to count the digits takes a logarithm.
	short bool
}

func of(d decimal.Decimal) Decimal { return Decimal{d, d.NumDigits() <= 15} }

// pattern bounds the length, so that no input can ask for numbers of
// unbounded size.
var pattern = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,12})?$`)

// number is one of any length.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// Parse reads digits with a point before the decimals: 870.4, -65.
func Parse(text string) (Decimal, error) {
	if number.MatchString(text) && !pattern.MatchString(text) {
		return Decimal{}, fmt.Errorf("%.20q... has more than 18 digits, or more than 12 decimals", text)
	}
	if !pattern.MatchString(text) {
		return Decimal{}, fmt.Errorf("%q is not a number such as 870.4 or -65", text)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return Decimal{}, fmt.Errorf("%q is not a number such as 870.4 or -65", text)
	}
	return of(d), nil
}

// Whole is the decimal number n.
func Whole(n int) Decimal { return of(decimal.NewFromInt(int64(n))) }

// Add is d + other, exactly.
func (d Decimal) Add(other Decimal) Decimal { return of(d.d.Add(other.d)) }

// Sub is d − other, exactly.
func (d Decimal) Sub(other Decimal) Decimal { return of(d.d.Sub(other.d)) }

// Mul is d × other, exactly.
func (d Decimal) Mul(other Decimal) Decimal { return of(d.d.Mul(other.d)) }

// Neg is −d.
func (d Decimal) Neg() Decimal { return of(d.d.Neg()) }

// Round is d with that many decimals, halves away from zero.
func (d Decimal) Round(decimals int) Decimal { return of(d.d.Round(int32(decimals))) }

// Cmp is -1, 0 or 1 as d is less than, equal to or greater than other.
func (d Decimal) Cmp(other Decimal) int { return d.d.Cmp(other.d) }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.d.Sign() }

// Float is the float64 nearest to d.
func (d Decimal) Float() float64 {
	if coefficient, ok := d.small(); ok {
		if f, ok := nearest(coefficient, d.d.Exponent()); ok {
			return f
		}
	}
	return d.d.InexactFloat64()
}

// FloatTimes is the float64 nearest to d × other.
func (d Decimal) FloatTimes(other Decimal) float64 {
	a, small := d.small()
	b, too := other.small()
	if small && too {
		if high, product := bits.Mul64(magnitude(a), magnitude(b)); high == 0 && product < exact {
			if f, ok := nearest(a*b, d.d.Exponent()+other.d.Exponent()); ok {
				return f
			}
		}
	}
	return d.Mul(other).Float()
}

// exact is up to which floats have all whole numbers.
const exact = 1 << 53

// powers are those of ten that floats have exactly.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// small is d's coefficient where a float has it exactly.
func (d Decimal) small() (coefficient int64, ok bool) {
	if !d.short {
		return 0, false
	}
	return d.d.CoefficientInt64(), true
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}

// nearest is the float nearest to a coefficient times a power of ten. It is the quotient or
// the product of two floats that are exact, which the processor rounds once;
// arithmetic of any length takes much longer.
func nearest(coefficient int64, exponent int32) (f float64, ok bool) {
	switch {
	case exponent <= 0 && int(-exponent) < len(powers):
		return float64(coefficient) / powers[-exponent], true
	case exponent > 0 && int(exponent) < len(powers):
		return float64(coefficient) * powers[exponent], true
	}
	return 0, false
}

// Shift is d × 10^places, exactly.
func (d Decimal) Shift(places int) Decimal { return of(d.d.Shift(int32(places))) }

// Div is d ÷ other with 15 decimals at most, halves away from zero, without
// trailing zeros: enough for a thousandth of a crown told in milliards.
func (d Decimal) Div(other Decimal) Decimal { return of(d.d.DivRound(other.d, 15)).Trimmed() }

// Abs is d without its sign.
func (d Decimal) Abs() Decimal { return of(d.d.Abs()) }

// Decimals is how many stand after the point.
func (d Decimal) Decimals() int { return max(int(-d.d.Exponent()), 0) }

// String writes all decimals, trailing zeros too.
func (d Decimal) String() string { return d.d.StringFixed(int32(d.Decimals())) }

// Trimmed is d without trailing zeros after the point.
func (d Decimal) Trimmed() Decimal {
	short, err := decimal.NewFromString(d.d.String())
	if err != nil {
		return d
	}
	return of(short)
}

// UnmarshalText reads what Parse does.
func (d *Decimal) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
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
	return yamlfile.At(node, d.UnmarshalText([]byte(yamlfile.Scalar(node))))
}

// JSONSchema tells editors that it is a number.
func (Decimal) JSONSchema() *jsonschema.Schema { return &jsonschema.Schema{Type: "number"} }
