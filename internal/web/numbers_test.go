package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"planwatch/collectors"
	"planwatch/internal/format"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/snapshot"
	"planwatch/internal/web"
)

// numbers are figures by row and field. A row is told by idOf, a field as in JSON; what is
// not known is left out.
type numbers map[string]map[string]float64

// idOf tells a row from all others: by its target, or its KPI and labels.
func idOf(kpiName, target, labels string) string {
	if target != "" {
		return target
	}
	return kpiName + "{" + labels + "}"
}

// set keeps a number, unless there is none.
func (n numbers) set(id, field string, value *float64) {
	if n[id] == nil {
		n[id] = map[string]float64{}
	}
	if value != nil {
		n[id][field] = *value
	}
}

// same finds where two differ in the fields, of all rows of either.
func (n numbers) same(t *testing.T, want numbers, fields []string) {
	t.Helper()
	if len(n) != len(want) {
		t.Errorf("%d rows, want %d", len(n), len(want))
	}
	known := 0
	for id, row := range want {
		got, ok := n[id]
		if !ok {
			t.Errorf("no row %s", id)
			continue
		}
		for _, field := range fields {
			a, isKnown := got[field]
			b, wanted := row[field]
			if isKnown != wanted || a != b {
				t.Errorf("%s: %s is %v (%v), want %v (%v)", id, field, a, isKnown, b, wanted)
			}
			if wanted {
				known++
			}
		}
	}
	if known < len(want) {
		t.Errorf("only %d numbers of %d rows were compared", known, len(want))
	}
}

// The fields of a row: all outputs for programs have those of figures, and some have limits.
var (
	figureFields = []string{
		"actual", "expected", "target_value", "margin_ratio", "margin", "forecast", "forecast_low", "forecast_high", "since_month", "since_year", "mean", "lower_limit", "upper_limit",
	}
	limitFields = []string{"warning", "critical"}
	pointFields = []string{"value", "expected", "warning", "critical"}
)

// numbersOf are the report's own: what all outputs are held against.
func numbersOf(r *report.Report) numbers {
	n := numbers{}
	for _, row := range r.Rows {
		o, target := row.Object(), ""
		if o.Target != nil {
			target = *o.Target
		}
		id := idOf(o.KPI, target, row.Labels.String())
		for field, value := range map[string]*float64{
			"actual": o.Actual, "expected": o.Expected, "target_value": o.TargetValue, "margin_ratio": o.MarginRatio, "margin": o.Margin, "forecast": o.Forecast,
			"forecast_low": o.ForecastLow, "forecast_high": o.ForecastHigh, "since_month": o.SinceMonth, "since_year": o.SinceYear,
			"mean": o.Mean, "lower_limit": o.LowerLimit, "upper_limit": o.UpperLimit, "warning": row.Warning, "critical": row.Critical,
		} {
			n.set(id, field, value)
		}
	}
	return n
}

// pointsOf are the report's courses; their rows are told by the moment too.
func pointsOf(r *report.Report) numbers {
	n := numbers{}
	for _, row := range r.Rows {
		target := ""
		if row.Target != nil {
			target = row.Target.ID
		}
		for _, p := range row.Course.Points {
			id := idOf(row.KPI.Name, target, row.Labels.String()) + " " + p.At.In(r.At.Location()).Format(language.Layout)
			for field, value := range map[string]*float64{"value": p.Value, "expected": p.Expected, "warning": p.Warning, "critical": p.Critical} {
				if value != nil && (math.IsNaN(*value) || math.IsInf(*value, 0)) {
					value = nil
				}
				n.set(id, field, value)
			}
		}
	}
	return n
}

