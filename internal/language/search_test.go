package language_test

import (
	"testing"

	"planwatch/internal/language"
)

func TestFinds(t *testing.T) {
	for _, tt := range []struct {
		search string
		want   bool
	}{
		{"", true}, {"  ", true}, {"nettokostnad", true}, {"NETTO, nära", true}, {"na\u0308ra", true}, {"net_cost", true}, {"nära netto", true},
		{"nettokostnad kiruna", false}, {"%", false},
	} {
		if got := language.Finds(tt.search, "Nettokostnad", "Nära", "net_cost_sek"); got != tt.want {
			t.Errorf("%q: %t", tt.search, got)
		}
	}
}
