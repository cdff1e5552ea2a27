package spreadsheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"planwatch/internal/language"
	"planwatch/internal/regiontest"
	"planwatch/internal/spreadsheet"
)

func in(t testing.TB, code string) *language.Language {
	t.Helper()
	l, err := regiontest.Languages(t).Get(code)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var at = time.Date(2025, 3, 18, 6, 0, 0, 0, time.FixedZone("", 3600))

func table(cells ...spreadsheet.Cell) spreadsheet.Table {
	made := spreadsheet.Table{Name: "Rapport"}
	for i := range cells {
		made.Columns = append(made.Columns, spreadsheet.Column{Heading: fmt.Sprintf("Column %d", i+1), Note: fmt.Sprintf("=Note %d", i+1)})
	}
	made.Rows = [][]spreadsheet.Cell{cells}
	return made
}

// hostile is what spreadsheets, browsers and terminals would obey.
var hostile = []struct{ name, text, shown string }{
	{"a formula", "=HYPERLINK(\"http://example.org\")", "=HYPERLINK(\"http://example.org\")"},
	{"a function", "@SUM(A1:A9)", "@SUM(A1:A9)"},
	{"a minus", "-1+1", "-1+1"},
	{"a plus", "+46 70", "+46 70"},
	{"a tab before a formula", "\t=1", "␉=1"},
	{"a script", "<script>alert(1)</script> & \"x\"", "<script>alert(1)</script> & \"x\""},
	{"a mark from right to left", "a\u202eb", "a\ufffdb"},
	{"NUL", "a\x00b", "a␀b"},
	{"what excelize escapes", "_x0041_", "_x0041_"},
	{"no UTF-8", "a\xffb", "a\ufffdb"},
	{"10 kB", strings.Repeat("å", 5_000), strings.Repeat("å", 5_000)},
	{"parts of CSV", "a;b,c\"d", "a;b,c\"d"},
}

func TestCSV(t *testing.T) {
	for name, tt := range map[string]struct {
		language string
		cell     spreadsheet.Cell
		want     string
	}{
		"a number in Swedish":    {"sv", spreadsheet.Number(new(-1234.5), ""), "-1234,5"},
		"a number in English":    {"en", spreadsheet.Number(new(-1234.5), ""), "-1234.5"},
		"a share":                {"sv", spreadsheet.Number(new(0.6590909090909091), ""), "0,6590909090909091"},
		"a whole number":         {"sv", spreadsheet.Number(new(53121600.0), ""), "53121600"},
		"no number":              {"sv", spreadsheet.Number(nil, ""), ""},
		"what is no number":      {"sv", spreadsheet.Number(new(math.NaN()), ""), ""},
		"what has no end":        {"sv", spreadsheet.Number(new(math.Inf(-1)), ""), ""},
		"a moment":               {"sv", spreadsheet.Moment(at), "2025-03-18 06:00"},
		"no moment":              {"sv", spreadsheet.Moment(time.Time{}), ""},
		"a date":                 {"en", spreadsheet.Date(at), "2025-03-18"},
		"a text that is a minus": {"sv", spreadsheet.Text("-12"), "'-12"},
		"no text":                {"sv", spreadsheet.Text(""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if rows := readCSV(t, table(tt.cell, spreadsheet.Text("end")), in(t, tt.language)); rows[1][0] != tt.want {
				t.Errorf("got %q, want %q", rows[1][0], tt.want)
			}
		})
	}
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.shown
			if strings.ContainsAny(want[:1], "=+-@") {
				want = "'" + want
			}
			if rows := readCSV(t, table(spreadsheet.Text(tt.text)), in(t, "sv")); rows[1][0] != want {
				t.Errorf("got %.80q, want %.80q", rows[1][0], want)
			}
		})
	}
}

// readCSV writes a table and reads it back.
func readCSV(t *testing.T, table spreadsheet.Table, l *language.Language) [][]string {
	t.Helper()
	var out bytes.Buffer
	if err := spreadsheet.WriteCSV(&out, table, l); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\ufeff")
	if !marked || !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("no byte order mark, or lines that do not end in CRLF: %.200q", out.String())
	}
	reader := csv.NewReader(strings.NewReader(text))
	if l.DecimalComma() {
		reader.Comma = ';'
	}
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != len(table.Rows)+1 {
		t.Fatalf("%v, %d rows in %.200q", err, len(rows), text)
	}
	return rows
}

func workbook(of spreadsheet.Table) spreadsheet.Workbook {
	return spreadsheet.Workbook{
		Table: of, Title: "Region Test", Made: at, About: "Om tabellen", Meaning: "Kolumner",
		Facts: []spreadsheet.Fact{{"=Region", "@Test"}, {"Version", "1"}},
	}
}

