package web

import (
	"math"
	"slices"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/spc"
)

// funnelView is a KPI's funnel plot over the regions, and the same as a table.
type funnelView struct {
	// NoPlot says why there is none, and the rest is then empty but for LeftOut.
	NoPlot string
	// Reading says in two paragraphs what the plot is.
	Reading []string
	// Text says what the picture shows.
	Text     string
	Drawings []funnelDrawing
	Legend   []funnelLegend
	// Of, To and Value are what the columns are.
	Of, To, Value string
	Rows          []funnelRowView
	LeftOut       []leftOutView
}

// funnelLegend says what a line stands for, or a mark, which has a shape.
type funnelLegend struct{ Class, Shape, Text string }

// funnelRowView is a region in a funnel plot.
type funnelRowView struct {
	Number     int
	Title, URL string
	// Class and Symbol are those of its mark, and Stands is where it is in words.
	Class, Symbol, Stands string
	Of, To, Value, Z      string
}

// leftOutView is a region that is not in the plot.
type leftOutView struct{ Title, URL, Why string }

// viewFunnel is nil for a KPI that is not compared by a funnel plot.
func viewFunnel(c report.Common, all []standing, p page) *funnelView {
	f := c.Funnel()
	if f == nil {
		return nil
	}
	l := p.Lang
	view := &funnelView{}
	for _, out := range f.LeftOut {
		view.LeftOut = append(view.LeftOut, leftOutView{out.Report.Region.DistinctTitle(), regionURL(out.RegionRow, p), whyLeftOut(out, l)})
	}
	for _, s := range all {
		if s.report == nil {
			view.LeftOut = append(view.LeftOut, leftOutView{s.name, "", l.Say("is not served")})
		}
	}
	if f.Plot == nil {
		view.NoPlot = whyNoFunnel(f, l)
		return view
	}
	of, to, value := figuresOf(f.Of, f.Plot.Points, func(p spc.FunnelPoint) float64 { return p.Events }),
		figuresOf(f.To, f.Plot.Points, func(p spc.FunnelPoint) float64 { return p.Of }),
		figuresOf(c.KPI, f.Plot.Points, func(p spc.FunnelPoint) float64 { return p.Value })
	view.Of, view.To, view.Value = kpiTitle(f.Of, l), kpiTitle(f.To, l), kpiTitle(c.KPI, l)
	common := value.Figure(l, &f.Plot.Common)
	view.read(f, common, l)
	for i, point := range f.Plot.Points {
		region := f.Regions[i]
		stands := standingOf(point.Standing, c.KPI.Better)
		view.Rows = append(view.Rows, funnelRowView{
			Number: i + 1, Title: region.Report.Region.DistinctTitle(), URL: regionURL(region, p),
			Class: stands.class, Symbol: stands.symbol, Stands: stands.words(l),
			Of: of.Number(l, &point.Events), To: to.Number(l, &point.Of), Value: value.Number(l, &point.Value), Z: l.Number(point.Z, 1),
		})
	}
	view.Text = funnelText(view, common, l)
	for _, size := range chartSizes {
		view.Drawings = append(view.Drawings, drawFunnel(f.Plot, c.KPI.Better, size, funnelMeasures{value.Measure(), to.Measure()}, l))
	}
	view.legend(f.Plot, common, c.KPI.Better, l)
	return view
}

// figuresOf is a row that writes figures of the KPI, as suits the largest of them.
func figuresOf(entry kpi.Entry, points []spc.FunnelPoint, of func(spc.FunnelPoint) float64) report.Row {
	var largest float64
	for _, p := range points {
		largest = max(largest, of(p))
	}
	return report.Row{KPI: entry, Actual: &largest}
}

func kpiTitle(entry kpi.Entry, l *language.Language) string {
	return language.OneLine(l.Of(entry.Title))
}

// inner and outer are the shares of what chance makes, by which the limits are called.
func inner(l *language.Language) string { return l.Percent(spc.InnerCoverage, 0) }
func outer(l *language.Language) string { return l.Percent(spc.OuterCoverage, 1) }

// read says what the plot is, and what is to be thought of where reading it.
func (v *funnelView) read(f *report.Funnel, common string, l *language.Language) {
	first := l.Say("Together the regions have %s. The smaller a region is, the further chance alone takes it from that: the inner limits hold %s of what chance makes, and the outer limits %s.", common, inner(l), outer(l))
	if factor := f.Plot.Overdispersion; factor > 1 {
		first += " " + l.Say("The regions differ by more than chance. The limits are therefore %s times as far apart as chance alone would have them (overdispersion %s).", l.Number(math.Sqrt(factor), 2), l.Number(factor, 2))
	}
	second := l.Say("The figure is a rate of events: the limits are of the Poisson distribution.")
	if f.Kind == kpi.FunnelProportion {
		second = l.Say("The figure is a proportion: the limits are of the binomial distribution.")
	}
	v.Reading = []string{first, second + " " + l.Say("A region outside the limits is worth a question, and is no verdict: ages, needs and ways of counting may differ.")}
}

