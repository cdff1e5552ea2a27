package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/version"

	"planwatch/internal/language"
	"planwatch/internal/spreadsheet"
	"planwatch/internal/status"
	"planwatch/internal/unit"
	"planwatch/plan"
)

// sheetColumn is a column of the report in a spreadsheet.
type sheetColumn struct {
	spreadsheet.Column
	cell func(Row, Object) spreadsheet.Cell
}

// Spreadsheet is the rows as a spreadsheet has them: figures in the KPI's unit, as JSON has
// them, and beside them what people read. The columns are the same whichever rows are
// chosen.
func (r *Report) Spreadsheet(l *language.Language) spreadsheet.Table {
	columns := r.columns(l)
	table := spreadsheet.Table{Name: l.Say("Report")}
	for _, c := range columns {
		table.Columns = append(table.Columns, c.Column)
	}
	for _, row := range r.Rows {
		object, cells := row.Object(), make([]spreadsheet.Cell, len(columns))
		for i, c := range columns {
			cells[i] = c.cell(row, object)
		}
		table.Rows = append(table.Rows, cells)
	}
	return table
}

// Workbook is Spreadsheet with a sheet that says of which moment and by which version it
// is, which rows it has, and what the columns mean.
func (r *Report) Workbook(l *language.Language) spreadsheet.Workbook {
	return r.WorkbookOf(r.Spreadsheet(l), l)
}

// WorkbookOf is a table of figures of the report with such a sheet.
func (r *Report) WorkbookOf(table spreadsheet.Table, l *language.Language) spreadsheet.Workbook {
	chosen := r.SelectionWords(l)
	if chosen == "" {
		chosen = l.Say("All (choices)")
	}
	facts := []spreadsheet.Fact{
		{Term: r.Region.Title, Text: table.Name},
		{Term: l.Say("Moment"), Text: l.Moment(r.At)},
		{Term: l.Say("Version"), Text: "planwatch " + version.Version},
		{Term: l.Say("Choice"), Text: chosen},
	}
	if r.Compared != nil {
		facts = append(facts, spreadsheet.Fact{Text: r.Compared.Words(l)})
	}
	return spreadsheet.Workbook{
		Table: table, Title: r.Headline(l), Made: r.At, About: l.Say("About the table"), Meaning: l.Say("Columns"),
		Facts: append(facts,
			spreadsheet.Fact{Term: l.Say("Rows"), Text: l.Count(len(table.Rows))},
			spreadsheet.Fact{Term: l.Say("Unit"), Text: l.Say("Figures are in each row's unit, exactly as /api/v1 has them; shares are from 0 to 1, shown in percent.")}),
	}
}

func (r *Report) columns(l *language.Language) []sheetColumn {
	all := slices.Concat(r.placeColumns(l), r.statusColumns(l), numberColumns(l), courseColumns(l), unitColumns(l), r.targetColumns(l), nameColumns(l))
	if r.Compared != nil {
		all = append(all, textColumn(l.Say("Then"), l.Say("What the row was at the moment that the report compares with."), func(row Row) string { return row.ThenWords(l) }))
	}
	return all
}

// textColumn is a column of text.
func textColumn(heading, note string, of func(Row) string) sheetColumn {
	return sheetColumn{spreadsheet.Column{Heading: heading, Note: note}, func(row Row, _ Object) spreadsheet.Cell { return spreadsheet.Text(of(row)) }}
}

// numberColumn is a column of figures in the row's unit.
func numberColumn(l *language.Language, heading, note string, of func(Row, Object) *float64) sheetColumn {
	return sheetColumn{spreadsheet.Column{Heading: heading, Note: note}, func(row Row, o Object) spreadsheet.Cell {
		return spreadsheet.Number(of(row, o), row.NumberFormat(l))
	}}
}

// placeColumns say what a row is about, with a column for each of the region's dimensions.
func (r *Report) placeColumns(l *language.Language) []sheetColumn {
	columns := []sheetColumn{
		textColumn(l.Say("KPI"), l.Say("The key figure's title."), func(row Row) string { return row.Title(l) }),
		textColumn(l.Say("Where"), l.Say("The part of the region that the row is about."), func(row Row) string { return row.Place(l) }),
	}
	if r.Region.Dimensions != nil {
		for _, label := range r.Region.Dimensions.Dimensions {
			columns = append(columns, textColumn(r.Region.Dimensions.Title(label, l), l.Say("Its value in the row; blank where the row is about all of them."), func(row Row) string { return row.Labels.Get(label) }))
		}
	}
	areas := areas(r.Region)
	return append(columns, textColumn(l.Say("Area"), l.Say("The area that the key figure belongs to."), func(row Row) string {
		var titles []string
		for _, a := range areas {
			if a.has(row) {
				titles = append(titles, language.OneLine(l.Of(a.title)))
			}
		}
		return strings.Join(titles, ", ")
	}))
}

