package main

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"
)

// described returns the schema's description. It removes the Go type's name,
// with which a comment begins.
func described(name string, s *jsonschema.Schema) string {
	description := strings.Join(strings.Fields(s.Description), " ")
	if rest, ok := strings.CutPrefix(description, name+" "); ok && name != "" {
		for _, verb := range []string{"is ", "are "} {
			rest = strings.TrimPrefix(rest, verb)
		}
		description = upper(rest)
	}
	return description
}

var camel = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// words writes TableTargets as "Table targets".
func words(name string) string {
	return upper(strings.ToLower(camel.ReplaceAllString(name, "$1 $2")))
}

// upper makes the first letter a capital, unless the sentence begins with a
// file's name.
func upper(sentence string) string {
	first, _, _ := strings.Cut(sentence, " ")
	if sentence == "" || strings.Contains(strings.TrimRight(first, ".:"), ".") {
		return sentence
	}
	runes := []rune(sentence)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

func code(s string) string {
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

// text escapes Markdown.
func text(s string) string {
	return strings.NewReplacer("*", `\*`, "<", `\<`, "`", "\\`", "[", `\[`).Replace(strings.Join(strings.Fields(s), " "))
}

// list returns the places in one phrase.
func list(places []string) string {
	quoted := make([]string, len(places))
	for i, place := range places {
		quoted[i] = code(place)
	}
	return joined(quoted, " and ")
}

// joined returns "a, b or c", if last is " or ".
func joined(parts []string, last string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + last + parts[len(parts)-1]
}

// lineLength is the longest line of a paragraph.
const lineLength = 120

// wrapped breaks a paragraph into lines.
func wrapped(paragraph string) string {
	var b strings.Builder
	length := 0
	for word := range strings.FieldsSeq(paragraph) {
		switch {
		case length == 0:
		case length+1+len(word) > lineLength:
			b.WriteString("\n")
			length = 0
		default:
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return b.String()
}
