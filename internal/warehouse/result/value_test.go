package result

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// What is read the short way is what strconv reads.
func TestShortNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	texts := []string{"0", "-0", "0.0", "-0.00", "007", "9007199254740993", "999999999999999", "1234567890123456", "99999999999999.9", "0.00000000000001", "123456789012.345"}
	for range 100000 {
		text := strconv.FormatInt(r.Int64N(int64(math.Pow10(r.IntN(17)))+1), 10)
		if r.IntN(2) == 0 {
			text += fmt.Sprintf(".%0*d", 1+r.IntN(8), r.IntN(10))
		}
		if r.IntN(2) == 0 {
			text = "-" + text
		}
		texts = append(texts, text)
	}
	short := 0
	for _, text := range texts {
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := shortNumber([]byte(text))
		if !ok {
			continue
		}
		short++
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	if short < len(texts)/2 {
		t.Errorf("%d of %d were read the short way", short, len(texts))
	}
	for _, text := range []string{"", "-", ".", "1.", ".1", "-.1", "1.2.3", "1e5", "+1", " 1", "0x1", "1_0", "NaN", "inf"} {
		if got, ok := shortNumber([]byte(text)); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
