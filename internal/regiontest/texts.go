package regiontest

import (
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/internal/language"
)

// Texts is a file of a region's texts in a language that planwatch does not
// ship, with that name: every message in English, but those of own, whose texts
// are YAML.
func Texts(tb testing.TB, name string, own map[string]string) *fstest.MapFile {
	tb.Helper()
	keys, err := language.Keys()
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("name: " + name + "\nmessages:\n")
	for _, key := range keys {
		text, ok := own[key]
		if !ok {
			text = quoted(key)
		}
		b.WriteString("  " + quoted(key) + ": " + text + "\n")
	}
	return &fstest.MapFile{Data: []byte(b.String())}
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
