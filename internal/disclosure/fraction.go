package disclosure

import "errors"

// errTooLarge stops a search whose numbers grow beyond what is computed exactly.
var errTooLarge = errors.New("disclosure: number too large")

// largest is the largest numerator and denominator, and the largest figure, so
// that no product of two overflows.
const largest = 1 << 30

// fraction is a rational number in lowest terms, with a denominator above zero.
type fraction struct{ num, den int64 }

func newFraction(num, den int64) (fraction, error) {
	if den < 0 {
		num, den = -num, -den
	}
	if d := gcd(num, den); d > 1 {
		num, den = num/d, den/d
	}
	if num > largest || num < -largest || den > largest {
		return fraction{}, errTooLarge
	}
	return fraction{num, den}, nil
}

func (f fraction) zero() bool { return f.num == 0 }

// plus is f + g·h.
func (f fraction) plus(g, h fraction) (fraction, error) {
	if g.num == 0 || h.num == 0 {
		return f, nil
	}
	product, err := newFraction(g.num*h.num, g.den*h.den)
	if err != nil {
		return fraction{}, err
	}
	return newFraction(f.num*product.den+product.num*f.den, f.den*product.den)
}

func gcd(a, b int64) int64 {
	if a < 0 {
		a = -a
	}
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
