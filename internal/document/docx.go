package document

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// The parts of a .docx that are the same in every document (ISO/IEC 29500, Office Open XML).
var (
	//go:embed docx/content-types.xml
	docxTypes string
	//go:embed docx/rels.xml
	docxRels string
	//go:embed docx/styles.xml
	docxStyles string
	//go:embed docx/numbering.xml
	docxNumbering string
	//go:embed docx/settings.xml
	docxSettings string
)

// tagOfLanguage is what stands in the parts for the document's language.
const tagOfLanguage = "LANGUAGE"

// WriteDocx writes the document for Word: headings that it knows as such, tables that can be
// edited, and curves as pictures.
func (d *Document) WriteDocx(w io.Writer) error {
	d = d.visible()
	body := &docxBody{}
	body.document(d)
	if body.err != nil {
		return body.err
	}
	out := zip.NewWriter(w)
	put := func(name, text string) error {
		part, err := out.Create(name)
		if err != nil {
			return err
		}
		_, err = io.WriteString(part, text)
		return err
	}
	language := strings.NewReplacer(tagOfLanguage, escapeXML(d.Language))
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", docxTypes},
		{"_rels/.rels", docxRels},
		{"docProps/core.xml", d.properties()},
		{"word/document.xml", body.String()},
		{"word/_rels/document.xml.rels", body.relations()},
		{"word/styles.xml", language.Replace(docxStyles)},
		{"word/numbering.xml", docxNumbering},
		{"word/settings.xml", language.Replace(docxSettings)},
		{"word/footer1.xml", d.footer()},
	} {
		if err := put(part.name, part.text); err != nil {
			return err
		}
	}
	for i, picture := range body.pictures {
		if err := put("word/"+pictureFile(i+1), string(picture)); err != nil {
			return err
		}
	}
	return out.Close()
}

// escapeXML writes a text so that XML takes none of it for markup. What XML cannot hold is
// replaced.
func escapeXML(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a buffer takes all
	return out.String()
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

func (d *Document) properties() string {
	created := d.Created.UTC().Format(time.RFC3339)
	return xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escapeXML(d.Title) + `</dc:title><dc:creator>` + escapeXML(d.Creator) + `</dc:creator><dc:language>` + escapeXML(d.Language) + `</dc:language>` +
		`<dcterms:created xsi:type="dcterms:W3CDTF">` + created + `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + created + `</dcterms:modified></cp:coreProperties>`
}

// wordSpaces are the names of the vocabularies of a part.
const wordSpaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" ` +
	`xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`

// footer has the document's footer to the left and the page's number to the right.
func (d *Document) footer() string {
	return xmlHead + `<w:ftr ` + wordSpaces + `><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>` + run("", d.Footer) +
		`<w:r><w:tab/></w:r>` + field("PAGE", "") + `<w:r><w:t xml:space="preserve"> / </w:t></w:r>` + field("NUMPAGES", "") + `</w:p></w:ftr>`
}

// field is what Word works out, such as a page's number.
func field(instruction, shown string) string {
	return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + instruction + ` </w:instrText></w:r>` +
		`<w:r><w:fldChar w:fldCharType="separate"/></w:r>` + run("", shown) + `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
}

// run is a text with properties; its lines stay lines.
func run(properties, text string) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		b.WriteString(`<w:r>`)
		if properties != "" {
			b.WriteString(`<w:rPr>` + properties + `</w:rPr>`)
		}
		if i > 0 {
			b.WriteString(`<w:br/>`)
		}
		b.WriteString(`<w:t xml:space="preserve">` + escapeXML(line) + `</w:t></w:r>`)
	}
	return b.String()
}

// paragraph is one in a style.
func paragraph(style, content string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + content + `</w:p>`
}

// docxBody is word/document.xml, and the pictures in it.
type docxBody struct {
	strings.Builder
	pictures [][]byte
	err      error
}

// pageWidth is the width between the margins of A4, in twentieths of a point.
const (
	pageWidth  = 11906 - 2*pageMargin
	pageMargin = 907
)

func (b *docxBody) document(d *Document) {
	b.WriteString(xmlHead + `<w:document ` + wordSpaces + `><w:body>`)
	b.WriteString(paragraph("Title", run("", d.Title)))
	for _, line := range d.Cover {
		b.WriteString(paragraph("Subtitle", run("", line)))
	}
	b.contents(d)
	for _, block := range d.Blocks {
		switch block := block.(type) {
		case *Heading:
			b.heading(block)
		case *Paragraph:
			style := "Normal"
			if block.Note {
				style = "Note"
			}
			b.WriteString(paragraph(style, run("", block.Text)))
		case *List:
			for _, line := range block.Lines {
				b.WriteString(paragraph("ListBullet", run("", line)))
			}
		case *Table:
			b.table(block)
		}
	}
	b.WriteString(`<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:pgSz w:w="11906" w:h="16838"/>` +
		fmt.Sprintf(`<w:pgMar w:top="1020" w:right="%d" w:bottom="1020" w:left="%d" w:header="567" w:footer="567" w:gutter="0"/>`, pageMargin, pageMargin) +
		`<w:titlePg/></w:sectPr></w:body></w:document>`)
}

// contents lists the chapters as links. Word adds their pages when it is asked to update
// the field: only it knows them.
func (b *docxBody) contents(d *Document) {
	headings := d.headings()
	if len(headings) == 0 {
		return
	}
	b.WriteString(paragraph("TOCHeading", run("", d.Contents)))
	for i, h := range headings {
		content := `<w:hyperlink w:anchor="` + bookmark(h) + `" w:history="1">` + run("", h.Text) + `</w:hyperlink>`
		if i == 0 {
			content = `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \o "1-1" \h \z \u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + content
		}
		if i == len(headings)-1 {
			content += `<w:r><w:fldChar w:fldCharType="end"/></w:r>`
		}
		b.WriteString(paragraph("TOC1", content))
	}
}

