// Package citation holds a region's citations: what its documents say and
// where, written once, under ids that the definitions name.
package citation

import "strings"

// FileName is the file of the citations in a region's directory.
const FileName = "citations.yaml"

// File is citations.yaml: the documents that a region cites, and what they say.
type File struct {
	// The documents by id: lower-case words joined by hyphens.
	Documents map[string]Document `yaml:"documents" jsonschema:"required"`
	// The citations by id, which definitions give under cite: lower-case words joined by hyphens.
	Citations map[string]Citation `yaml:"citations" jsonschema:"required"`
}

// Document is a source, such as a plan or a report.
type Document struct {
	// The title, with which every citation of the document begins.
	Title string `yaml:"title" jsonschema:"required"`
}

// Citation is a place in a document, and what is said there.
type Citation struct {
	// The document's id.
	Document string `yaml:"document" jsonschema:"required"`
	// Where in the document: headings, the outermost first. Left out, it is the document as a whole.
	Place string `yaml:"place,omitempty"`
	// The words that are quoted, without quotation marks. Left out, the citation is of the place as a whole.
	Quote string `yaml:"quote,omitempty"`
	// In place of quote, parts that are joined by spaces: each the id of a citation whose quote is repeated, or words.
	Quotes []string `yaml:"quotes,omitempty"`
}

// text is the citation as people read it: TITLE, PLACE: ”QUOTE”.
func (f File) text(c Citation) string {
	text := f.Documents[c.Document].Title
	if c.Place != "" {
		text += ", " + c.Place
	}
	if quote := f.quote(c); quote != "" {
		text += ": ”" + quote + "”"
	}
	return text
}

// quote is the citation's own, or its parts put together.
func (f File) quote(c Citation) string {
	if len(c.Quotes) == 0 {
		return c.Quote
	}
	parts := make([]string, len(c.Quotes))
	for i, part := range c.Quotes {
		if other, repeated := f.Citations[part]; repeated {
			part = other.Quote
		}
		parts[i] = part
	}
	return strings.Join(parts, " ")
}
