package web

import (
	"slices"
	"strings"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/curve"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/spc"
	"planwatch/internal/status"
)

// The classes of lines, each drawn in a pattern of its own.
const (
	lineFigure   = "figure-line"
	linePlan     = "plan-line"
	lineWarning  = "warning-line"
	lineCritical = "critical-line"
	lineMean     = "mean-line"
	lineUsual    = "usual-line"
	lineForecast = "forecast-line"
)

// chartView is a large picture with its legend, and the same as a table.
type chartView struct {
	// Text says what the picture shows.
	Text     string
	Drawings []drawingView
	Legend   []legendView
	Columns  []string
	Rows     []chartRowView
}

// legendView says what a line or a symbol stands for.
type legendView struct{ Class, Text string }

// chartRowView is a moment of the picture in figures.
type chartRowView struct {
	Moment moment
	Cells  []string
}

// dotLimited is a dot with where the severities begin.
type dotLimited struct {
	curve.Dot
	warning, critical *float64
	withheld          bool
}

// ofCourse draws the row's figure over the past months beside the plan and the limits,
// and on to the end of the period where it has a forecast or a plan that goes on; nil
// where no past figure is known.
func ofCourse(r *report.Report, row report.Row, marks []chartMark, l *language.Language) *chartView {
	zone := r.At.Location()
	c := chart{begins: chartBegins(r.At), now: r.At, ends: r.At}
	var dots []dotLimited
	known := 0
	for _, p := range row.Course.Points {
		if p.At.Before(c.begins) {
			continue
		}
		d := dotLimited{curve.Dot{At: p.At, Figure: curve.Drawable(p.Value), Expected: curve.Drawable(p.Expected)}, curve.Drawable(p.Warning), curve.Drawable(p.Critical), p.Withheld}
		dots = append(dots, d)
		if d.Figure != nil {
			known++
		}
	}
	if known == 0 {
		return nil
	}
	dots = append(dots, dotLimited{curve.Dot{At: r.At, Figure: row.Actual, Expected: row.Expected}, row.Warning, row.Critical, false})
	if end := row.Ends(zone); end.After(r.At) && (row.Forecast != nil || goesOn(row) && end.Before(r.At.AddDate(0, curve.Months, 0))) {
		c.ends = end
	}
	c.figures(dots)
	c.plan(row, dots)
	chart := row.Course.Chart
	if chart != nil && !chart.Added {
		c.process(chart, row)
	}
	if row.Actual != nil {
		c.newest = &spot{r.At, *row.Actual}
	}
	if row.Forecast != nil && row.Actual != nil && c.ends.After(r.At) {
		c.forecast = &spot{c.ends, *row.Forecast}
		c.add(chartLine{class: lineForecast, stretches: [][]spot{{*c.newest, *c.forecast}}})
		if o := row.Outlook; o != nil && o.Low != nil && o.High != nil && curve.Drawable(o.Low) != nil && curve.Drawable(o.High) != nil {
			c.low, c.high = &spot{c.ends, *o.Low}, &spot{c.ends, *o.High}
		}
	}
	for _, mark := range marks {
		if !mark.at.Before(c.begins) && !mark.at.After(c.ends) {
			c.marks = append(c.marks, mark)
		}
	}
	view := &chartView{Text: courseText(dots, r.At, row, l)}
	view.draw(&c, row, l)
	view.legend(&c, row, l)
	if slices.ContainsFunc(dots, func(d dotLimited) bool { return d.withheld }) {
		view.Legend = append(view.Legend, legendView{"gap-key", l.Say("A gap: withheld")})
	}
	view.courseTable(&c, dots, row, zone, l)
	return view
}

func chartBegins(now time.Time) time.Time {
	return curve.Begins(now)
}

// goesOn reports whether what the target wants changes on the way.
func goesOn(row report.Row) bool {
	return row.Target != nil && !row.Target.Phasing.AtOnce && (row.Target.Phasing.Set() || row.KPI.Span() != "")
}

// figures adds the figure, and where the severities begin.
func (c *chart) figures(dots []dotLimited) {
	for _, line := range []struct {
		class string
		value func(dotLimited) *float64
	}{
		{lineWarning, func(d dotLimited) *float64 { return d.warning }},
		{lineCritical, func(d dotLimited) *float64 { return d.critical }},
		{lineFigure, func(d dotLimited) *float64 { return d.Figure }},
	} {
		plain := make([]curve.Dot, len(dots))
		for i, d := range dots {
			plain[i] = curve.Dot{At: d.At, Figure: line.value(d)}
		}
		c.stretch(line.class, plain, func(d curve.Dot) *float64 { return d.Figure })
	}
}