func (r *Report) statusColumns(l *language.Language) []sheetColumn {
	return []sheetColumn{
		textColumn(l.Say("Owner"), l.Say("Who answers for the target."), func(row Row) string { return row.OwnerName(r.Region, l) }),
		textColumn(l.Say("Status"), l.Say("How the figure stands to the plan."), func(row Row) string { return row.Status.Name(l) }),
		textColumn(l.Say("Why"), l.Say("Why there is no status or no figure."), func(row Row) string { return row.Why(l) }),
		textColumn(l.Say("Shown as"), l.Say("The figure as the page writes it."), func(row Row) string {
			if row.Actual == nil {
				return ""
			}
			return row.Figure(l, row.Actual)
		}),
	}
}

func numberColumns(l *language.Language) []sheetColumn {
	return []sheetColumn{
		numberColumn(l, l.Say("Actual"), l.Say("The figure."), func(_ Row, o Object) *float64 { return o.Actual }),
		numberColumn(l, l.Say("Expected"), l.Say("What is due by now."), func(_ Row, o Object) *float64 { return o.Expected }),
		numberColumn(l, l.Say("Target"), l.Say("What is to be reached by the end of the period."), func(_ Row, o Object) *float64 { return o.TargetValue }),
		numberColumn(l, l.Say("Margin"), l.Say("How much better the figure is than what is expected; worse is negative."), func(_ Row, o Object) *float64 { return o.Margin }),
		{spreadsheet.Column{Heading: l.Say("Margin as a share"), Note: l.Say("The margin as a share of what is expected.")}, func(_ Row, o Object) spreadsheet.Cell {
			return spreadsheet.Number(o.MarginRatio, spreadsheet.Percent(l, 1))
		}},
		numberColumn(l, l.Say("Forecast"), l.Say("Where the figure ends the period."), func(_ Row, o Object) *float64 { return o.Forecast }),
		numberColumn(l, l.Say("Forecast, lowest"), l.Say("Between the lowest and the highest the figure ends in nine years of ten."), func(_ Row, o Object) *float64 { return o.ForecastLow }),
		numberColumn(l, l.Say("Forecast, highest"), l.Say("Between the lowest and the highest the figure ends in nine years of ten."), func(_ Row, o Object) *float64 { return o.ForecastHigh }),
		textColumn(l.Say("About the forecast"), l.Say("What the forecast rests on, or why there is none."), func(row Row) string { return row.ForecastWords(l) }),
		{spreadsheet.Column{Heading: l.Say("Full value reached"), Note: l.Say("The day on which the full value is reached, where that is before the period's end.")}, func(row Row, o Object) spreadsheet.Cell {
			if o.SpentOn == nil {
				return spreadsheet.Cell{}
			}
			return spreadsheet.Date(row.Outlook.SpentOn)
		}},
		numberColumn(l, l.Say("%s from", status.Warning.Name(l)), l.Say("Where that severity begins."), func(row Row, _ Object) *float64 { return row.Warning }),
		numberColumn(l, l.Say("%s from", status.Critical.Name(l)), l.Say("Where that severity begins."), func(row Row, _ Object) *float64 { return row.Critical }),
	}
}

// courseColumns say how the figure went.
func courseColumns(l *language.Language) []sheetColumn {
	return []sheetColumn{
		numberColumn(l, l.Say("Since last month"), l.Say("The change since the same date a month before."), func(_ Row, o Object) *float64 { return o.SinceMonth }),
		numberColumn(l, l.Say("Since last year"), l.Say("The change since the same date a year before."), func(_ Row, o Object) *float64 { return o.SinceYear }),
		textColumn(l.Say("Signal"), l.Say("Whether the newest period is more than chance."), func(row Row) string { return row.SignalWords(l) }),
		textColumn(l.Say("The process"), l.Say("Whether the process meets its plan."), func(row Row) string { return row.AssuranceWords(l) }),
		numberColumn(l, l.Say("Mean"), l.Say("The mean of the periods that the limits are of."), func(_ Row, o Object) *float64 { return o.Mean }),
		numberColumn(l, l.Say("Lower limit"), l.Say("Between the two limits lies what is usual in a period."), func(_ Row, o Object) *float64 { return o.LowerLimit }),
		numberColumn(l, l.Say("Upper limit"), l.Say("Between the two limits lies what is usual in a period."), func(_ Row, o Object) *float64 { return o.UpperLimit }),
	}
}

