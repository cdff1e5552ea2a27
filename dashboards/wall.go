package dashboards

import (
	"fmt"
	"strings"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// A screen of 1920 by 1080 pixels without Grafana's controls has wallHeight
// grid rows, each 30 pixels with 8 between.
const wallHeight = 27

// mostNamed is how many targets the wall names.
const mostNamed = 6

// wall adds the overview for a screen on the wall: the critical and the new by name, and
// how many are off plan in each domain.
func (r *generator) wall(b *board, l *language.Language) {
	s := statusPanels{generator: r, Language: l, definitions: r.region.Collectors, everywhere: true, fixed: true}
	const top, named = 4, 12
	// A title is too small to be read from afar.
	large := func(title, description, expr string) *stat.PanelBuilder {
		return newStat(title, description).WithTarget(rightNow("A", expr, asWritten(title))).TextMode(common.BigValueTextModeValueAndName).Decimals(0)
	}
	tile := func(title, description, expr, format string, width uint32) {
		b.add(large(title, description, expr).TextMode(common.BigValueTextModeValue).Unit("time:"+format).ColorScheme(fixedColor(ink)).NoValue(unreachable(l)), width, top)
	}
	count := func(i int) {
		state := states[i]
		b.add(large(l.Say(state.several), l.Say("How many targets have this status right now."), s.having("== "+state.value)).
			Unit("none").NoValue(unreachable(l)).ColorScheme(byThreshold()).Thresholds(from(1, state.color)).
			ColorMode(common.BigValueColorModeBackgroundSolid), 5, top)
	}
	count(0)
	count(1)
	tile(l.Say("Data from"), l.Say("The moment of the newest figure, by planwatch's clock."), byItsClock("max("+naming.CollectorDataTime+")"), "["+l.Say("Data from")+"] D/M HH:mm", 9)
	tile(l.Say("Clock"), l.Say("The time now, to the minute."), "time() * 1000", "HH:mm", 5)
	b.wrap()
	b.add(newStat(l.Say("Critical, and new since yesterday"), l.Say("The targets that are critical and those that went off plan since yesterday, with figure and plan: the first to look at, six at most.")).
		WithTarget(s.named("A")).
		WithTarget(rightNow("B", fmt.Sprintf("0 * count(%s) unless %s (%s)", naming.PlanStatus, on(), s.criticalOrNew()), l.Say("✓ Nothing critical, and nothing new since yesterday"))).
		Unit("none").ColorScheme(byThreshold()).Thresholds(ranked()).
		ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName).
		Orientation(common.VizOrientationHorizontal).JustifyMode(common.BigValueJustifyModeAuto).
		NoValue(unreachable(l)), gridWidth, named)
	b.wrap()
	domains := r.domains()
	half := (len(domains) + 1) / 2
	for _, side := range [][]layout.Dashboard{domains[:half], domains[half:]} {
		if len(side) == 0 {
			continue
		}
		panel := newStat(l.Say("Domains"), l.Say("How many of each domain's targets are off plan, in the colour of the worst.")).
			Unit("none").Mappings(colorsOnly()).ColorScheme(byThreshold()).Thresholds(nothing()).
			ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName).
			Orientation(common.VizOrientationHorizontal).JustifyMode(common.BigValueJustifyModeAuto).
			NoValue(unreachable(l))
		for i, d := range side {
			panel.WithTarget(s.domain(string(rune('A'+i)), d, l.Of(d.Title)+": "))
		}
		b.add(panel, gridWidth/2, wallHeight-top-named)
	}
}

// rankSpan is larger than any rank: a status and a rank are told as one number, so that
// series are in order of both.
const rankSpan = 10000

// ranked colours such numbers.
func ranked() *dashboard.ThresholdsConfigBuilder {
	warning, critical := 1.0*rankSpan, 2.0*rankSpan
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).
		Steps([]dashboard.Threshold{{Color: noColor}, {Value: &warning, Color: orange}, {Value: &critical, Color: red}})
}

// Labels that named adds: figures in words.
const (
	figureLabel   = "figure"
	expectedLabel = "expected"
)

// named is a query of the targets that are critical or new, each called by its KPI, place,
// figure and plan.
func (s statusPanels) named(ref string) queryBuilder {
	status, rank := s.metric(naming.PlanStatus), s.metric(naming.PlanRank)
	which := fmt.Sprintf("bottomk(%d, %s and %s (%s))", mostNamed, rank, on(naming.LabelTarget), s.criticalOrNew())
	vector := fmt.Sprintf("(%d * %s - %s) and %s %s", rankSpan, status, rank, on(naming.LabelTarget), which)
	vector = titled("("+vector+")", s.title())
	for _, figure := range []struct{ label, metric string }{{figureLabel, naming.PlanActual}, {expectedLabel, naming.PlanExpected}} {
		vector = fmt.Sprintf("%s * %s group_left (%s, %s) %s", vector, on(naming.LabelTarget), figure.label, s.measure(), s.inWords(figure.metric, figure.label))
	}
	legend := placeholder(s.title()) + ", " + placeholder(placeLabel) + ": " +
		s.Say("%s (plan %s)", placeholder(figureLabel)+" "+placeholder(s.measure()), placeholder(expectedLabel))
	return rightNow(ref, "sort_desc("+placed(vector, s.labels(), s.Language)+")", legend)
}

// criticalOrNew are the targets that are critical, and those that are off plan and were not a
// day ago.
func (s statusPanels) criticalOrNew() string {
	return fmt.Sprintf("(%s == %s) or (%s)", s.metric(naming.PlanStatus), states[0].value, s.newly())
}

// signs are the language's decimal sign, and what stands between groups of three digits.
func (s statusPanels) signs() (point, group string) {
	written := s.Number(12345.6, 1)
	_, rest, _ := strings.Cut(written, "12")
	group, rest, _ = strings.Cut(rest, "345")
	return strings.TrimSuffix(rest, "6"), group
}

// inWords gives a figure of each target as a label, with one decimal at most, as the language
// writes it.
func (s statusPanels) inWords(metric, label string) string {
	value := by("max", inOwnMeasure(s.metric(metric), s.measure()), naming.LabelTarget, s.measure())
	words := fmt.Sprintf(`count_values by (%s, %s) ("%s", round(%s, 0.1))`, naming.LabelTarget, s.measure(), label, value)
	point, group := s.signs()
	words = labelled(words, label, "$1"+verbatim(point)+"$2", label, `(-?[0-9]+)[.]([0-9]+)`)
	for range 3 {
		words = labelled(words, label, "$1"+verbatim(group)+"$2", label, `(-?[0-9]+)([0-9]{3}(?:[^0-9].*)?)`)
	}
	return words
}