// plan adds what was due and what is to be due, or both ends of a band.
func (c *chart) plan(row report.Row, dots []dotLimited) {
	if low, high, ok := row.Band(); ok {
		from := row.Target.From.Begins(c.now.Location())
		if from.Before(c.begins) {
			from = c.begins
		}
		if from.Before(c.ends) {
			c.level(linePlan, from, c.ends, low)
			c.level(linePlan, from, c.ends, high)
		}
		return
	}
	plain := make([]curve.Dot, len(dots))
	for i, d := range dots {
		plain[i] = d.Dot
	}
	c.stretch(linePlan, plain, func(d curve.Dot) *float64 { return d.Expected })
	if !c.ends.After(c.now) {
		return
	}
	var ahead []spot
	for _, due := range row.Ahead(c.now, c.ends) {
		if due.At.Equal(c.now) && row.Expected != nil {
			due.Value = *row.Expected // which may be what was due when the figure was booked
		}
		ahead = append(ahead, spot{due.At, due.Value})
	}
	if len(ahead) > 1 {
		c.add(chartLine{class: linePlan, stretches: [][]spot{ahead}})
	}
}

// process adds mean and limits of each part of a process chart, and rings around its
// periods that are more than chance.
func (c *chart) process(made *course.Chart, row report.Row) {
	for i, part := range made.Parts {
		if part.Limits == nil || part.First == part.End {
			continue
		}
		from, until := made.Points[part.First].Time, c.now
		if i+1 < len(made.Parts) {
			until = made.Points[part.End].Time
		}
		if from.Before(c.begins) {
			from = c.begins
		}
		if !from.Before(until) {
			continue
		}
		c.level(lineMean, from, until, part.Limits.Mean)
		for _, limit := range []float64{part.Limits.Upper, part.Limits.Lower} {
			c.add(chartLine{class: lineUsual, clipped: !row.KPI.AllowNegative, stretches: [][]spot{{{from, limit}, {until, limit}}}})
		}
	}
	for _, p := range made.Points {
		if _, side := p.Signals.First(); side != spc.NoSide && !p.Time.Before(c.begins) {
			c.rings = append(c.rings, spot{p.Time, p.Value})
		}
	}
}

// ofAdded draws what was added in each period, for a figure that accumulates; nil of
// others.
func ofAdded(r *report.Report, row report.Row, l *language.Language) *chartView {
	made := row.Course.Chart
	if made == nil || !made.Added {
		return nil
	}
	made = atTheirEnds(made, row.Course.Points)
	c := chart{begins: chartBegins(r.At), now: r.At, ends: r.At}
	var dots []curve.Dot
	for _, p := range made.Points {
		if !p.Time.Before(c.begins) {
			dots = append(dots, curve.Dot{At: p.Time, Figure: &p.Value, Expected: p.Target})
		}
	}
	if len(dots) < 2 {
		return nil
	}
	c.stretch(linePlan, dots, func(d curve.Dot) *float64 { return d.Expected })
	c.stretch(lineFigure, dots, func(d curve.Dot) *float64 { return d.Figure })
	c.process(made, row)
	newest := dots[len(dots)-1]
	c.newest = &spot{newest.At, *newest.Figure}
	last := row // its figures are those of the newest period
	last.Actual, last.Expected, last.Full, last.Forecast = newest.Figure, newest.Expected, nil, nil
	view := &chartView{Text: l.Say("What was added in each period") + ": " + curve.Words(dots, r.At, last, l)}
	view.draw(&c, row, l)
	view.legend(&c, last, l)
	zone := r.At.Location()
	view.Columns = []string{l.Say("Data time"), l.Say("Added"), l.Say("Expected"), l.Say("Signal")}
	for _, p := range slices.Backward(made.Points) {
		if p.Time.Before(c.begins) {
			continue
		}
		signal := ""
		if _, side := p.Signals.First(); side != spc.NoSide {
			signal = l.Say("more than chance")
		}
		view.Rows = append(view.Rows, chartRowView{momentOf(p.Time.In(zone), l), []string{row.Number(l, &p.Value), row.Number(l, p.Target), signal}})
	}
	return view
}