func bookmark(h *Heading) string { return "_Toc" + strconv.Itoa(100000+h.number) }

func (b *docxBody) heading(h *Heading) {
	number := strconv.Itoa(h.number)
	b.WriteString(paragraph("Heading"+strconv.Itoa(h.Level),
		`<w:bookmarkStart w:id="`+number+`" w:name="`+bookmark(h)+`"/>`+run("", h.Text)+`<w:bookmarkEnd w:id="`+number+`"/>`))
}

func (b *docxBody) table(t *Table) {
	b.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Figures"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>` +
		`<w:tblCaption w:val="` + escapeXML(t.Title) + `"/></w:tblPr><w:tblGrid>`)
	widths := t.widths(pageWidth)
	for _, width := range widths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, width)
	}
	b.WriteString(`</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
	for i, c := range t.Columns {
		b.cell(widths[i], c, Cell{Text: c.Title}, "TableHead")
	}
	b.WriteString(`</w:tr>`)
	for _, row := range t.Rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
		for i, cell := range row {
			b.cell(widths[i], t.Columns[i], cell, "TableText")
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>` + paragraph("AfterTable", ""))
}

// widths divide the width among the columns.
func (t *Table) widths(width int) []int {
	sum := 0
	for _, c := range t.Columns {
		sum += c.Width
	}
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = width * c.Width / sum
	}
	return widths
}

func (b *docxBody) cell(width int, column Column, cell Cell, style string) {
	fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="%s"/>`, width, style)
	if column.Figures {
		b.WriteString(`<w:jc w:val="right"/>`)
	}
	b.WriteString(`</w:pPr>`)
	switch {
	case cell.Curve != nil:
		b.curve(cell.Curve)
	case cell.Tone != Plain:
		b.WriteString(run(`<w:b/><w:color w:val="`+cell.Tone.colour()+`"/>`, cell.Text))
	default:
		b.WriteString(run("", cell.Text))
	}
	if cell.Under != "" {
		b.WriteString(`<w:r><w:br/></w:r>` + run(`<w:color w:val="55606B"/><w:sz w:val="14"/>`, cell.Under))
	}
	b.WriteString(`</w:p></w:tc>`)
}

// colour is the tone's, each dark enough on white.
func (t Tone) colour() string { return [...]string{"1A1F24", "A3121F", "8A4B00", "1F6B3A"}[t] }

// The size of a curve on paper, in English Metric Units, of which a millimetre has 36000.
const curveWidth, curveHeight = 16 * 36000, 5 * 36000

func (b *docxBody) curve(c *Curve) {
	picture, err := c.png()
	if err != nil {
		b.err = err
		return
	}
	b.pictures = append(b.pictures, picture)
	n := len(b.pictures)
	fmt.Fprintf(b, `<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="%s" descr="%s"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="%s"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="%s"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		curveWidth, curveHeight, n, pictureFile(n), escapeXML(c.Text), n, pictureFile(n), pictureRelation(n), curveWidth, curveHeight)
}

func pictureFile(n int) string { return "media/curve" + strconv.Itoa(n) + ".png" }

// pictureRelation is the picture's in relations, whose first four are the parts.
func pictureRelation(n int) string { return "rId" + strconv.Itoa(n+4) }

// relations say which parts word/document.xml uses.
func (b *docxBody) relations() string {
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	var out strings.Builder
	out.WriteString(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	relation := func(id, kindOf, target string) {
		fmt.Fprintf(&out, `<Relationship Id="%s" Type="%s%s" Target="%s"/>`, id, kind, kindOf, target)
	}
	for i, part := range []string{"styles", "numbering", "settings", "footer"} {
		target := part + ".xml"
		if part == "footer" {
			target = "footer1.xml"
		}
		relation("rId"+strconv.Itoa(i+1), part, target)
	}
	for i := range b.pictures {
		relation(pictureRelation(i+1), "image", pictureFile(i+1))
	}
	out.WriteString(`</Relationships>`)
	return out.String()
}
