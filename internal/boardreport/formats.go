package boardreport

import (
	"fmt"
	"io"
	"slices"
	"time"

	"planwatch/internal/clock"
	"planwatch/internal/comment"
	"planwatch/internal/document"
	"planwatch/internal/format"
	"planwatch/internal/report"
)

// Document is the report, ready to be written.
type Document struct{ made *document.Document }

// Formats are those that the report can be written in.
func Formats() []format.Format {
	return []format.Format{format.Markdown, format.HTML, format.Docx}
}

// Has reports whether the format is one of Formats.
func Has(f format.Format) bool { return slices.Contains(Formats(), f) }

// Write writes the report in one of Formats.
func (d Document) Write(w io.Writer, f format.Format) error {
	switch f {
	case format.Markdown:
		return d.made.WriteMarkdown(w)
	case format.HTML:
		return d.made.WriteHTML(w)
	case format.Docx:
		return d.made.WriteDocx(w)
	}
	return fmt.Errorf("report: no format %q", f)
}

// During are the comments that belong in the report: those since the moment that it
// compares with, where it does, and until another. Their times are by the system's clock,
// and become planwatch's.
func During(all []comment.Comment, r *report.Report, until time.Time, planwatch clock.Clock) []comment.Comment {
	var during []comment.Comment
	for _, c := range all {
		c.Time = planwatch.At(c.Time)
		if !c.Time.After(until) && (r.Compared == nil || c.Time.After(r.Compared.At)) {
			during = append(during, c)
		}
	}
	return during
}