func written(t testing.TB, b spreadsheet.Workbook) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(t *testing.T, data []byte) *excelize.File {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// kept is the number of a cell as the file has it, which excelize rounds as it reads it;
// "text" for a text.
func kept(t *testing.T, data []byte, cell string) string {
	t.Helper()
	parts, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := fs.ReadFile(parts, "xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`<c r="` + cell + `"(?: s="\d+")?( t="s")?>(?:<v>([^<]*)</v>)?`).FindSubmatch(sheet)
	switch {
	case found == nil:
		return ""
	case len(found[1]) > 0:
		return "text"
	}
	return string(found[2])
}

// Figures arrive as numbers, every digit of them, moments and dates as such, and texts as
// texts.
func TestWorkbook(t *testing.T) {
	sv := in(t, "sv")
	for name, tt := range map[string]struct {
		cell       spreadsheet.Cell
		raw, shown string
	}{
		"a share":          {spreadsheet.Number(new(0.6590909090909091), spreadsheet.Percent(sv, 1)), "0.6590909090909091", "65.9% "},
		"money":            {spreadsheet.Number(new(-8712345.67), spreadsheet.Decimals(0)), "-8712345.67", "-8,712,346"},
		"decimals":         {spreadsheet.Number(new(24.5), spreadsheet.Decimals(2)), "24.5", "24.50"},
		"a small one":      {spreadsheet.Number(new(0.30000000000000004), spreadsheet.Decimals(1)), "0.30000000000000004", "0.3"},
		"no figure":        {spreadsheet.Number(nil, spreadsheet.Decimals(0)), "", ""},
		"a moment":         {spreadsheet.Moment(at), "45734.25", "2025-03-18 06:00"},
		"a date":           {spreadsheet.Date(at), "45734", "2025-03-18"},
		"a text of digits": {spreadsheet.Text("007"), "text", "007"},
	} {
		t.Run(name, func(t *testing.T) {
			data := written(t, workbook(table(tt.cell, spreadsheet.Text("end"))))
			file, raw := opened(t, data), kept(t, data, "A2")
			shown, err := file.GetCellValue("Rapport", "A2")
			if err != nil {
				t.Fatal(err)
			}
			if raw != tt.raw || shown != tt.shown {
				t.Errorf("got %q, shown as %q, want %q, %q", raw, shown, tt.raw, tt.shown)
			}
		})
	}
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			made := table(spreadsheet.Text(tt.text))
			made.Columns[0] = spreadsheet.Column{Heading: tt.text, Note: tt.text}
			file := opened(t, written(t, workbook(made)))
			for sheet, cells := range map[string][]string{"Rapport": {"A1", "A2"}, "Om tabellen": {"A5", "B5"}} {
				for _, cell := range cells {
					value, err := file.GetCellValue(sheet, cell)
					if err != nil || value != tt.shown {
						t.Errorf("%s %s: got %.80q, %v, want %.80q", sheet, cell, value, err, tt.shown)
					}
					if formula, err := file.GetCellFormula(sheet, cell); err != nil || formula != "" {
						t.Errorf("%s %s has the formula %q, %v", sheet, cell, formula, err)
					}
				}
			}
		})
	}
}

func TestWorkbookIsReadyToUse(t *testing.T) {
	file := opened(t, written(t, workbook(table(spreadsheet.Text("a"), spreadsheet.Number(new(1.0), spreadsheet.Decimals(0))))))
	panes, err := file.GetPanes("Rapport")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the head does not stay: %+v, %v", panes, err)
	}
	names := file.GetDefinedName()
	if len(names) != 1 || names[0].Name != "_xlnm._FilterDatabase" || !strings.Contains(names[0].RefersTo, "$A$1:$B$2") {
		t.Errorf("no filter: %+v", names)
	}
	if got := file.GetSheetList(); len(got) != 2 || got[0] != "Rapport" || got[1] != "Om tabellen" {
		t.Errorf("sheets %q", got)
	}
	rows, err := file.GetRows("Om tabellen")
	if err != nil || fmt.Sprint(rows) != "[[=Region @Test] [Version 1] [] [Kolumner] [Column 1 =Note 1] [Column 2 =Note 2]]" {
		t.Errorf("got %v, %v", rows, err)
	}
	made, err := file.GetDocProps()
	if err != nil || made.Created != "2025-03-18T05:00:00Z" || made.Modified != made.Created || made.Title != "Region Test" {
		t.Errorf("%+v, %v", made, err)
	}
}

// Names of sheets have 31 characters at most, and not all of them.
func TestSheetNames(t *testing.T) {
	for name, tt := range map[string]struct{ name, about, want string }{
		"as they are":     {"Rapport", "Om", "[Rapport Om]"},
		"forbidden signs": {"'a[b]:c*?/\\'", "Om", "[abc Om]"},
		"long":            {strings.Repeat("å", 40), "Om", "[" + strings.Repeat("å", 31) + " Om]"},
		"none":            {"", "[]", "[1 2]"},
		"twice the same":  {"Om", "om", "[Om 2]"},
	} {
		t.Run(name, func(t *testing.T) {
			b := workbook(table(spreadsheet.Text("a")))
			b.Name, b.About = tt.name, tt.about
			if got := fmt.Sprint(opened(t, written(t, b)).GetSheetList()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// The same table gives the same bytes.
func TestWorkbookIsTheSame(t *testing.T) {
	made := table(spreadsheet.Text("a"), spreadsheet.Number(new(1.5), spreadsheet.Decimals(1)), spreadsheet.Moment(at))
	first := written(t, workbook(made))
	for range 20 {
		if !bytes.Equal(written(t, workbook(made)), first) {
			t.Fatal("other bytes")
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	file := opened(t, written(t, workbook(table(spreadsheet.Text(strings.Repeat("😀", 20_000))))))
	value, err := file.GetCellValue("Rapport", "A2")
	if err != nil || !strings.HasSuffix(value, "😀…") && !strings.HasSuffix(value, "…") || len([]rune(value)) < 16_000 {
		t.Errorf("%d characters, %v", len([]rune(value)), err)
	}
}
