package decimal

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// Floats are the nearest ones, whichever way they are reckoned.
func TestFloat(t *testing.T) {
	texts := []string{
		"0", "-0", "0.0", "1", "-1", "0.1", "-0.3", "870.4", "100000000000000", "999999999999999", "1000000000000000",
		"9007199254740992", "9007199254740993", "999999999999999999.999999999999", "0.000000000001", "-123456789012345678.5",
	}
	r := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + r.IntN(10)))
		}
		return b.String()
	}
	for range 2000 {
		text := digits(1 + r.IntN(18))
		if n := r.IntN(13); n > 0 {
			text += "." + digits(n)
		}
		if r.IntN(2) == 0 {
			text = "-" + text
		}
		texts = append(texts, text)
	}
	rational := func(text string) *big.Rat {
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		return exact
	}
	for i, text := range texts {
		d, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		exact := rational(text)
		if want, _ := exact.Float64(); d.Float() != want {
			t.Errorf("%s is %v, want %v", text, d.Float(), want)
		}
		for places := -20; places <= 20; places += 5 {
			power := rational("1" + strings.Repeat("0", max(places, -places)))
			if places < 0 {
				power.Inv(power)
			}
			if want, _ := new(big.Rat).Mul(exact, power).Float64(); d.Shift(places).Float() != want {
				t.Errorf("%s shifted by %d is %v, want %v", text, places, d.Shift(places).Float(), want)
			}
		}
		other := texts[(i*7+3)%len(texts)]
		factor, _ := Parse(other)
		if want, _ := new(big.Rat).Mul(exact, rational(other)).Float64(); d.FloatTimes(factor) != want {
			t.Errorf("%s times %s is %v, want %v", text, other, d.FloatTimes(factor), want)
		}
	}
}
