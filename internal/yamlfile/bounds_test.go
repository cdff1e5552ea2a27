package yamlfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"planwatch/internal/yamlfile"
)

// A document that is deep or large is refused before it takes memory.
func TestBounds(t *testing.T) {
	indented := func(depth int) string {
		var b strings.Builder
		for i := range depth {
			fmt.Fprintf(&b, "%sk:\n", strings.Repeat(" ", i))
		}
		return b.String()
	}
	tests := []struct{ name, document, want string }{
		{"brackets", "a: 1\nb: " + strings.Repeat("[", 100_000), "deep.yaml:2: nested deeper than 64 mappings and lists"},
		{"closed brackets", "b: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "deep.yaml:1: nested deeper than 64 mappings and lists"},
		{"a hundred brackets", "b: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "deep.yaml:1: nested deeper than 64 mappings and lists"},
		{"braces", "b: " + strings.Repeat("{a: ", 100_000), "deep.yaml:1: nested deeper than 64 mappings and lists"},
		{"dashes", "b:\n" + strings.Repeat("- ", 100_000) + "a", "deep.yaml:2: nested deeper than 64 mappings and lists"},
		{"indentation", indented(2000), "deep.yaml:65: nested deeper than 64 mappings and lists"},
		{"large", "b: " + strings.Repeat("x", 5<<20), "deep.yaml: has 5242883 bytes; a file has at most 4194304"},
		{"many values", "b: [" + strings.Repeat("1,", 300_000) + "]", "deep.yaml:1: more than 500000 names, values and signs"},
		{"as deep as it may be", indented(60), ""},
		{"brackets within a text", "b: |\n  " + strings.Repeat("[", 900) + "\nc: '" + strings.Repeat("{", 90) + "' # " + strings.Repeat("[", 9), ""},
		{"a tag", "a: 1\nkpis: !00 00\n", "deep.yaml:2: a tag (!00) is not used here; leave it out"},
		{"a long list", "b:\n" + strings.Repeat("- {a: 1, b: [2, 3]}\n", 20_000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := yamlfile.Parse("deep.yaml", []byte(tt.document))
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 700 {
				t.Errorf("%d MiB were allocated", took)
			}
			if err != nil && err.Error() != tt.want || err == nil && tt.want != "" {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}
