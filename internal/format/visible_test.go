package format_test

import (
	"encoding/json"
	"strings"
	"testing"

	"planwatch/internal/format"
)

// hostile holds what terminals obey: a colour, a title, a cleared screen, the
// same by one byte (CSI), a turned direction, and a byte that is no UTF-8.
const hostile = "a\x1b[31mb\x1b]0;t\x07c\rd\u009b2Je\u202ef\u2066g\x7fh\u0085i\x9bj\u2028k"

func TestCell(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"Swedish", "Länssjukvård 2 – 38,5\u00a0%", "Länssjukvård 2 – 38,5\u00a0%"},
		{"joined letters", "नि\u200dक", "नि\u200dक"},
		{"a forged line", "a\nb\tc", "a␊b␉c"},
		{"what terminals obey", hostile, "a␛[31mb␛]0;t␇c␍d�2Je�f�g␡h�i�j�k"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format.Cell(tt.text); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// However the text is cut into writes, it comes out whole, line by line.
func TestVisible(t *testing.T) {
	const text = "Länssjukvård\t38 €\n" + hostile + "\n🏥 😀\n"
	const want = "Länssjukvård\t38 €\na␛[31mb␛]0;t␇c␍d�2Je�f�g␡h�i�j�k\n🏥 😀\n"
	for _, size := range []int{1, 2, 3, 5, len(text)} {
		var out strings.Builder
		w := format.NewVisible(&out)
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if written, err := w.Write([]byte(rest[:n])); err != nil || written != n {
				t.Fatal(written, err)
			}
			rest = rest[n:]
		}
		if got := out.String(); got != want {
			t.Errorf("%d bytes at a time: got %q\nwant %q", size, got, want)
		}
		if w.Raw() != &out {
			t.Error("Raw is not what is written to")
		}
	}
}

// JSON that is shown on a terminal is harmless, and says the same.
func TestWriteJSONForTerminals(t *testing.T) {
	text := strings.ToValidUTF8(hostile, "?")
	var out strings.Builder
	if err := format.WriteJSON(&out, []string{text}); err != nil {
		t.Fatal(err)
	}
	if got := format.Cell(strings.ReplaceAll(out.String(), "\n", "")); got != strings.ReplaceAll(out.String(), "\n", "") {
		t.Errorf("%q", out.String())
	}
	var back []string
	if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back[0] != text {
		t.Errorf("%q, %v; wrote %s", back, err, out.String())
	}
}
