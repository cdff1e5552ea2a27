package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"planwatch/config"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/report"
	"planwatch/internal/web"
)

// legible are the texts of figures as people read them, by row and column. A row is told by
// its place in the document, or by its id.
type legible map[string]map[string]string

// is finds a figure that is not the row's, by the measure that it is read in and as exactly
// as it is written.
func (s legible) is(t *testing.T, id string, row report.Row, columns map[string]*float64) (compared int) {
	t.Helper()
	cells, ok := s[id]
	if !ok {
		t.Errorf("no row %s", id)
		return 0
	}
	for column, value := range columns {
		text := cells[column]
		if value == nil {
			if text != language.Dash && text != "" {
				t.Errorf("%s: %s is %q, want none", id, column, text)
			}
			continue
		}
		number, digits, ok := read(text)
		if want := row.Measure().In(*value); !ok || math.Abs(number-want) > 0.5000001*math.Pow10(-digits) {
			t.Errorf("%s: %s is %q, want %v", id, column, text, want)
		}
		compared++
	}
	return compared
}

// read reads a number as Swedish writes it, with a measure or without, and says how many
// decimals it has.
func read(text string) (number float64, decimals int, ok bool) {
	var digits strings.Builder
	for _, r := range strings.TrimPrefix(text, "+") {
		switch {
		case r >= '0' && r <= '9', r == ',':
			digits.WriteRune(r)
		case r == '−' || r == '-':
			digits.WriteByte('-')
		case r == '\u00a0' || r == '\u202f' || r == ' ':
		default:
			number, decimals, ok = parsed(digits.String())
			return number, decimals, ok
		}
	}
	return parsed(digits.String())
}

func parsed(digits string) (float64, int, bool) {
	_, after, _ := strings.Cut(digits, ",")
	number, err := strconv.ParseFloat(strings.Replace(digits, ",", ".", 1), 64)
	return number, len(after), err == nil
}

// documentTable is a table with the headings of its chapter and part.
type documentTable struct {
	chapter, part string
	cells         [][]string
}

// shownIn are the rows of the chapters of a document, told by chapter, part and number.
func shownIn(tables []documentTable) legible {
	s := legible{}
	for _, table := range tables {
		for n, row := range table.cells[1:] {
			cells := map[string]string{}
			for i, heading := range table.cells[0] {
				cells[heading] = row[i]
			}
			id := placeIn(table.chapter, table.part, n)
			if s[id] == nil { // the first table of a part has its figures
				s[id] = cells
			}
		}
	}
	return s
}

func placeIn(chapter, part string, n int) string {
	return chapter + " / " + part + " / " + strconv.Itoa(n)
}

// firstText is the text of a node up to what is under it.
func firstText(n *html.Node) string {
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				text.WriteString(c.Data)
			case c.Data == "svg", attr(c, "class") == "under", attr(c, "class") == "where":
			default:
				walk(c)
			}
		}
	}
	walk(n)
	return strings.TrimSpace(text.String())
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func tablesOfHTML(t *testing.T, body []byte) []documentTable {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var all []documentTable
	var at documentTable
	for n := range root.Descendants() {
		switch n.Data {
		case "h2":
			at = documentTable{chapter: firstText(n)}
		case "h3":
			at.part = firstText(n)
		case "table":
			at.cells = nil
			for r := range n.Descendants() {
				if r.Data != "tr" {
					continue
				}
				var row []string
				for c := r.FirstChild; c != nil; c = c.NextSibling {
					if c.Data == "th" || c.Data == "td" {
						row = append(row, firstText(c))
					}
				}
				at.cells = append(at.cells, row)
			}
			all = append(all, at)
		}
	}
	return all
}

func tablesOfMarkdown(body []byte) []documentTable {
	var all []documentTable
	var at documentTable
	inTable := false
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "## "):
			at = documentTable{chapter: line[3:]}
		case strings.HasPrefix(line, "### "):
			at.part = line[4:]
		case strings.HasPrefix(line, "| --- "):
		case strings.HasPrefix(line, "| "):
			if !inTable {
				all = append(all, documentTable{chapter: at.chapter, part: at.part})
			}
			var row []string
			for cell := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ") {
				text, _, _ := strings.Cut(cell, "<br>")
				row = append(row, text)
			}
			all[len(all)-1].cells = append(all[len(all)-1].cells, row)
		}
		inTable = strings.HasPrefix(line, "|")
	}
	return all
}

func tablesOfDocx(t *testing.T, body []byte) []documentTable {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := fs.ReadFile(archive, "word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	var all []documentTable
	var at documentTable
	var row []string
	var text strings.Builder
	style, under := "", false
	decoder := xml.NewDecoder(bytes.NewReader(part))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "p", "tc":
				text.Reset()
				style, under = "", false
			case "pStyle":
				style = e.Attr[0].Value
			case "br":
				under = true
			case "tbl":
				at.cells = nil
			case "t":
				var run string
				if err := decoder.DecodeElement(&run, &e); err != nil {
					t.Fatal(err)
				}
				if !under {
					text.WriteString(run)
				}
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "p":
				switch style {
				case "Heading1":
					at = documentTable{chapter: text.String()}
				case "Heading2":
					at.part = text.String()
				}
			case "tc":
				row = append(row, text.String())
			case "tr":
				at.cells, row = append(at.cells, row), nil
			case "tbl":
				all = append(all, at)
			}
		}
	}
}

