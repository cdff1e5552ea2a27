package yamlfile_test

import (
	"testing"

	"planwatch/internal/yamlfile"
)

// A text with a control character is refused at its line, however it is
// written.
func TestControlCharacters(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"an escape", "empty: true\ncollector: \"a\\u001b[31mb\"\n", "beds.yaml:2: a text has the control character U+001B; leave it out"},
		{"a short escape", "collector: \"a\\0b\"\n", "beds.yaml:1: a text has the control character U+0000; leave it out"},
		{"as it is", "collector: a\x07b\n", "beds.yaml:1: a text has the control character U+0007; leave it out"},
		{"above ASCII", "collector: a\u0085b\n", "beds.yaml:1: a text has the control character U+0085; leave it out"},
		{"in a key", "title:\n  \"s\\u0007v\": Beds\n", "beds.yaml:2: a text has the control character U+0007; leave it out"},
		{"in a list", "kpis:\n  - name: a\n  - {name: \"b\\u007f\"}\n", "beds.yaml:3: a text has the control character U+007F; leave it out"},
		{"in a block", "empty: true\ncollector: |\n  a\n  b\x1b\n  c\n", "beds.yaml:4: a text has the control character U+001B; leave it out"},
		{"in a folded block", "collector: >-\n  a\n  b\x1b\n  c\n", "beds.yaml:3: a text has the control character U+001B; leave it out"},
		{"in a comment", "collector: a # \x1b\n", ""},
		{"line breaks and tabs", "collector: \"a\\n\\tb\"\n", ""},
		{"lines that end as those of Windows", "collector: |\r\n  a\r\n  b\r\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := message(decode(tt.document)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestBlocks(t *testing.T) {
	const want = "beds.yaml:2: a text that begins with | or > begins on the next line; put one that is to have the sign in quotation marks"
	tests := []struct{ name, document, want string }{
		{"a text behind |", "title:\n  sv: | Platser\n", want},
		{"a text behind >", "title:\n  sv: >Platser\n", want},
		{"in braces", "title:\n  {sv: |Platser, en: Beds}\n", want},
		{"a block", "title:\n  sv: |\n    Platser\n", ""},
		{"in quotation marks", "title:\n  sv: \"| Platser\"\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := message(decode(tt.document)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func decode(document string) error {
	file, err := yamlfile.Parse("beds.yaml", []byte(document))
	if err != nil {
		return err
	}
	return file.Decode(new(definition))
}