// atTheirEnds is the chart with each period at its end. A figure is read some time after
// that: of books that close in the middle of a month, in the month after the next.
func atTheirEnds(made *course.Chart, points []course.Point) *course.Chart {
	ends := map[time.Time]time.Time{}
	for _, p := range points {
		if !p.AsOf.IsZero() {
			ends[p.At.UTC()] = p.AsOf
		}
	}
	shown, inside := *made, *made.Chart
	inside.Points = slices.Clone(inside.Points)
	for i, p := range inside.Points {
		if end, known := ends[p.Time.UTC()]; known {
			inside.Points[i].Time = end
		}
	}
	shown.Chart = &inside
	return &shown
}

func momentOf(t time.Time, l *language.Language) moment {
	return moment{t.Format(time.RFC3339), l.Moment(t)}
}

func (v *chartView) draw(c *chart, row report.Row, l *language.Language) {
	for _, size := range chartSizes {
		v.Drawings = append(v.Drawings, c.draw(size, row.Measure(), l))
	}
}

// legend says in words what is drawn.
func (v *chartView) legend(c *chart, row report.Row, l *language.Language) {
	add := func(class, name string, value *float64) {
		if value != nil {
			name += ": " + row.Figure(l, value)
		}
		v.Legend = append(v.Legend, legendView{class, name})
	}
	for _, line := range []struct {
		class, name string
		value       *float64
	}{
		{lineFigure, l.Say("Actual"), row.Actual}, {linePlan, l.Say("Expected"), row.Expected},
		{lineWarning, status.Warning.Name(l), row.Warning}, {lineCritical, status.Critical.Name(l), row.Critical},
		{lineForecast, l.Say("Forecast"), row.Forecast},
	} {
		if c.has(line.class) {
			add(line.class, line.name, line.value)
		}
	}
	if c.low != nil {
		add("range-key", l.Say("In nine years of ten"), nil)
	}
	if c.has(lineMean) {
		var mean *float64
		usual := l.Say("What is usual")
		if limits := row.Course.Chart.Limits(); limits != nil {
			mean = &limits.Mean
			usual += ": " + row.Figure(l, &limits.Lower) + " – " + row.Figure(l, &limits.Upper)
		}
		add(lineMean, l.Say("Mean"), mean)
		add(lineUsual, usual, nil)
	}
	if len(c.rings) > 0 {
		add("ring-key", l.Say("More than chance"), nil)
	}
	for _, mark := range []struct{ class, name string }{{"event-mark", l.Say("Something that happened")}, {"comment-mark", l.Say("A comment")}} {
		if slices.ContainsFunc(c.marks, func(m chartMark) bool { return m.class == mark.class }) {
			add(mark.class, mark.name, nil)
		}
	}
}

// courseText says in words what the picture shows.
func courseText(dots []dotLimited, now time.Time, row report.Row, l *language.Language) string {
	var plain []curve.Dot
	for _, d := range dots {
		plain = append(plain, d.Dot)
	}
	texts := []string{curve.Words(plain, now, row, l)}
	for _, part := range []struct {
		term  string
		value *float64
	}{{l.Say("Expected"), row.Expected}, {status.Warning.Name(l), row.Warning}, {status.Critical.Name(l), row.Critical}, {l.Say("Forecast"), row.Forecast}} {
		if part.value != nil {
			texts = append(texts, part.term+": "+row.Figure(l, part.value))
		}
	}
	return strings.Join(texts, "; ")
}

// courseTable gives the same in figures, the newest first.
func (v *chartView) courseTable(c *chart, dots []dotLimited, row report.Row, zone *time.Location, l *language.Language) {
	columns := []struct {
		heading string
		class   string
		value   func(dotLimited) *float64
	}{
		{l.Say("Actual"), lineFigure, func(d dotLimited) *float64 { return d.Figure }},
		{l.Say("Expected"), linePlan, func(d dotLimited) *float64 { return d.Expected }},
		{status.Warning.Name(l), lineWarning, func(d dotLimited) *float64 { return d.warning }},
		{status.Critical.Name(l), lineCritical, func(d dotLimited) *float64 { return d.critical }},
	}
	v.Columns = []string{l.Say("Read")}
	for _, column := range columns {
		if c.has(column.class) {
			v.Columns = append(v.Columns, column.heading)
		}
	}
	for _, d := range slices.Backward(dots) {
		line := chartRowView{Moment: momentOf(d.At.In(zone), l)}
		for _, column := range columns {
			if !c.has(column.class) {
				continue
			}
			text := row.Number(l, column.value(d))
			if column.class == lineFigure && d.withheld {
				text = l.Say("withheld")
			}
			line.Cells = append(line.Cells, text)
		}
		v.Rows = append(v.Rows, line)
	}
}
