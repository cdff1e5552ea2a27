package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// overview adds the panels about what is off plan, in all domains.
func (r *generator) overview(b *board, _ layout.Dashboard, l *language.Language) {
	s := statusPanels{generator: r, Language: l, definitions: r.region.Collectors, everywhere: true}
	s.counts(b)
	b.wrap()
	s.criticalAndNew(b, 6)
	s.targets(b, l.Say("What to look at first"), 13)
	s.firing(b, 7)
	b.head(l.Say("Domains"), false)
	for _, d := range r.domains() {
		b.add(newStat(l.Of(d.Title), l.Say("%s How many of its targets are off plan, in the colour of the worst.", l.Of(d.Question))).
			WithTarget(s.domain("A", d, "")).
			WithTarget(otherwise("B", s.metricOf(d), l.Say("No target in what is chosen"))).
			Unit("none").Mappings(colorsOnly()).ColorScheme(byThreshold()).Thresholds(nothing()).
			ColorMode(common.BigValueColorModeBackgroundSolid).TextMode(common.BigValueTextModeName).
			NoValue(l.Say("No target in what is chosen")).
			Links([]cog.Builder[dashboard.DashboardLink]{
				panelLink(l.Say("Show the domain"), "/d/"+r.region.Dashboards.UID(d, l)+"?"+timeRange+"&${__all_variables}", false),
			}), 8, 3)
	}
	b.wrap()
	s.timeline(b)
	b.head(l.Say("Data quality"), true)
	r.quality(b, r.region.Collectors, l)
}

// domains are the dashboards of domains that have targets.
func (r *generator) domains() []layout.Dashboard {
	var all []layout.Dashboard
	for _, d := range r.region.Dashboards.Dashboards {
		if d.Kind == layout.Domain && len(r.withTargets(r.collectorsOf(d))) > 0 {
			all = append(all, d)
		}
	}
	return all
}

// calm is what has no colour, as no status has it.
const calm = 9

// Labels that domain adds, with counts in words.
const (
	offLabel, ofLabel, newLabel, unknownLabel = "off", "of", "new", "unknown"
)

// domain is a query of how many of a domain's targets are off plan: as the name of a series
// whose value is the worst status. before stands before it.
// On the wall only what is critical or new has a colour.
func (s statusPanels) domain(ref string, d layout.Dashboard, before string) queryBuilder {
	// The variables are those of the whole dashboard, whatever the domain has.
	targets := s.metricOf(d)
	status, yesterday := once(targets), once(targets+" offset 1d")
	count := func(label, vector string) string {
		return fmt.Sprintf(`count_values("%s", %s)`, label, orZeroIf(status, "count("+vector+")"))
	}
	recent := fmt.Sprintf("%s %s and %s (%s %s)", status, offPlan, on(naming.LabelTarget), yesterday, notOffPlan)
	fresh := count(newLabel, recent)
	fresh = labelled(fresh, newLabel, verbatim(", "+s.Say("1 new")), newLabel, "1")
	fresh = labelled(fresh, newLabel, ", "+s.Say("%s new", "$1"), newLabel, "([0-9]+)")
	fresh = labelled(fresh, newLabel, "", newLabel, ", 0 .*")
	unknown := count(unknownLabel, status+" == "+states[2].value)
	unknown = labelled(unknown, unknownLabel, ", "+s.Say("%s unknown", "$1"), unknownLabel, "([0-9]+)")
	unknown = labelled(unknown, unknownLabel, "", unknownLabel, ", 0 .*")
	joined := fmt.Sprintf("max(%s)", status)
	if before != "" {
		joined = fmt.Sprintf("(%s == %s or 0 * count(%s) + %s or 0 * %s - %d)", joined, states[0].value, recent, states[1].value, joined, calm)
	}
	for _, part := range []struct{ label, vector string }{
		{offLabel, count(offLabel, status+" "+offPlan)}, {ofLabel, count(ofLabel, status)}, {newLabel, fresh}, {unknownLabel, unknown},
	} {
		joined = fmt.Sprintf("%s * on () group_left (%s) %s", joined, part.label, part.vector)
	}
	return rightNow(ref, joined, asWritten(before)+s.Say("%s of %s off plan", placeholder(offLabel), placeholder(ofLabel))+placeholder(newLabel)+placeholder(unknownLabel))
}

// metricOf selects the status of a domain's targets.
func (s statusPanels) metricOf(d layout.Dashboard) string {
	return selector(naming.PlanStatus, append([]string{oneOf(naming.LabelKPI, s.withTargets(s.collectorsOf(d)))}, s.chosen()...)...)
}

// otherwise is a query that says a text where the other gives nothing. A stat of names has
// no other place for it.
func otherwise(ref, other, text string) queryBuilder {
	return rightNow(ref, fmt.Sprintf("vector(%d) unless %s (%s)", calm, on(), other), text)
}

// colorsOnly colour a status and leave its text.
func colorsOnly() []dashboard.ValueMapping {
	var all []mapping
	for _, s := range states {
		all = append(all, mapping{value: s.value, color: s.color})
	}
	return mappings(all...)
}

// nothing is the colour of what has no value.
func nothing() *dashboard.ThresholdsConfigBuilder {
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps([]dashboard.Threshold{{Color: noColor}})
}
