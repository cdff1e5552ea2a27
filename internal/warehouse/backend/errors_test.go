package backend

import (
	"errors"
	"strings"
	"testing"
)

func TestBounded(t *testing.T) {
	cause := errors.New("cause")
	for name, test := range map[string]struct{ text, want string }{
		"short":                      {"no such table", "no such table"},
		"long":                       {strings.Repeat("x", 700), strings.Repeat("x", 600) + "…"},
		"cut within a letter":        {strings.Repeat("x", 599) + "åäö" + strings.Repeat("x", 700), strings.Repeat("x", 599) + "…"},
		"bytes that no one can read": {"a\xe5b", "a\uFFFDb"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Bounded(NewError(test.text, cause))
			if got.Error() != test.want || !errors.Is(got, cause) {
				t.Errorf("got %q, wraps the cause: %t; want %q", got, errors.Is(got, cause), test.want)
			}
		})
	}
	if Bounded(nil) != nil {
		t.Error("an error of nothing")
	}
}