// unitColumns say what the figures are in.
func unitColumns(l *language.Language) []sheetColumn {
	return []sheetColumn{
		textColumn(l.Say("Unit"), l.Say("What the figures of the row are in, by the name that programs use."), func(row Row) string { return row.KPI.Unit }),
		textColumn(l.Say("Read in"), l.Say("The measure that people read the figures in."), func(row Row) string { return row.Measure().Heading(l) }),
		{spreadsheet.Column{Heading: l.Say("Divide by"), Note: l.Say("The figures of the row, divided by this, are in the measure that people read.")}, func(row Row, _ Object) spreadsheet.Cell {
			return Divisor(row.Measure())
		}},
		{spreadsheet.Column{Heading: l.Say("Data time"), Note: l.Say("The moment that the figure is of.")}, func(row Row, _ Object) spreadsheet.Cell {
			return spreadsheet.Moment(row.DataTime)
		}},
	}
}

func (r *Report) targetColumns(l *language.Language) []sheetColumn {
	day := func(of func(plan.Target) plan.Date) func(Row, Object) spreadsheet.Cell {
		return func(row Row, _ Object) spreadsheet.Cell {
			if row.Target == nil {
				return spreadsheet.Cell{}
			}
			return dateCell(of(*row.Target))
		}
	}
	return []sheetColumn{
		{spreadsheet.Column{Heading: l.Say("Holds from"), Note: l.Say("The first day of the target's period.")}, day(func(t plan.Target) plan.Date { return t.From })},
		{spreadsheet.Column{Heading: l.Say("Holds until"), Note: l.Say("The last day of the target's period; blank where it holds until further notice.")}, day(func(t plan.Target) plan.Date { return t.To })},
		textColumn(l.Say("Based on"), l.Say("What the target rests on."), func(row Row) string { return row.BasisWords(l) }),
		textColumn(l.Say("Source"), l.Say("The sentence of the sources that asks for it."), func(row Row) string { return language.OneLine(row.Cite) }),
	}
}

// nameColumns are the names that programs use.
func nameColumns(l *language.Language) []sheetColumn {
	return []sheetColumn{
		textColumn(l.Say("The key figure's name"), l.Say("As programs have it, in /api/v1 too."), func(row Row) string { return row.KPI.Name }),
		textColumn(l.Say("The target's name"), l.Say("As programs have it, in /api/v1 too."), func(row Row) string {
			if row.Target == nil {
				return ""
			}
			return row.Target.ID
		}),
		textColumn(l.Say("Labels"), l.Say("As programs have it, in /api/v1 too."), func(row Row) string { return row.Labels.String() }),
	}
}

func dateCell(d plan.Date) spreadsheet.Cell {
	if d.IsZero() {
		return spreadsheet.Cell{}
	}
	return spreadsheet.Date(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// Divisor is a cell with how many of the unit one of the measure is.
func Divisor(m unit.Measure) spreadsheet.Cell {
	per := m.Per()
	return spreadsheet.Number(&per, "General")
}

// NumberFormat is how a spreadsheet shows the row's figures, which are in the KPI's unit:
// with so many decimals as the measure that people read them in has.
func (r Row) NumberFormat(l *language.Language) spreadsheet.NumberFormat {
	m := r.Measure()
	if m.Percent {
		return spreadsheet.Percent(l, m.Decimals)
	}
	if m.Counts() && r.whole() {
		return spreadsheet.Decimals(0)
	}
	return spreadsheet.Decimals(m.Decimals - int(math.Round(math.Log10(m.Per()))))
}

// whole reports whether all figures of the row are.
func (r Row) whole() bool {
	return !slices.ContainsFunc([]*float64{r.Actual, r.Expected, r.Full, r.Forecast}, func(value *float64) bool {
		return value != nil && *value != math.Trunc(*value)
	})
}
