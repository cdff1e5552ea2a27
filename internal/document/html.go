package document

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
)

//go:embed document.html
var htmlText string

//go:embed document.css
var style string

var htmlTemplate = template.Must(template.New("document").Funcs(template.FuncMap{
	"heading": as[*Heading], "paragraph": as[*Paragraph], "list": as[*List], "table": as[*Table],
	"lines": func(text string) []string { return strings.Split(text, "\n") },
	"svg":   svgOf,
}).Parse(htmlText))

// as is the block if it is of that kind, and nil if it is of another.
func as[T Block](b Block) *T {
	if block, ok := b.(T); ok {
		return &block
	}
	return nil
}

// StylePolicy is what a browser's Content-Security-Policy has to allow under style-src for
// the style of a document, and for nothing else.
func StylePolicy() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Policy is the Content-Security-Policy of a document as a page: its own style, and nothing
// from anywhere.
func Policy() string {
	return "default-src 'none'; style-src " + StylePolicy() + "; base-uri 'none'; form-action 'none'"
}

type htmlView struct {
	*Document
	Headings []*Heading
	Style    template.CSS
	Policy   string
}

// WriteHTML writes the document as a page in one file, which runs nothing and asks for
// nothing.
func (d *Document) WriteHTML(w io.Writer) error {
	d = d.visible()
	return htmlTemplate.Execute(w, htmlView{d, d.headings(), template.CSS(style), Policy()}) //nolint:gosec // the style is compiled in
}

// Anchor is the heading's name within the document.
func (h *Heading) Anchor() string { return "h" + strconv.Itoa(h.number) }

// Class is the column's in HTML.
func (c Column) Class() string {
	if c.Figures {
		return "figure"
	}
	return ""
}

// Class is the tone's in HTML.
func (t Tone) Class() string { return [...]string{"", "critical", "warning", "good"}[t] }

// Percent is the column's share of the table's width.
func (t *Table) Percent(i int) string {
	return strconv.FormatFloat(float64(t.widths(1000)[i])/10, 'f', 1, 64) + "%"
}

// The size of a curve in SVG, in its own units, and the room around its lines.
const (
	svgWidth, svgHeight = 160, 40
	svgEdge             = 3
)

// svgView is a curve in SVG's units.
type svgView struct {
	Figure, Plan              []string
	Usual                     bool
	UsualX, UsualY            string
	UsualWidth, UsualHeight   string
	Events                    []string
	X, Y, Text, Width, Height string
}

func svgOf(c *Curve) svgView {
	x := func(share float64) string { return coordinate(svgEdge + share*(svgWidth-2*svgEdge)) }
	y := func(share float64) string { return coordinate(svgEdge + share*(svgHeight-2*svgEdge)) }
	lines := func(lines [][]Point) []string {
		var all []string
		for _, line := range lines {
			points := make([]string, len(line))
			for i, p := range line {
				points[i] = x(p.X) + "," + y(p.Y)
			}
			all = append(all, strings.Join(points, " "))
		}
		return all
	}
	v := svgView{Figure: lines(c.Figure), Plan: lines(c.Plan), X: x(c.Newest.X), Y: y(c.Newest.Y), Text: c.Text, Width: strconv.Itoa(svgWidth), Height: strconv.Itoa(svgHeight)}
	for _, e := range c.Events {
		v.Events = append(v.Events, x(e))
	}
	if u := c.Usual; u != nil {
		v.Usual, v.UsualX, v.UsualY = true, x(u.From), y(u.Top)
		v.UsualWidth, v.UsualHeight = coordinate((1-u.From)*(svgWidth-2*svgEdge)), coordinate((u.Bottom-u.Top)*(svgHeight-2*svgEdge))
	}
	return v
}

func coordinate(n float64) string {
	return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64)
}