// legend says in words what is drawn.
func (v *funnelView) legend(f *spc.Funnel, common string, better kpi.Direction, l *language.Language) {
	v.Legend = []funnelLegend{
		{lineMean, "", l.Say("All regions together: %s", common)},
		{lineInner, "", l.Say("%s limits", inner(l))},
		{lineOuter, "", l.Say("%s limits", outer(l))},
	}
	for _, s := range []spc.Standing{spc.WithinLimits, spc.AboveOuter, spc.AboveInner, spc.BelowInner, spc.BelowOuter} {
		if slices.ContainsFunc(f.Points, func(p spc.FunnelPoint) bool { return p.Standing == s }) {
			stands := standingOf(s, better)
			v.Legend = append(v.Legend, funnelLegend{stands.class, markOf(s, 17, 7), stands.words(l)})
		}
	}
}

// funnelText says in words what the picture shows: who is outside, and how many are not.
func funnelText(v *funnelView, common string, l *language.Language) string {
	texts := []string{v.Value, l.Say("All regions together: %s", common)}
	within := 0
	for _, row := range v.Rows {
		if row.Symbol == withinSymbol {
			within++
			continue
		}
		texts = append(texts, row.Title+": "+row.Value+", "+row.Stands)
	}
	return strings.Join(append(texts, l.Say("%d within the limits", within)), "; ")
}

// stands is where a region is in a funnel plot, and what that is worth.
type stands struct {
	class, symbol string
	words         func(*language.Language) string
}

// The symbols, which have the shapes of the picture's marks.
const (
	withinSymbol = "●"
	innerSymbol  = "◆"
	aboveSymbol  = "▲"
	belowSymbol  = "▼"
)

// standingOf says where a region is, and whether that is better or worse.
func standingOf(s spc.Standing, better kpi.Direction) stands {
	share := inner
	made := stands{symbol: innerSymbol}
	switch s {
	case spc.WithinLimits:
		return stands{"within-place", withinSymbol, func(l *language.Language) string { return l.Say("within the limits") }}
	case spc.AboveOuter:
		share, made.symbol = outer, aboveSymbol
	case spc.BelowOuter:
		share, made.symbol = outer, belowSymbol
	}
	above := s > spc.WithinLimits
	switch {
	case better != kpi.Higher && better != kpi.Lower && above:
		made.class, made.words = "other-place", func(l *language.Language) string { return l.Say("above the %s limit", share(l)) }
	case better != kpi.Higher && better != kpi.Lower:
		made.class, made.words = "other-place", func(l *language.Language) string { return l.Say("below the %s limit", share(l)) }
	case above && better == kpi.Higher:
		made.class, made.words = "better-place", func(l *language.Language) string { return l.Say("above the %s limit: better", share(l)) }
	case above:
		made.class, made.words = "worse-place", func(l *language.Language) string { return l.Say("above the %s limit: worse", share(l)) }
	case better == kpi.Lower:
		made.class, made.words = "better-place", func(l *language.Language) string { return l.Say("below the %s limit: better", share(l)) }
	default:
		made.class, made.words = "worse-place", func(l *language.Language) string { return l.Say("below the %s limit: worse", share(l)) }
	}
	return made
}

// whyNoFunnel says why there is no plot.
func whyNoFunnel(f *report.Funnel, l *language.Language) string {
	switch f.NoPlot {
	case report.TooFewRegions:
		return l.Say("%d regions can be compared by a funnel plot, and it takes %d.", len(f.Regions), report.FewestInFunnel)
	case report.NoSpread:
		row := f.Regions[0].Row
		return l.Say("There is no funnel plot: the figure is %s in every region, which leaves nothing to chance.", row.Figure(l, row.Actual))
	case report.OtherKinds:
		return l.Say("There is no funnel plot: to one region the figure is a proportion, and to another a rate.")
	}
	return l.Say("There is no funnel plot: the figures are too large.")
}

// whyLeftOut says why a region is not in the plot.
func whyLeftOut(out report.LeftOut, l *language.Language) string {
	switch out.Why {
	case report.OtherDefinition:
		return l.Say("has another definition, not to be compared: %s", keysOf(out.Disagrees))
	case report.OtherPart:
		return l.Say("defines %s otherwise, not to be compared: %s", kpiTitle(out.Part, l), keysOf(out.PartDisagrees))
	case report.FigureUnknown:
		return out.Row.Why(l)
	case report.NotCounted:
		return l.Say("the numerator or the denominator is not a count")
	case report.MoreThanAll:
		return l.Say("the numerator is larger than the denominator")
	}
	return l.Say("the numerator or the denominator is unknown or withheld")
}

// keysOf are the keys of the definition that differ.
func keysOf(all []kpi.Disagreement) string {
	var keys []string
	for _, d := range all {
		keys = append(keys, d.Key)
	}
	return strings.Join(keys, ", ")
}
