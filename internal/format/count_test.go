package format_test

import (
	"testing"

	"planwatch/internal/format"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 sources", 1: "1 source", 2: "2 sources", 21: "21 sources"} {
		if got := format.Count(n, "source"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
