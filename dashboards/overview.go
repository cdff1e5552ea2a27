package dashboards

import (
	"fmt"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/internal/naming"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// overview adds the panels about what is off plan, in all domains.
func (r *generator) overview(b *board, _ layout.Dashboard, l *language.Language) {
	s := statusPanels{generator: r, Language: l, definitions: r.region.Collectors, everywhere: true}
	s.counts(b, 4, 0)
	s.worstFirst(b, 14, 15)
	s.firing(b, 10, 15)
	b.head(l.Say("Domains"), false)
	s.domains(b, 4, 4, 0)
	b.wrap()
	s.timeline(b, gridWidth, 12)
	b.head(l.Say("Data quality"), false)
	r.quality(b, r.region.Collectors, l)
}

// domains adds panels of the worst status in each domain that has targets, with
// links.
func (s statusPanels) domains(b *board, width, height uint32, size float64) {
	r, l := s.generator, s.Language
	for _, d := range r.region.Dashboards.Dashboards {
		names := r.withTargets(r.collectorsOf(d))
		if d.Kind != layout.Domain || len(names) == 0 {
			continue
		}
		where := append([]string{oneOf(naming.LabelKPI, names)}, s.chosen()...)
		panel := newStat(l.Of(d.Title), l.Say("%s This is the domain's worst status.", l.Of(d.Question))).
			WithTarget(rightNow("A", fmt.Sprintf("max(%s)", selector(naming.PlanStatus, where...)), asWritten(l.Of(d.Title)))).
			Unit("none").Mappings(statusMappings(l)).
			ColorMode(common.BigValueColorModeBackgroundSolid).
			NoValue(l.Say("No target in what is chosen")).
			Links([]cog.Builder[dashboard.DashboardLink]{
				dashboard.NewDashboardLinkBuilder(l.Say("Show the domain")).
					Type(dashboard.DashboardLinkTypeLink).Url("/d/" + r.region.Dashboards.UID(d, l) + "?" + timeRange + "&${__all_variables}"),
			})
		if size > 0 {
			panel.TextMode(common.BigValueTextModeValueAndName).Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(size).ValueSize(size * 1.2))
		}
		b.add(panel, width, height)
	}
}
