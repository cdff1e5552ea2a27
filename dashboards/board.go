package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// gridWidth is Grafana's.
const gridWidth = 24

// board is a dashboard being laid out, from left to right and from the top.
type board struct {
	panels []dashboard.PanelOrRowPanel
	row    *dashboard.RowPanel // the collapsed row that panels go into
	next   uint32
	x, y   uint32
	height uint32 // of the line
	err    error
}

// add places a panel, on the next line if this one is full. Panels that
// share a line are of one height.
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
	// Defaults of the SDK that say nothing, or, of a link's place, too much.
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

// head begins a row of its own title. What is placed in a collapsed one is
// loaded when somebody opens it.
func (b *board) head(title string, collapsed bool) {
	b.wrap()
	if b.row != nil {
		// What lies in a collapsed row takes no room.
		b.y = b.row.GridPos.Y + 1
	}
	b.next++
	row := dashboard.NewRowPanel()
	row.Title, row.Id, row.Collapsed = &title, b.next, collapsed
	row.GridPos = &dashboard.GridPos{X: 0, Y: b.y, W: gridWidth, H: 1}
	b.y++
	b.panels = append(b.panels, dashboard.PanelOrRowPanel{RowPanel: row})
	b.row = nil
	if collapsed {
		b.row = row
	}
}

// dashboard makes the definition's dashboard in one language.
func (r *region) dashboard(d Definition, l language) (dashboard.Dashboard, error) {
	var b board
	switch d.Kind {
	case Overview:
		r.overview(&b, d, l)
	case Wall:
		r.wall(&b, l)
	case Exporter:
		r.exporter(&b, l)
	default:
		r.domain(&b, d, l)
	}
	if b.err != nil {
		return dashboard.Dashboard{}, b.err
	}
	made := dashboard.NewDashboardBuilder(l.of(d.Title)).
		Uid(d.uid(l)).
		Description(l.of(d.Question)).
		Tags([]string{tag, tag + "-" + string(l), string(d.Kind)}).
		Timezone(r.cfg.TimeZone).WeekStart("monday").
		Time("now-"+d.Span, "now").Refresh("1m").
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Readonly()
	if d.Kind == Wall {
		made.Timepicker(dashboard.NewTimePickerBuilder().Hidden(true))
	}
	dash, err := made.Build()
	if err != nil {
		return dash, err
	}
	dash.Panels = b.panels
	if dash.Templating.List, err = r.variables(d, l); err != nil {
		return dash, fmt.Errorf("variables: %w", err)
	}
	if d.Kind != Wall {
		dash.Links = links(d, l)
	}
	return dash, nil
}
