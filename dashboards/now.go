package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"

	"planwatch/collectors"
	"planwatch/dashboards/layout"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// shownPlaces is how many places a panel compares.
const shownPlaces = 10

// leading is a KPI that a dashboard opens with.
type leading struct {
	kpi.KPI
	definition *collectors.Definition
	split      []string
}

// first are the KPIs that a dashboard opens with: those that its layout names, or else
// those that have targets and do not grow over the year.
func (r *generator) first(d layout.Dashboard) []leading {
	var all, chosen []leading
	for i, definition := range r.collectorsOf(d) {
		for _, k := range definition.KPIs {
			all = append(all, leading{k, definition, splitBy(d.Collectors[i], definition)})
		}
	}
	for _, name := range d.First {
		i := slices.IndexFunc(all, func(of leading) bool { return of.Name == name })
		chosen = append(chosen, all[i])
	}
	if len(chosen) > 0 {
		return chosen
	}
	for _, of := range all {
		if len(r.cells[of.Name]) > 0 && of.Accumulates == "" && len(of.SeparateBy) == 0 && len(chosen) < layout.MostFirst {
			chosen = append(chosen, of)
		}
	}
	return chosen
}

// now adds a panel of each of the KPIs as it is, and of the first of them by place.
func (r *generator) now(b *board, of []leading, places []string, l *language.Language) {
	if len(of) == 0 {
		return
	}
	parts := len(of)
	for _, k := range of {
		parts += len(k.SeparateBy)
	}
	width := max(gridWidth/parts, 3) // a narrower panel shows nothing of its title
	for _, k := range of {
		shown := r.shown(k.KPI)
		if len(k.SeparateBy) > 0 {
			// It has no one figure.
			b.add(r.bars(k.KPI, k.definition, heading(titleNow(k.KPI, l), shown, l), k.SeparateBy, l), uint32(width*(1+len(k.SeparateBy))), 4)
			continue
		}
		figure := inMeasure(newStat(titleNow(k.KPI, l), described(k.KPI, l)), shown).
			ColorScheme(fixedColor(ink)).NoValue(withheld(k.KPI, l)).
			WithTarget(rightNow("A", r.noting(k.KPI, scaled(shown, r.figure(k.KPI, k.definition, nil, half)), l), axisLabel(shown, l)+" "+placeholder(noteLabel)))
		if !shown.Counts() || k.Guarded {
			figure.TextMode(common.BigValueTextModeValueAndName) // in a narrow panel, the end of a title is cut
		}
		if k.Name == of[len(of)-1].Name {
			width = max(width, gridWidth-int(b.x)) // to the end of the line
		}
		b.add(figure, uint32(width), 4)
	}
	b.wrap()
	var byPlace []leading
	for _, k := range of {
		if len(k.split) > 0 && len(byPlace) < layout.MostPlaces && (len(places) == 0 || slices.Contains(places, k.Name)) {
			byPlace = append(byPlace, k)
		}
	}
	for _, k := range byPlace {
		title := l.Say("By %s: %s", strings.ToLower(r.label(k.split[0], l)), titleNow(k.KPI, l))
		split := with(slices.Clone(k.SeparateBy), k.split[0])
		b.add(r.bars(k.KPI, k.definition, heading(title, r.shown(k.KPI), l), split, l), uint32(gridWidth/len(byPlace)), 8)
	}
	b.wrap()
}

// noteLabel is the label that noting adds.
const noteLabel = "note"

// noting adds, to a figure of what small groups are withheld from, that they are not in it.
func (r *generator) noting(k kpi.KPI, figure string, l *language.Language) string {
	if !k.Guarded {
		return figure
	}
	withheld := by("max", selector(naming.SuppressedCells, equals(naming.LabelKPI, k.Name)), naming.LabelKPI)
	return fmt.Sprintf("(%s and %s (sum(%s) > 0)) or %s %s", labelled(figure, noteLabel, verbatim(l.Say("without small groups")), "", ""), on(), withheld, on(), figure)
}

// half and nineInTen are the shares of a histogram that are at most what is shown. Of waits
// that are longer than the last bucket begins, nine in ten would tell only that.
const half, nineInTen = 0.5, 0.9

// titleNow is what a figure of the KPI as it is now is called.
func titleNow(k kpi.KPI, l *language.Language) string {
	if k.Histogram != nil {
		return l.Say("%s, half at most", l.Of(k.Title))
	}
	return l.Of(k.Title)
}

// titleOf is what a figure of the KPI is called.
func titleOf(k kpi.KPI, l *language.Language) string {
	if k.Histogram != nil {
		return l.Say("%s, nine in ten at most", l.Of(k.Title))
	}
	return l.Of(k.Title)
}

// bars returns a panel of a KPI split by labels, the worst first.
func (r *generator) bars(k kpi.KPI, d *collectors.Definition, title string, split []string, l *language.Language) builder {
	shown := r.shown(k)
	order, pick := "sort_desc", "topk"
	if k.Better == kpi.Higher {
		order, pick = "sort", "bottomk"
	}
	panel := inMeasure(newBars(title, described(k, l)), shown).
		WithTarget(rightNow("A", fmt.Sprintf("%s(%s)", order, placed(fmt.Sprintf("%s(%d, %s)", pick, shownPlaces, scaled(shown, r.figure(k, d, split, half))), split, l)), placeholder(placeLabel))).
		NoValue(withheld(k, l))
	return panel.Min(0).ColorScheme(fixedColor(teal)).Orientation(common.VizOrientationHorizontal)
}
