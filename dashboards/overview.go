package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/plan"
)

// overview is what is off plan, in all domains.
func (r *region) overview(b *board, _ Definition, l language) {
	s := standing{region: r, language: l, definitions: r.cfg.Collectors, everywhere: true}
	s.counts(b, 4, 0)
	s.worstFirst(b, 14, 15)
	s.firing(b, 10, 15)
	b.head(l.say("Områden", "Domains"), false)
	s.domains(b, 4, 4, 0)
	b.wrap()
	s.timeline(b, gridWidth, 12)
	b.head(l.say("Datakvalitet", "Data quality"), false)
	r.quality(b, r.cfg.Collectors, l)
}

// domains are the worst status in each domain that has targets, with the way
// there.
func (s standing) domains(b *board, width, height uint32, size float64) {
	r, l := s.region, s.language
	for _, d := range r.set.Dashboards {
		names := r.withTargets(r.collectorsOf(d))
		if d.Kind != Domain || len(names) == 0 {
			continue
		}
		where := append([]string{oneOf(plan.LabelKPI, names)}, s.chosen()...)
		panel := newStat(l.of(d.Title), l.of(d.Question)+l.say(" Här visas områdets sämsta status.", " This is the domain's worst status.")).
			WithTarget(rightNow("A", fmt.Sprintf("max(%s)", selector(plan.MetricStatus, where...)), l.of(d.Title))).
			Unit("none").Mappings(statusMappings(l)).
			ColorMode(common.BigValueColorModeBackgroundSolid).
			NoValue(l.say("Inget mål i urvalet", "No target in what is chosen")).
			Links([]cog.Builder[dashboard.DashboardLink]{
				dashboard.NewDashboardLinkBuilder(l.say("Visa området", "Show the domain")).
					Type(dashboard.DashboardLinkTypeLink).Url("/d/" + d.uid(l) + "?" + timeRange + "&${__all_variables}"),
			})
		if size > 0 {
			panel.TextMode(common.BigValueTextModeValueAndName).Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(size).ValueSize(size * 1.2))
		}
		b.add(panel, width, height)
	}
}
