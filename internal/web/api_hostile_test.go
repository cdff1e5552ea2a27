package web_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"planwatch/config"
	"planwatch/internal/api"
	"planwatch/internal/course"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// hostileTexts are what a browser, a spreadsheet or a terminal would obey.
var hostileTexts = []string{
	"<script>alert(1)</script>", `=HYPERLINK("http://example.org","x")`, "@SUM(A1:A9)", "-2+3", "+46 70", "\t=1", "\r=1", "a\u202eb\u2066c", "a\x00b", `a;b,c"d`, "_x0041_",
	strings.Repeat("å", 5_000),
}

// A hostile title, place, citation or label is text in every form of the answers, and goes
// with nothing else in them.
func TestHostileTextsAreTextEverywhere(t *testing.T) {
	for _, text := range hostileTexts {
		t.Run(strings.ToValidUTF8(text[:min(len(text), 30)], ""), func(t *testing.T) {
			handler := web.Handler(config.Web{}, content(t, func(c *web.Content) {
				everything(t, "[sv, en]")(c)
				made := c.Report()
				for i := range made.Rows {
					row := &made.Rows[i]
					row.KPI.Title, row.Cite, row.Where = language.Text{"sv": text, "en": text}, text, []string{text}
					row.Labels = kpi.NewLabels(kpi.Label{Name: "hospital", Value: text}, kpi.Label{Name: "ward", Value: text})
					row.Course.Points = []course.Point{{At: made.At, AsOf: made.At, Value: new(-1.5)}, {At: made.At.Add(time.Hour), Withheld: true, Value: new(4.0)}}
				}
				c.Report = func() *report.Report { return made }
			}), slog.New(slog.DiscardHandler))
			ask := func(address string) []byte {
				status, body := fetch(t, handler, "/api/v1/"+address)
				if status != http.StatusOK {
					t.Fatalf("%s: %d %.500s", address, status, body)
				}
				return []byte(body)
			}
			var answered api.Report
			if err := json.Unmarshal(ask("report?lang=en"), &answered); err != nil {
				t.Fatal(err)
			}
			for _, row := range answered.Rows {
				if row.Labels["ward"] != text || row.Place != text || row.Cite == nil {
					t.Errorf("JSON: %.200q, %.200q", row.Labels, row.Place)
				}
			}
			var went api.History
			if err := json.Unmarshal(ask("history"), &went); err != nil {
				t.Fatal(err)
			}
			if points := went.Series[0].Points; len(points) != 2 || *points[0].Value != -1.5 || points[1].Value != nil || !points[1].Withheld {
				t.Errorf("%+v", points)
			}
			for _, noun := range []string{"report", "history"} {
				for form, table := range map[string][][]cell{
					"csv": tableOfCSV(t, ask(noun+"?format=csv"), false), "excel-csv": tableOfCSV(t, ask(noun+"?format=excel-csv&lang=sv"), true),
				} {
					for _, line := range table {
						if len(line) != len(table[0]) {
							t.Errorf("%s as %s: a line of %d cells, of %d", noun, form, len(line), len(table[0]))
						}
						for _, c := range line {
							if c.text != "" && c.number == nil && strings.ContainsAny(c.text[:1], "=+-@\t\r") {
								t.Errorf("%s as %s: a spreadsheet would run %.60q", noun, form, c.text)
							}
						}
					}
				}
				textsOnly(t, ask(noun+"?format=xlsx&lang=sv"), text)
			}
			figures := tableOfCSV(t, ask("history?format=excel-csv&lang=sv"), true)
			value := slices.IndexFunc(figures[0], func(c cell) bool { return c.text == sheetHeadings["value"] })
			if got := figures[1][value]; got.text != "-1,5" || figures[2][value].text != "" {
				t.Errorf("a figure below zero is %q, and one that is withheld %q", got.text, figures[2][value].text)
			}
		})
	}
}

// textsOnly finds a formula in a workbook, and a hostile text that is not shown whole.
func textsOnly(t *testing.T, body []byte, text string) {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, sheet := range file.GetSheetList() {
		rows, err := file.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for y, row := range rows {
			for x := range row {
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err != nil {
					t.Fatal(err)
				}
				if formula, err := file.GetCellFormula(sheet, at); err != nil || formula != "" {
					t.Errorf("%s %s: the formula %q, %v", sheet, at, formula, err)
				}
				if linked, _, err := file.GetCellHyperLink(sheet, at); err != nil || linked {
					t.Errorf("%s %s: a link, %v", sheet, at, err)
				}
			}
		}
		if sheet == file.GetSheetName(0) && !strings.ContainsAny(text, "\x00\t\r\u202e") && (len(rows) < 2 || rows[1][1] != text) {
			t.Errorf("the place is %.100q", rows[1][1])
		}
	}
}
