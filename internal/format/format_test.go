package format_test

import (
	"strings"
	"testing"

	"planwatch/internal/format"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name    string
		allowed []format.Format
		want    string
	}{
		{"markdown", []format.Format{format.Table, format.Markdown}, "markdown"},
		{"csv", []format.Format{format.Table, format.JSON}, `format: "csv" is not table or json`},
		{"xml", []format.Format{format.Table, format.JSON, format.CSV}, `format: "xml" is not table, json or csv`},
		{"xml", []format.Format{format.JSON}, `format: "xml" is not json`},
		{"", []format.Format{format.Table, format.JSON}, `format: "" is not table or json`},
	}
	for _, tt := range tests {
		parsed, err := format.Parse(tt.name, tt.allowed...)
		got := string(parsed)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	var out strings.Builder
	if err := format.WriteJSON(&out, map[string]string{"cite": "a < b & c"}); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "{\n  \"cite\": \"a < b & c\"\n}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
