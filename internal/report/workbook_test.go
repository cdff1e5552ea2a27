package report_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/spreadsheet"
	"planwatch/plan"
)

// readable is what was written as text: of a workbook, the cells of its first sheet.
func readable(t *testing.T, f format.Format, written []byte) string {
	t.Helper()
	if f != format.XLSX {
		return string(written)
	}
	return fmt.Sprint(sheetsOf(t, written)[0])
}

// sheetsOf are the cells of each sheet of a workbook, as Excel shows them.
func sheetsOf(t *testing.T, written []byte) [][][]string {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var sheets [][][]string
	for _, name := range file.GetSheetList() {
		rows, err := file.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		sheets = append(sheets, rows)
	}
	return sheets
}

// A query of Excel's that is refreshed finds the same columns, whichever rows are chosen;
// each has a heading of its own, and says what it means.
func TestSpreadsheetColumns(t *testing.T) {
	r := made(t)
	sv, en := languages(t, r)
	selection, err := report.NewSelection(r.Region, report.Choice{Statuses: []string{"critical"}})
	if err != nil {
		t.Fatal(err)
	}
	some, err := r.Select(selection)
	if err != nil {
		t.Fatal(err)
	}
	if all, chosen := r.Spreadsheet(sv), some.Spreadsheet(sv); !slices.Equal(all.Columns, chosen.Columns) || len(chosen.Rows) == 0 || len(chosen.Rows) >= len(all.Rows) {
		t.Errorf("%d columns of %d rows, and %d of %d", len(all.Columns), len(all.Rows), len(chosen.Columns), len(chosen.Rows))
	}
	guide, err := os.ReadFile("../../docs/excel.md")
	if err != nil {
		t.Fatal(err)
	}
	dimensions := r.Region.Dimensions.Dimensions
	headings := map[string]bool{}
	for _, c := range r.Spreadsheet(en).Columns {
		if headings[c.Heading] || c.Heading == "" || c.Note == "" {
			t.Errorf("%q twice, or without a note: %q", c.Heading, c.Note)
		}
		headings[c.Heading] = true
		isDimension := slices.ContainsFunc(dimensions, func(label string) bool { return r.Region.Dimensions.Title(label, en) == c.Heading })
		if !isDimension && !strings.Contains(string(guide), "\n| "+c.Heading+" | ") {
			t.Errorf("docs/excel.md: no row of %q", c.Heading)
		}
	}
	for _, c := range r.Spreadsheet(sv).Columns {
		isDimension := slices.ContainsFunc(dimensions, func(label string) bool { return r.Region.Dimensions.Title(label, sv) == c.Heading })
		if !isDimension && !strings.Contains(string(guide), " | "+c.Heading+" | ") {
			t.Errorf("docs/excel.md: no row of %q", c.Heading)
		}
	}
	for _, want := range []string{"Division", "Hospital", "Actual", "Expected", "Margin", "Warning from", "Critical from", "Unit", "Divide by"} {
		if !headings[want] {
			t.Errorf("no column %q", want)
		}
	}
	if headings["Then"] {
		t.Error("there is a column of an earlier moment, and none was asked for")
	}
	if since := r.Against(r).Spreadsheet(en); since.Columns[len(since.Columns)-1].Heading != "Then" {
		t.Error("no column of the earlier moment")
	}
}

// The second sheet says of which moment the table is, which rows it has, and what the
// columns mean.
func TestWorkbookSaysWhatItIs(t *testing.T) {
	r := made(t)
	sv, _ := languages(t, r)
	selection, err := report.NewSelection(r.Region, report.Choice{Owners: []string{"surgery"}})
	if err != nil {
		t.Fatal(err)
	}
	some, err := r.Select(selection)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := some.Write(&out, format.XLSX, sv); err != nil {
		t.Fatal(err)
	}
	sheets := sheetsOf(t, out.Bytes())
	if len(sheets) != 2 || len(sheets[0]) != len(some.Rows)+1 {
		t.Fatalf("%d sheets, %d rows", len(sheets), len(sheets[0]))
	}
	about := fmt.Sprint(sheets[1])
	for _, want := range []string{"[Tidpunkt 2025-03-18 08:00]", "[Version planwatch ", "Inte hela rapporten, bara Ansvarig: ", "[Kolumner]", "[Väntat Det som ska vara nått nu.]"} {
		if !strings.Contains(about, want) {
			t.Errorf("no %q in %s", want, about)
		}
	}
}

func TestNumberFormats(t *testing.T) {
	sv, en := languages(t, made(t))
	row := func(unit, measure string, actual, expected float64) report.Row {
		return report.Row{KPI: kpi.Entry{KPI: kpi.KPI{Name: "x", Unit: unit, Measure: measure}, Base: base(t, unit)}, Actual: &actual, Expected: &expected, Target: &plan.Target{}}
	}
	for name, tt := range map[string]struct {
		row    report.Row
		sv, en spreadsheet.NumberFormat
	}{
		"a share":                         {row("ratio", "", 0.659, 1), `0.0\ %`, "0.0%"},
		"shares that look alike":          {row("ratio", "", 0.9996, 1), `0.00\ %`, "0.00%"},
		"money":                           {row("sek", "", 8677215, 7795730.97), "#,##0", "#,##0"},
		"what is counted, whole":          {row("beds", "", 33, 38), "#,##0", "#,##0"},
		"what is counted, with decimals":  {row("beds", "", 33.5, 38), "#,##0.0", "#,##0.0"},
		"seconds that are read as others": {row("seconds", "", 40*86400, 90*86400), "#,##0", "#,##0"},
	} {
		t.Run(name, func(t *testing.T) {
			if gotSV, gotEN := tt.row.NumberFormat(sv), tt.row.NumberFormat(en); gotSV != tt.sv || gotEN != tt.en {
				t.Errorf("got %q and %q, want %q and %q", gotSV, gotEN, tt.sv, tt.en)
			}
		})
	}
}
