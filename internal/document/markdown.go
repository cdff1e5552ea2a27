package document

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// escaped writes a text so that Markdown takes none of it for a sign, and none for HTML.
var escaped = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "#", `\#`, "~", `\~`, "\n", " ", "\r", " ")

// WriteMarkdown writes the document as Markdown with the tables of GitHub. Curves are left
// out.
func (d *Document) WriteMarkdown(w io.Writer) error {
	d = d.visible()
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# %s\n\n", escaped.Replace(d.Title))
	for _, line := range d.Cover {
		fmt.Fprintf(out, "%s\n\n", atLineStart(line))
	}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case *Heading:
			fmt.Fprintf(out, "%s %s\n\n", strings.Repeat("#", b.Level+1), escaped.Replace(b.Text))
		case *Paragraph:
			lines := strings.Split(strings.TrimSpace(b.Text), "\n")
			for i, line := range lines {
				lines[i] = atLineStart(line)
			}
			fmt.Fprintf(out, "%s\n\n", strings.Join(lines, "\\\n"))
		case *List:
			for _, line := range b.Lines {
				fmt.Fprintf(out, "- %s\n", atLineStart(line))
			}
			fmt.Fprintln(out)
		case *Table:
			b.writeMarkdown(out)
		}
	}
	return out.Flush()
}

// atLineStart is a text at the beginning of a line, where more signs mean something.
func atLineStart(text string) string {
	text = escaped.Replace(strings.TrimSpace(text))
	for _, sign := range []string{"-", "+", "=", ">"} {
		if strings.HasPrefix(text, sign) {
			return `\` + text
		}
	}
	digits := strings.TrimLeft(text, "0123456789")
	if len(digits) < len(text) && (strings.HasPrefix(digits, ".") || strings.HasPrefix(digits, ")")) {
		return text[:len(text)-len(digits)] + `\` + digits
	}
	return text
}

func (t *Table) writeMarkdown(out io.Writer) {
	var titles, marks []string
	for _, c := range t.Columns {
		if c.curves(t) {
			continue
		}
		titles = append(titles, escaped.Replace(c.Title))
		if c.Figures {
			marks = append(marks, "---:")
		} else {
			marks = append(marks, "---")
		}
	}
	fmt.Fprintf(out, "| %s |\n| %s |\n", strings.Join(titles, " | "), strings.Join(marks, " | "))
	for _, row := range t.Rows {
		var cells []string
		for i, cell := range row {
			if t.Columns[i].curves(t) {
				continue
			}
			text := escaped.Replace(cell.Text)
			if cell.Under != "" {
				text += "<br>" + escaped.Replace(cell.Under)
			}
			cells = append(cells, text)
		}
		fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
	}
	fmt.Fprintln(out)
}

// curves reports whether the column has curves.
func (c Column) curves(t *Table) bool {
	for i, column := range t.Columns {
		if column != c {
			continue
		}
		for _, row := range t.Rows {
			if row[i].Curve != nil {
				return true
			}
		}
	}
	return false
}