// shownOnThePages are the rows of all pages of the report, by their ids. What has no target
// and does not add up is several rows with one id.
func shownOnThePages(t *testing.T, handler http.Handler, r *report.Report) legible {
	t.Helper()
	s := legible{}
	const most = 40 // rows of a page
	for page := 1; page <= (len(r.Rows)+most-1)/most; page++ {
		status, body := fetch(t, handler, "/?lang=sv&page="+strconv.Itoa(page))
		if status != http.StatusOK {
			t.Fatalf("page %d: %d", page, status)
		}
		root, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Data != "tr" || attr(n, "id") == "" {
				continue
			}
			cells := map[string]string{}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				if heading := attr(c, "data-heading"); heading != "" {
					cells[heading] = firstText(c)
				}
			}
			s[attr(n, "id")] = cells
		}
	}
	return s
}

// numbersOfMetrics are what Prometheus is told of targets.
func numbersOfMetrics(t *testing.T, body string) numbers {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	n := numbers{}
	for metric, field := range map[string]string{
		naming.PlanActual: "actual", naming.PlanExpected: "expected", naming.PlanTarget: "target_value", naming.PlanForecast: "forecast",
	} {
		if families[metric] == nil {
			t.Errorf("no metric %s", metric)
			continue
		}
		for _, m := range families[metric].GetMetric() {
			n.set(labelOf(m, naming.LabelTarget), field, new(m.GetGauge().GetValue()))
		}
	}
	return n
}

func labelOf(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// shownAlike holds what people and Prometheus are told against the report: each row of the
// pages and of the director's report in each of its formats, and the metrics.
func shownAlike(t *testing.T, r *report.Report, served func(*web.Content)) {
	t.Helper()
	l := r.Region.Languages.First()
	handler := web.Handler(config.Web{}, content(t, served), slog.New(slog.DiscardHandler))
	get := func(path string) []byte {
		status, body := fetch(t, handler, path)
		if status != http.StatusOK {
			t.Fatalf("%s: %d", path, status)
		}
		return []byte(body)
	}
	actual, expected, target, forecast := l.Say("Actual"), l.Say("Expected"), l.Say("Target"), l.Say("Forecast")
	t.Run("the pages", func(t *testing.T) {
		pages, compared := shownOnThePages(t, handler, r), 0
		several := map[string]int{}
		for _, row := range r.Rows {
			several[pageIDOf(row)]++
		}
		if len(pages) != len(several) {
			t.Errorf("%d rows, want %d", len(pages), len(several))
		}
		for _, row := range r.Rows {
			if several[pageIDOf(row)] > 1 {
				continue
			}
			columns := map[string]*float64{actual: row.Actual}
			if row.Target != nil {
				columns[expected], columns[target], columns[forecast] = row.Expected, row.Full, row.Forecast
			}
			compared += pages.is(t, pageIDOf(row), row, columns)
		}
		t.Logf("%d figures", compared)
	})
	for _, tt := range []struct {
		format string
		tables func([]byte) []documentTable
	}{
		{"html", func(body []byte) []documentTable { return tablesOfHTML(t, body) }},
		{"markdown", tablesOfMarkdown},
		{"docx", func(body []byte) []documentTable { return tablesOfDocx(t, body) }},
	} {
		t.Run("the director's report as "+tt.format, func(t *testing.T) {
			document, compared := shownIn(tt.tables(get("/report?lang=sv&format="+tt.format))), 0
			for _, chapter := range r.WithoutParts().Chapters(l) {
				for _, section := range chapter.Sections {
					for i, row := range section.Rows {
						columns := map[string]*float64{actual: row.Actual}
						if row.Target != nil {
							columns[expected], columns[target] = row.Expected, row.Full
						}
						compared += document.is(t, placeIn(chapter.Title, section.Title, i), row, columns)
					}
				}
			}
			if compared < len(r.Rows) {
				t.Errorf("only %d figures were compared", compared)
			}
			t.Logf("%d figures", compared)
		})
	}
	t.Run("the metrics", func(t *testing.T) {
		want := numbersOf(r)
		for _, row := range r.Rows {
			if row.Target == nil || row.Actual == nil && row.Expected == nil && row.Full == nil && row.Forecast == nil {
				delete(want, idOf(row.KPI.Name, targetOf(row), row.Labels.String()))
			}
		}
		numbersOfMetrics(t, string(get("/metrics"))).same(t, want, []string{"actual", "expected", "target_value", "forecast"})
	})
}

// pageIDOf is the row's on the report's pages.
func pageIDOf(row report.Row) string {
	if row.Target != nil {
		return "target-" + row.Target.ID
	}
	return "kpi-" + row.KPI.Name
}

func targetOf(row report.Row) string {
	if row.Target == nil {
		return ""
	}
	return row.Target.ID
}
