package language_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"planwatch/internal/language"
)

func newSet(t *testing.T, codes ...string) *language.Set {
	t.Helper()
	set, err := language.NewSet(fstest.MapFS{}, codes)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestNegotiate(t *testing.T) {
	both, swedish, norwegian := newSet(t, "sv", "en"), newSet(t, "sv"), languages(t)
	tests := []struct {
		name, header string
		set          *language.Set
		want         string
	}{
		{"no header", "", both, "sv"},
		{"Swedish", "sv-SE,sv;q=0.9,en;q=0.8", both, "sv"},
		{"English first", "en-GB,en;q=0.9,sv;q=0.5", both, "en"},
		{"Swedish preferred by weight", "en;q=0.3,sv", both, "sv"},
		{"neither", "de-DE,de;q=0.9", both, "en"},
		{"German, then Swedish", "de,sv;q=0.5", both, "sv"},
		{"anything", "*", both, "en"},
		{"nonsense", ";;;q=x", both, "sv"},
		{"English where there is only Swedish", "en", swedish, "sv"},
		{"Norwegian", "nb-NO,nb;q=0.9", norwegian, "nb"},
		{"Norwegian, by its older code", "no", norwegian, "nb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.set.Negotiate(tt.header).Code(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("sv-SE,sv;q=0.9,en;q=0.8")
	f.Add("*;q=0.1, zh-Hant-TW")
	f.Fuzz(func(t *testing.T, header string) {
		if got := newSet(t, "sv", "en").Negotiate(header).Code(); got != "sv" && got != "en" {
			t.Errorf("%q gives %q", header, got)
		}
	})
}

func TestSet(t *testing.T) {
	both, one := newSet(t, "sv", "en"), newSet(t, "sv")
	sv, en := get(t, both, "sv"), get(t, both, "en")
	if got := both.Codes(); !slices.Equal(got, []string{"sv", "en"}) {
		t.Errorf("codes %v", got)
	}
	if both.First() != sv || both.English() != en || one.English() != one.First() {
		t.Error("not the first language or not English")
	}
	if both.Next(sv) != en || both.Next(en) != sv || one.Next(one.First()) != one.First() {
		t.Error("not the next language")
	}
	if both.Suffix(sv) != "" || both.Suffix(en) != "en" {
		t.Errorf("suffixes %q and %q", both.Suffix(sv), both.Suffix(en))
	}
	// A set that is loaded again has the same languages.
	if again := newSet(t, "sv", "en"); again.Suffix(sv) != "" || again.Next(sv).Code() != "en" {
		t.Errorf("of another set: suffix %q, next %s", again.Suffix(sv), again.Next(sv).Code())
	}
	if got := both.Missing(language.Text{"sv": "Vårdplatser"}); !slices.Equal(got, []string{"en"}) {
		t.Errorf("missing %v", got)
	}
	if sv.Name() != "Svenska" || en.Name() != "English" {
		t.Errorf("names %q and %q", sv.Name(), en.Name())
	}
	if got := get(t, languages(t), "nb").EnglishName(); got != "Norwegian Bokmål" {
		t.Errorf("in English %q", got)
	}
	if _, err := both.Get("de"); err == nil || err.Error() != `"de" is not sv or en` {
		t.Errorf("got %v", err)
	}
}
