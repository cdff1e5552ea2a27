package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	v2 "github.com/grafana/grafana-foundation-sdk/go/dashboardv2beta1"
)

// v2Tab makes a tab of the panels of a dashboard of schema v1.
type v2Tab struct {
	made *v2.Dashboard // has the panels
	id   uint32        // of the panel before
	ids  []uint32      // of the tab's panels
}

// of returns the tab: the panels before the first head, and a row for each head.
// A row is closed where it is closed in v1.
//
// No row is hidden while its panels have no data, though the schema can say so:
// Grafana follows that rule for a panel alone, not for a row, and the panels of a
// closed row ask for no data. An empty panel says why it is empty.
func (t *v2Tab) of(made dashboard.Dashboard) (v2.TabsLayoutTabKind, error) {
	tab := v2.NewTabsLayoutTabKind()
	tab.Spec.Title = made.Title
	rows := v2.NewRowsLayoutKind()
	var grid *v2.GridLayoutKind
	var top uint32
	for _, p := range made.Panels {
		if grid == nil || p.RowPanel != nil {
			grid, top = v2Row(rows, p.RowPanel)
		}
		var panels []dashboard.Panel
		if p.Panel != nil {
			panels = []dashboard.Panel{*p.Panel}
		} else {
			panels = p.RowPanel.Panels
		}
		for _, panel := range panels {
			if err := t.place(grid, panel, top); err != nil {
				return *tab, err
			}
		}
	}
	tab.Spec.Layout.RowsLayoutKind = rows
	return *tab, nil
}

// v2Row adds a row, without a head if there is none, and returns its grid and
// the line of v1's grid that it begins with.
func v2Row(rows *v2.RowsLayoutKind, head *dashboard.RowPanel) (grid *v2.GridLayoutKind, top uint32) {
	row := v2.NewRowsLayoutRowKind()
	if head == nil {
		row.Spec.HideHeader = new(true)
	} else {
		row.Spec.Title, row.Spec.Collapse = head.Title, new(head.Collapsed)
		top = head.GridPos.Y + head.GridPos.H
	}
	grid = v2.NewGridLayoutKind()
	row.Spec.Layout.GridLayoutKind = grid
	rows.Spec.Rows = append(rows.Spec.Rows, *row)
	return grid, top
}

// place adds a panel to the dashboard, and to the grid where it is in v1.
func (t *v2Tab) place(grid *v2.GridLayoutKind, p dashboard.Panel, top uint32) error {
	t.id++
	t.ids = append(t.ids, t.id)
	panel, err := v2Panel(p)
	if err != nil {
		return fmt.Errorf("panel %q: %w", *p.Title, err)
	}
	panel.Spec.Id = float64(t.id)
	name := fmt.Sprintf("panel-%d", t.id)
	t.made.Elements[name] = v2.Element{PanelKind: panel}
	item := v2.NewGridLayoutItemKind()
	item.Spec.X, item.Spec.Y = int64(p.GridPos.X), int64(p.GridPos.Y-top)
	item.Spec.Width, item.Spec.Height = int64(p.GridPos.W), int64(p.GridPos.H)
	item.Spec.Element.Name = name
	grid.Spec.Items = append(grid.Spec.Items, *item)
	return nil
}