// numbersOfJSON are those of a list of rows: the command's, or the key rows of the API's.
func numbersOfJSON(t *testing.T, body []byte, fields []string) numbers {
	t.Helper()
	var answered struct{ Rows []map[string]any }
	rows := &answered.Rows
	var err error
	if body[0] == '[' {
		err = json.Unmarshal(body, rows)
	} else {
		err = json.Unmarshal(body, &answered)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := numbers{}
	for _, row := range *rows {
		target, _ := row["target"].(string)
		id := idOf(row["kpi"].(string), target, labelsOf(row["labels"]))
		for _, field := range fields {
			n.set(id, field, numberIn(row[field]))
		}
	}
	return n
}

// pointsOfJSON are those of the API's history.
func pointsOfJSON(t *testing.T, body []byte) numbers {
	t.Helper()
	var answered struct {
		Series []struct {
			KPI, Target string
			Labels      map[string]any
			Points      []map[string]any
		}
	}
	if err := json.Unmarshal(body, &answered); err != nil {
		t.Fatal(err)
	}
	n := numbers{}
	for _, s := range answered.Series {
		for _, p := range s.Points {
			at, err := time.Parse(time.RFC3339, p["at"].(string))
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range pointFields {
				n.set(idOf(s.KPI, s.Target, labelsOf(s.Labels))+" "+at.Format(language.Layout), field, numberIn(p[field]))
			}
		}
	}
	return n
}

func labelsOf(value any) string {
	var pairs []kpi.Label
	for name, text := range value.(map[string]any) {
		pairs = append(pairs, kpi.Label{Name: name, Value: text.(string)})
	}
	return kpi.NewLabels(pairs...).String()
}

func numberIn(value any) *float64 {
	if number, ok := value.(float64); ok {
		return &number
	}
	return nil
}

// cell is one of a table: what it says, and the number that it is.
type cell struct {
	text   string
	number *float64
}

// headings are the columns of a table, by field; kpi, target and labels too, and at where a
// row is of a moment.
type headings map[string]string

// plainHeadings are those of CSV for programs, which are the fields.
func plainHeadings(fields []string) headings {
	h := headings{"kpi": "kpi", "target": "target", "labels": "labels"}
	for _, field := range fields {
		h[field] = field
	}
	return h
}

// sheetHeadings are those of tables for Excel, in Swedish.
var sheetHeadings = headings{
	"kpi": "Nyckeltalets namn", "target": "Målets namn", "labels": "Etiketter", "actual": "Utfall", "expected": "Väntat", "target_value": "Mål",
	"margin_ratio": "Marginal, andel", "margin": "Marginal", "forecast": "Prognos", "forecast_low": "Prognos, lägst", "forecast_high": "Prognos, högst",
	"since_month": "Sedan förra månaden", "since_year": "Sedan förra året", "mean": "Medel", "lower_limit": "Undre gräns", "upper_limit": "Övre gräns",
	"warning": "Varning från", "critical": "Kritisk från", "value": "Utfall", "at": "Avläst",
}

// numbersOfTable are those of a table whose first line is its headings.
func numbersOfTable(t *testing.T, table [][]cell, h headings, fields []string) numbers {
	t.Helper()
	at := func(row []cell, field string) cell {
		i := slices.IndexFunc(table[0], func(c cell) bool { return c.text == h[field] })
		if i < 0 {
			t.Fatalf("no column %q in %v", h[field], table[0])
		}
		if i >= len(row) {
			return cell{}
		}
		return row[i]
	}
	n := numbers{}
	for _, row := range table[1:] {
		id := idOf(at(row, "kpi").text, at(row, "target").text, at(row, "labels").text)
		if h["at"] != "" && slices.Contains(fields, "value") {
			id += " " + at(row, "at").text
		}
		for _, field := range fields {
			c := at(row, field)
			if c.text != "" && c.number == nil {
				t.Errorf("%s: %s is the text %q", id, field, c.text)
			}
			n.set(id, field, c.number)
		}
	}
	return n
}

// tableOfCSV reads CSV; where it is for Excel in Swedish, as Excel reads it there.
func tableOfCSV(t *testing.T, body []byte, forExcel bool) [][]cell {
	t.Helper()
	text := string(body)
	if forExcel {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	reader := csv.NewReader(strings.NewReader(text))
	if forExcel {
		reader.Comma = ';'
	}
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := make([][]cell, len(lines))
	for i, line := range lines {
		for _, text := range line {
			c, digits := cell{text: text}, text
			if forExcel {
				if digits = strings.Replace(text, ",", ".", 1); strings.Contains(text, ".") {
					digits = "" // which Excel takes for text, or a date
				}
			}
			if number, err := strconv.ParseFloat(digits, 64); err == nil {
				c.number = &number
			}
			table[i] = append(table[i], c)
		}
	}
	return table
}

// tableOfWorkbook reads the first sheet as the file has it, since a library would round.
// A moment is a number there, and is told as text as it is shown.
func tableOfWorkbook(t *testing.T, body []byte, moments ...string) [][]cell {
	t.Helper()
	parts, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string, into any) {
		data, err := fs.ReadFile(parts, name)
		if err == nil {
			err = xml.Unmarshal(data, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var texts struct {
		Items []struct {
			Text string `xml:"t"`
		} `xml:"si"`
	}
	read("xl/sharedStrings.xml", &texts)
	var sheet struct {
		Rows []struct {
			Cells []struct {
				At    string `xml:"r,attr"`
				Kind  string `xml:"t,attr"`
				Value string `xml:"v"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	read("xl/worksheets/sheet1.xml", &sheet)
	var table [][]cell
	for _, row := range sheet.Rows {
		var cells []cell
		for _, c := range row.Cells {
			for column := columnOf(c.At); len(cells) <= column; {
				cells = append(cells, cell{})
			}
			last := &cells[len(cells)-1]
			number, err := strconv.ParseFloat(c.Value, 64)
			switch {
			case c.Value == "":
			case err != nil:
				t.Fatal(err)
			case c.Kind == "s":
				last.text = texts.Items[int(number)].Text
			default:
				last.text, last.number = c.Value, &number
				if len(table) > 0 && slices.Contains(moments, table[0][len(cells)-1].text) {
					seconds := time.Duration(math.Round(number*24*60*60)) * time.Second
					last.text = time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).Add(seconds).Format(language.Layout)
				}
			}
		}
		table = append(table, cells)
	}
	return table
}

// columnOf is the column of a cell such as AB12, from 0 on.
func columnOf(at string) int {
	column := 0
	for _, letter := range strings.TrimRight(at, "0123456789") {
		column = column*26 + int(letter-'A') + 1
	}
	return column - 1
}

// The report's figures are the same in everything that tells them, row by row. A new output
// is one line here: its name, the fields that it has, and how they are read from it.
func TestNumbersAreTheSame(t *testing.T) {
	r, samples, targets := assessedSample(t)
	d := describe(t, func(c *web.Content) {
		showing(r, samples)(c)
		c.Collectors = func() []collectors.Status {
			var states []collectors.Status
			for _, d := range r.Region.Collectors {
				states = append(states, collectors.Status{Definition: d, LastRun: r.At, LastSuccess: r.At, DataTime: r.At, NextRun: r.At.Add(time.Hour), SourceUp: true})
			}
			return states
		}
	})
	answer := func(address string) []byte {
		response, body := d.ask(t, "/api/v1/"+address)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", address, body)
		}
		return body
	}
	printed := func(f format.Format) []byte {
		var out bytes.Buffer
		if err := r.Write(&out, f, r.Region.Languages.First()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	all := slices.Concat(figureFields, limitFields)
	for _, tt := range []struct {
		output string
		fields []string
		of     func(fields []string) numbers
	}{
		{"the command's JSON", figureFields, func(f []string) numbers { return numbersOfJSON(t, printed(format.JSON), f) }},
		{"the command's CSV", figureFields, func(f []string) numbers {
			return numbersOfTable(t, tableOfCSV(t, printed(format.CSV), false), plainHeadings(f), f)
		}},
		{"the command's CSV for Excel", all, func(f []string) numbers {
			return numbersOfTable(t, tableOfCSV(t, printed(format.ExcelCSV), true), sheetHeadings, f)
		}},
		{"the command's workbook", all, func(f []string) numbers {
			return numbersOfTable(t, tableOfWorkbook(t, printed(format.XLSX)), sheetHeadings, f)
		}},
		{"the API", all, func(f []string) numbers { return numbersOfJSON(t, answer("report"), f) }},
		{"the API's CSV", figureFields, func(f []string) numbers {
			return numbersOfTable(t, tableOfCSV(t, answer("report?format=csv"), false), plainHeadings(f), f)
		}},
		{"the API's CSV for Excel", all, func(f []string) numbers {
			return numbersOfTable(t, tableOfCSV(t, answer("report?format=excel-csv&lang=sv"), true), sheetHeadings, f)
		}},
		{"the API's workbook", all, func(f []string) numbers {
			return numbersOfTable(t, tableOfWorkbook(t, answer("report?format=xlsx&lang=sv")), sheetHeadings, f)
		}},
	} {
		t.Run(tt.output, func(t *testing.T) { tt.of(tt.fields).same(t, numbersOf(r), tt.fields) })
	}
	for _, tt := range []struct {
		output string
		of     func() numbers
	}{
		{"the API's history", func() numbers { return pointsOfJSON(t, answer("history")) }},
		{"the API's history as CSV for Excel", func() numbers {
			return numbersOfTable(t, tableOfCSV(t, answer("history?format=excel-csv&lang=sv"), true), sheetHeadings, pointFields)
		}},
		{"the API's history as a workbook", func() numbers {
			return numbersOfTable(t, tableOfWorkbook(t, answer("history?format=xlsx&lang=sv"), sheetHeadings["at"]), sheetHeadings, pointFields)
		}},
	} {
		t.Run(tt.output, func(t *testing.T) {
			want := pointsOf(r)
			tt.of().same(t, want, pointFields)
			t.Logf("%d past figures", len(want))
		})
	}
	// Every address of the built-in region, and choices among its rows.
	for _, address := range []string{
		"report?lang=en&status=critical&status=warning", "report?division=Psykiatri", "report?owner=" + r.Region.OnCall.Owners[0].ID, "report?q=hyrpersonal&lang=sv",
		"kpis", "kpis?lang=en", "collectors?lang=en", "activities", "activities?effect=missing", "risks", "risks?lang=en", "history?kpi=" + r.Rows[0].KPI.Name,
		"report?hospital=Stockholm", "history?target=nothing", "kpis?kpi=nothing", "report?colour=red",
	} {
		t.Run(address, func(t *testing.T) { d.ask(t, "/api/v1/"+address) })
	}
	withheld(t, r, answer("history"))
	shownAlike(t, r, func(c *web.Content) {
		showing(r, samples)(c)
		c.Store.ReplaceGauges(snapshot.NewGauges(snapshot.NewGaugeBlock(snapshot.PlanGauges(targets, c.Clock), nil)))
	})
}

// withheld finds a past figure that is told though it is withheld.
func withheld(t *testing.T, r *report.Report, body []byte) {
	t.Helper()
	told, hidden := pointsOfJSON(t, body), 0
	for _, row := range r.Rows {
		for _, p := range row.Course.Points {
			if p.Withheld {
				hidden++
				target := ""
				if row.Target != nil {
					target = row.Target.ID
				}
				if figures := told[idOf(row.KPI.Name, target, row.Labels.String())+" "+p.At.In(r.At.Location()).Format(language.Layout)]; slices.Contains(slices.Collect(maps.Keys(figures)), "value") {
					t.Errorf("%s: the withheld figure of %v is told", row.KPI.Name, p.At)
				}
			}
		}
	}
	t.Logf("%d withheld", hidden)
}
