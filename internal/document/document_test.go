package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"planwatch/internal/document"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hostile holds what HTML, XML, Markdown, Word and a terminal would take for more than text.
const hostile = "<script>alert(1)</script> & \"quotes\" 'single' ]]> {{.}} | * _ ` [a](http://x) # =1+1 \u202Ertl\u2066 \x00\x1b[2J"

func sample() *document.Document {
	d := &document.Document{
		Title: "A report " + hostile, Cover: []string{"A region", "=HYPERLINK(\"x\")"}, Creator: "A region", Created: time.Date(2025, 3, 18, 8, 0, 0, 0, time.UTC),
		Language: "sv", Contents: "Contents", Footer: "A region <b>",
	}
	line := []document.Point{{X: 0, Y: 1}, {X: 0.5, Y: 0.2}, {X: 1, Y: 0}}
	curve := &document.Curve{
		Figure: [][]document.Point{line}, Plan: [][]document.Point{{{X: 0, Y: 0.5}, {X: 1, Y: 0.5}}}, Usual: &document.Area{From: 0.25, Top: 0.3, Bottom: 0.8},
		Events: []float64{0.6}, Newest: line[2], Text: "from 1 to 3 " + hostile,
	}
	d.Add(
		&document.Heading{Level: 1, Text: "First " + hostile},
		&document.Paragraph{Text: "# no heading\n- no list\n1. no number\n> " + hostile},
		&document.Heading{Level: 2, Text: "Part"},
		&document.Table{Title: "Figures", Columns: []document.Column{{Title: "KPI", Width: 3}, {Title: "Past year", Width: 2}, {Title: "Actual", Width: 1, Figures: true}, {Title: "Status", Width: 1}}, Rows: []document.Row{
			{{Text: "Beds", Under: "Kirurgi"}, {Curve: curve}, {Text: "38"}, {Text: "■ Critical", Tone: document.Critical}},
			{{Text: hostile, Under: hostile}, {}, {Text: "–"}, {Text: "✓ On plan", Tone: document.Good, Under: "was warning"}},
		}},
		&document.Heading{Level: 3, Text: "Comments"},
		&document.List{Lines: []string{"2025-03-18, A: " + hostile, "two\nlines"}},
		&document.Heading{Level: 1, Text: "Second"},
		&document.Paragraph{Text: "A note.", Note: true},
	)
	return d
}

type writes func(*document.Document, io.Writer) error

func written(t *testing.T, write writes) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(sample(), &out); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := write(sample(), &again); err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Fatalf("the same document is not the same bytes (%v)", err)
	}
	return out.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is written now; -update writes it anew\n%s", file, got)
	}
}

func TestMarkdown(t *testing.T) {
	golden(t, "document.md", written(t, (*document.Document).WriteMarkdown))
}

// The page is what it says, runs nothing and asks for nothing: no element or attribute
// comes of a text.
func TestHTML(t *testing.T) {
	page := written(t, (*document.Document).WriteHTML)
	golden(t, "document.html", page)
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	allowed := []string{"html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4", "p", "br", "nav", "ul", "li", "a", "main", "div", "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "span", "svg", "rect", "path", "polyline", "footer"}
	var texts strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			if !slices.Contains(allowed, n.Data) {
				t.Errorf("an element %s", n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#h") || a.Key == "style" {
					t.Errorf("%s %s=%q", n.Data, a.Key, a.Val)
				}
			}
		case html.TextNode:
			texts.WriteString(n.Data)
		default:
		}
	}
	if !strings.Contains(texts.String(), "<script>alert(1)</script>") {
		t.Error("the hostile text is not there as text")
	}
	if !strings.Contains(document.Policy(), document.StylePolicy()) || !bytes.Contains(page, []byte("sha256-")) {
		t.Error("the page's policy does not name its style")
	}
}

// parts are those of a .docx.
func parts(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		all[f.Name] = content
	}
	return all
}

// What Word reads is well-formed, every part that is referred to is there, every style
// that is used is defined, and a row has as many cells as the table has columns.
func TestDocx(t *testing.T) {
	all := parts(t, written(t, (*document.Document).WriteDocx))
	golden(t, "document.xml", all["word/document.xml"])
	for name, content := range all {
		if strings.HasSuffix(name, ".png") {
			picture, err := png.Decode(bytes.NewReader(content))
			if err != nil || picture.Bounds().Dx() < 100 {
				t.Errorf("%s: %v", name, err)
			}
			golden(t, "curve.png", content)
			continue
		}
		decoder := xml.NewDecoder(bytes.NewReader(content))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	body := string(all["word/document.xml"])
	styles := string(all["word/styles.xml"])
	for _, m := range regexp.MustCompile(`<w:(?:pStyle|tblStyle) w:val="([^"]+)"`).FindAllStringSubmatch(body+string(all["word/footer1.xml"]), -1) {
		if !strings.Contains(styles, `w:styleId="`+m[1]+`"`) {
			t.Errorf("the style %s is not defined", m[1])
		}
	}
	relations := string(all["word/_rels/document.xml.rels"])
	for _, m := range regexp.MustCompile(`r:(?:embed|id)="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(relations, `Id="`+m[1]+`"`) {
			t.Errorf("nothing is related as %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`Target="([^"]+)"`).FindAllStringSubmatch(relations, -1) {
		if all["word/"+m[1]] == nil {
			t.Errorf("no part word/%s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`w:anchor="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if strings.Count(body, `w:name="`+m[1]+`"`) != 1 {
			t.Errorf("the contents lead to %s", m[1])
		}
	}
	for _, table := range regexp.MustCompile(`(?s)<w:tbl>.*?</w:tbl>`).FindAllString(body, -1) {
		columns := strings.Count(table, "<w:gridCol ")
		for _, row := range regexp.MustCompile(`(?s)<w:tr>.*?</w:tr>`).FindAllString(table, -1) {
			if strings.Count(row, "<w:tc>") != columns {
				t.Errorf("a row of a table of %d columns: %s", columns, row)
			}
		}
	}
	if strings.Count(body, `<w:fldChar w:fldCharType="begin"/>`) != strings.Count(body, `<w:fldChar w:fldCharType="end"/>`) {
		t.Error("a field does not end")
	}
	if strings.Contains(styles+string(all["word/settings.xml"]), "LANGUAGE") || !strings.Contains(styles, `w:lang w:val="sv"`) {
		t.Error("the language is not set")
	}
}

// A document without chapters or rows is one too.
func TestEmpty(t *testing.T) {
	for name, write := range map[string]writes{"html": (*document.Document).WriteHTML, "docx": (*document.Document).WriteDocx, "markdown": (*document.Document).WriteMarkdown} {
		d := &document.Document{Title: "T"}
		d.Add(&document.Table{Columns: []document.Column{{Title: "A", Width: 1}}}, &document.List{}, &document.Paragraph{})
		if err := write(d, io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
