package spreadsheet

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"planwatch/internal/format"
)

// Workbook is a table, and a second sheet that says what it is.
type Workbook struct {
	Table
	// Title is that of the file, and Made the moment that it says it was made at.
	Title string
	Made  time.Time
	// About is the second sheet's name. It has the Facts, and under Meaning what each of
	// the columns means.
	About, Meaning string
	Facts          []Fact
}

// Fact is a line about the table.
type Fact struct{ Term, Text string }

// The widths of columns, in characters.
const (
	leastWidth, mostWidth = 8, 48
	termWidth, factWidth  = 32, 100
)

// paperA4 is A4, as Excel numbers sizes of paper.
const paperA4 = 9

// The formats of moments and dates, which Excel shows alike in every language.
const (
	momentFormat = "yyyy-mm-dd hh:mm"
	dateFormat   = "yyyy-mm-dd"
)

// Write writes the workbook in the form of Excel 2007 and later. The same workbook gives
// the same bytes.
func (b Workbook) Write(w io.Writer) error {
	file := excelize.NewFile()
	defer func() { _ = file.Close() }()
	if err := b.fill(file); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	if err := file.Write(w); err != nil {
		return fmt.Errorf("workbook: %w", err)
	}
	return nil
}

func (b Workbook) fill(file *excelize.File) error {
	name, about := sheetName(b.Name, "1"), sheetName(b.About, "2")
	if strings.EqualFold(name, about) {
		about = "2"
	}
	if err := file.SetSheetName(file.GetSheetName(0), name); err != nil {
		return err
	}
	if _, err := file.NewSheet(about); err != nil {
		return err
	}
	made := b.Made.UTC().Format(time.RFC3339)
	if err := file.SetDocProps(&excelize.DocProperties{Creator: "planwatch", LastModifiedBy: "planwatch", Title: format.Cell(b.Title), Created: made, Modified: made}); err != nil {
		return err
	}
	styles := map[NumberFormat]int{}
	if err := b.fillTable(&sheet{file: file, name: name, styles: styles}); err != nil {
		return err
	}
	return b.fillAbout(&sheet{file: file, name: about, styles: styles})
}

// sheetName is a text as the name of a sheet, which may have 31 characters and not all of
// them.
func sheetName(text, otherwise string) string {
	name := []rune(strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return -1
		}
		return r
	}, format.Cell(text)), "' "))
	if len(name) == 0 {
		return otherwise
	}
	return strings.TrimRight(string(name[:min(len(name), 31)]), "' ")
}

// sheet writes the cells of one sheet. The first error stays.
type sheet struct {
	file *excelize.File
	name string
	// styles are the file's by number format, each made once.
	styles map[NumberFormat]int
	err    error
}

// set writes a cell; rows and columns count from 1.
func (s *sheet) set(column, row int, c Cell) {
	if s.err != nil || c.kind == blank {
		return
	}
	var at string
	if at, s.err = excelize.CoordinatesToCellName(column, row); s.err != nil {
		return
	}
	switch c.kind {
	case text:
		s.err = s.file.SetCellStr(s.name, at, escaped(c.text))
	case number:
		s.number(at, c.number, c.format)
	case moment:
		s.number(at, serial(c.at), momentFormat)
	case date:
		s.number(at, serial(time.Date(c.at.Year(), c.at.Month(), c.at.Day(), 0, 0, 0, 0, time.UTC)), dateFormat)
	}
}

// number writes a number with every digit that it has: left to itself, excelize keeps
// fifteen.
func (s *sheet) number(at string, value float64, f NumberFormat) {
	_, digits, _ := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	if s.err = s.file.SetCellFloat(s.name, at, value, len(digits), 64); s.err != nil {
		return
	}
	id, ok := s.styles[f]
	if !ok {
		code := string(f)
		if id, s.err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &code}); s.err != nil {
			return
		}
		s.styles[f] = id
	}
	s.err = s.file.SetCellStyle(s.name, at, at, id)
}

// style sets how the cells between two corners look.
func (s *sheet) style(from, to string, style *excelize.Style) {
	if s.err != nil {
		return
	}
	var id int
	if id, s.err = s.file.NewStyle(style); s.err == nil {
		s.err = s.file.SetCellStyle(s.name, from, to, id)
	}
}

// width sets that of a column, in characters.
func (s *sheet) width(column int, width float64) {
	if s.err != nil {
		return
	}
	var name string
	if name, s.err = excelize.ColumnNumberToName(column); s.err == nil {
		s.err = s.file.SetColWidth(s.name, name, name, width)
	}
}

// escape is what Excel reads as the character of that number.
var escape = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// escaped is a text of which Excel shows every character.
func escaped(text string) string { return escape.ReplaceAllString(text, "_x005F_$1") }

// How the heads and the words of a sheet look.
var (
	headStyle = &excelize.Style{
		Font:      &excelize.Font{Bold: true, Family: "Calibri", Size: 11},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EDF3"}},
		Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
	}
	wordStyle = &excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}
)

// fillTable writes the table: its head stays where rows are scrolled, and rows can be
// chosen by every column.
func (b Workbook) fillTable(s *sheet) error {
	for i, column := range b.Columns {
		s.set(i+1, 1, Text(column.Heading))
	}
	for n, row := range b.Rows {
		for i, cell := range row {
			s.set(i+1, n+2, cell)
		}
	}
	for i, width := range b.widths() {
		s.width(i+1, width)
	}
	if s.err != nil || len(b.Columns) == 0 {
		return s.err
	}
	head, err := excelize.CoordinatesToCellName(len(b.Columns), 1)
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(b.Columns), len(b.Rows)+1)
	if err != nil {
		return err
	}
	s.style("A1", head, headStyle)
	if s.err != nil {
		return s.err
	}
	if err := s.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: new(paperA4), Orientation: new("landscape")}); err != nil {
		return err
	}
	if err := s.file.AutoFilter(s.name, "A1:"+last, nil); err != nil {
		return err
	}
	return s.file.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// serial is a moment as Excel counts: in days, by the clocks of its own zone.
func serial(t time.Time) float64 {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	return wall.Sub(time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}

// widths are those that the columns' contents take, within bounds.
func (b Workbook) widths() []float64 {
	widths := make([]float64, len(b.Columns))
	for i, column := range b.Columns {
		// A heading may take two lines.
		width := max(leastWidth, len([]rune(column.Heading))*2/3)
		for _, row := range b.Rows {
			if i < len(row) {
				width = max(width, row[i].width())
			}
		}
		widths[i] = float64(min(width, mostWidth) + 2)
	}
	return widths
}

// fillAbout writes what the table is, and what its columns mean.
func (b Workbook) fillAbout(s *sheet) error {
	lines := append(slices.Clone(b.Facts), Fact{}, Fact{Term: b.Meaning})
	for _, column := range b.Columns {
		lines = append(lines, Fact{column.Heading, column.Note})
	}
	for i, line := range lines {
		s.set(1, i+1, Text(line.Term))
		s.set(2, i+1, Text(line.Text))
	}
	s.style("A1", fmt.Sprint("B", len(lines)), wordStyle)
	for _, head := range []int{1, len(b.Facts) + 2} {
		s.style(fmt.Sprint("A", head), fmt.Sprint("B", head), headStyle)
	}
	s.width(1, termWidth)
	s.width(2, factWidth)
	return s.err
}
