package message

import "regexp"

// markdownSigns match what Markdown may take for a link, formatting, a table or HTML; for a
// list or the underline of a heading, at the start of a line; and for a numbered list.
// The second group of each is the sign. The same expressions serve in templates.
var markdownSigns = []string{
	"()([][\\\\`*_{}()<>#|~!&])",
	"(?m)^([ \\t]*)([-+=])",
	"(?m)^([ \\t]*[0-9]+)([.])",
}

// escapedSign is what takes their place.
const escapedSign = `${1}\${2}`

// inMarkdown returns the Markdown that shows the text as it is.
func inMarkdown(text string) string {
	for _, sign := range markdownSigns {
		text = regexp.MustCompile(sign).ReplaceAllString(text, escapedSign)
	}
	return text
}
