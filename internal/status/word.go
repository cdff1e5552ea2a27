package status

import (
	"fmt"
	"strings"

	"planwatch/internal/yamlfile"
)

// Word is the status in no language, as programs are told it; of a figure without a
// target "no target".
func (s Status) Word() string { return strings.ReplaceAll(s.Class(), "-", " ") }

// Parse reads a Word, with spaces or hyphens between its parts.
func Parse(text string) (Status, error) {
	var words []string
	lower := strings.ToLower(text)
	for _, s := range All() {
		if lower == s.Word() || lower == s.Class() {
			return s, nil
		}
		words = append(words, s.Class())
	}
	return 0, fmt.Errorf("there is no %q%s", text, yamlfile.Suggestion(text, words))
}

// Off reports whether the figure is off plan, so far that it warns.
func (s Status) Off() bool { return s == Critical || s == Warning }

// Judged reports whether the figure could be held against its target.
func (s Status) Judged() bool { return s.Off() || s == WithinTolerance || s == OnPlan }
