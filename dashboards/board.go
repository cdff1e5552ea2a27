package dashboards

import (
	"fmt"

	"planwatch/dashboards/layout"
	"planwatch/internal/language"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// gridWidth is the width of Grafana's grid.
const gridWidth = 24

// board lays out a dashboard, from left to right and from the top.
type board struct {
	panels []dashboard.PanelOrRowPanel
	row    *dashboard.RowPanel // the open collapsed row, or nil
	next   uint32
	x, y   uint32
	height uint32 // of the line
	err    error
}

// add places a panel, on the next line if this one is full. Panels on one line
// have the same height.
func (b *board) add(made builder, width, height uint32) {
	p, err := made.Build()
	if err != nil {
		if b.err == nil {
			b.err = err
		}
		return
	}
	if b.x+width > gridWidth {
		b.wrap()
	}
	b.next++
	// Defaults of the SDK that are not wanted.
	p.Transparent, p.RepeatDirection = nil, nil
	for i := range p.Links {
		p.Links[i].Placement = nil
	}
	p.Id = new(b.next)
	p.GridPos = &dashboard.GridPos{X: b.x, Y: b.y, W: width, H: height}
	b.x += width
	b.height = max(b.height, height)
	if b.row != nil {
		b.row.Panels = append(b.row.Panels, p)
		return
	}
	b.panels = append(b.panels, dashboard.PanelOrRowPanel{Panel: &p})
}

// wrap begins a new line.
func (b *board) wrap() {
	b.y += b.height
	b.x, b.height = 0, 0
}

// head begins a row with a title. Grafana loads the panels of a collapsed row
// when it is opened.
func (b *board) head(title string, collapsed bool) {
	b.wrap()
	if b.row != nil {
		// Panels in a collapsed row take no space.
		b.y = b.row.GridPos.Y + 1
	}
	b.next++
	row := dashboard.NewRowPanel()
	row.Title, row.Id, row.Collapsed = new(asWritten(title)), b.next, collapsed
	row.GridPos = &dashboard.GridPos{X: 0, Y: b.y, W: gridWidth, H: 1}
	b.y++
	b.panels = append(b.panels, dashboard.PanelOrRowPanel{RowPanel: row})
	b.row = nil
	if collapsed {
		b.row = row
	}
}

// dashboard makes a dashboard in one language.
func (r *generator) dashboard(d layout.Dashboard, l *language.Language) (dashboard.Dashboard, error) {
	var b board
	of := *r
	of.choices = r.chooses(r.collectorsOf(d))
	r = &of
	switch d.Kind {
	case layout.Overview:
		r.overview(&b, d, l)
	case layout.Wall:
		r.wall(&b, l)
	case layout.Self:
		r.self(&b, l)
	case layout.KPI:
		r.kpi(&b, l)
	default:
		r.domain(&b, d, l)
	}
	if b.err != nil {
		return dashboard.Dashboard{}, b.err
	}
	made := dashboard.NewDashboardBuilder(asWritten(l.Of(d.Title))).
		Uid(r.region.Dashboards.UID(d, l)).
		Description(asWritten(l.Of(d.Question))).
		Tags([]string{tag, tag + "-" + l.Code(), string(d.Kind)}).
		Timezone(r.region.TimeZone).WeekStart("monday").
		Time("now-"+d.Span, "now").Refresh("1m").
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Readonly()
	if d.Kind == layout.Wall {
		made.Timepicker(dashboard.NewTimePickerBuilder().Hidden(true))
	}
	dash, err := made.Build()
	if err != nil {
		return dash, err
	}
	dash.Panels = b.panels
	dash.Annotations.List = schemas(r.annotations(d, l))
	if dash.Templating.List, err = r.variables(d, l); err != nil {
		return dash, fmt.Errorf("variables: %w", err)
	}
	if d.Kind != layout.Wall {
		dash.Links = r.links(d, l)
	}
	return dash, nil
}
