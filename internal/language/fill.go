package language

import "strings"

// Fill replaces every {name} in text by what value gives for the name. Names
// say more than positions do to whoever translates a sentence.
func Fill(text string, value func(name string) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(value(name))
		text = after
	}
}
