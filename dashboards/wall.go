package dashboards

import (
	"fmt"
	"strconv"
	"strings"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
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
	const top, named = 4, 11
	// A title is too small to be read from afar: what is counted stands with the count.
	count := func(state state, width uint32) {
		expr := s.having("== " + state.value)
		b.add(newStat(l.Say(state.several), l.Say("How many targets have this status right now.")).
			WithTarget(rightNow("A", fmt.Sprintf(`%[1]s * on () group_left (%[2]s) count_values("%[2]s", %[1]s)`, "("+expr+")", countLabel), asWritten(l.Say(state.several))+" "+placeholder(countLabel))).
			WithTarget(otherwise("B", naming.PlanStatus, language.Dash)).
			Unit("none").Decimals(0).Mappings(nameless()).NoValue(unreachable(l)).ColorScheme(byThreshold()).Thresholds(from(1, state.color)).
			ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName), width, top)
	}
	moment := func(title, description, expr, format string, width uint32) {
		b.add(newStat(title, description).WithTarget(rightNow("A", expr, "")).Decimals(0).
			Unit("time:"+format).ColorScheme(fixedColor(ink)).NoValue(unreachable(l)), width, top)
	}
	for i, width := range []uint32{5, 5, 4} {
		count(states[i], width)
	}
	moment(l.Say("Newest figure"), l.Say("The moment of the newest figure, by planwatch's clock."), byItsClock("max("+naming.CollectorDataTime+")"), "["+l.Say("Newest figure")+"] D/M HH:mm", 7)
	moment(l.Say("Clock"), l.Say("The time now, to the minute."), "time() * 1000", "HH:mm", 3)
	b.wrap()
	s.criticalAndNew(b, named)
	b.wrap()
	domains := r.domains()
	half := (len(domains) + 1) / 2
	for _, side := range [][]layout.Dashboard{domains[:half], domains[half:]} {
		if len(side) == 0 {
			continue
		}
		panel := newStat(l.Say("Domains"), l.Say("How many of each domain's targets are off plan; in colour only where one is critical or new.")).
			Unit("none").Mappings(colorsOnly()).ColorScheme(byThreshold()).Thresholds(nothing()).
			ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName).
			Orientation(common.VizOrientationHorizontal).JustifyMode(common.BigValueJustifyModeAuto).
			NoValue(unreachable(l))
		panel.WithTarget(otherwise("Z", naming.PlanStatus, unreachable(l)))
		for i, d := range side {
			panel.WithTarget(s.domain(string(rune('A'+i)), d, l.Of(d.Title)+": "))
		}
		b.add(panel, gridWidth/2, wallHeight-top-named)
	}
}

// countLabel is the label with a count in words.
const countLabel = "count"

// nameless takes the colour from what otherwise gives.
func nameless() []dashboard.ValueMapping {
	return mappings(mapping{value: strconv.Itoa(calm), color: noColor})
}

// criticalAndNew names the targets that are critical and those that are new, with figure and
// plan. Where there are none it says so, and no more than is known.
func (s statusPanels) criticalAndNew(b *board, height uint32) {
	unknown := s.metric(naming.PlanStatus) + " == " + states[2].value
	none := fmt.Sprintf("0 * count(%s) unless %s (%s)", s.metric(naming.PlanStatus), on(), s.criticalOrNew())
	b.add(newStat(s.Say("Critical, and new since yesterday"), s.Say("The targets that are critical and those that went off plan since yesterday, with figure and plan: the first to look at, six at most.")).
		WithTarget(s.named("A")).
		WithTarget(rightNow("B", fmt.Sprintf("%s unless %s (%s)", none, on(), unknown), s.Say("✓ Nothing critical, and nothing new since yesterday"))).
		WithTarget(rightNow("C", fmt.Sprintf("(%s) and %s (%s)", none, on(), unknown), s.Say("Nothing critical or new among what is known"))).
		WithTarget(otherwise("D", s.metric(naming.PlanStatus), s.Say("No target is chosen, or planwatch is not reached"))).
		Unit("none").ColorScheme(byThreshold()).Thresholds(ranked()).
		ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName).
		Orientation(common.VizOrientationHorizontal).JustifyMode(common.BigValueJustifyModeAuto).
		NoValue(unreachable(s.Language)), gridWidth, height)
	b.wrap()
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
