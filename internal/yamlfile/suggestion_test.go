package yamlfile_test

import (
	"testing"

	"planwatch/internal/yamlfile"
)

func TestSuggestion(t *testing.T) {
	beds := []string{"beds-medicine", "beds-surgery"}
	many := []string{"a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j10", "k11", "l12", "m13"}
	tests := []struct {
		name, given string
		names       []string
		want        string
	}{
		{"a letter left out", "beds-surgry", beds, "; did you mean beds-surgery?"},
		{"a letter put in", "beds-medicines", beds, "; did you mean beds-medicine?"},
		{"a letter changed", "bedz-surgery", beds, "; did you mean beds-surgery?"},
		{"not in ASCII", "å", []string{"ä"}, "; did you mean ä?"},
		{"like none of few", "queue", beds, "; there are beds-medicine, beds-surgery"},
		{"like none of many", "queue", many, ""},
		{"there are none", "queue", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := yamlfile.Suggestion(tt.given, tt.names); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
