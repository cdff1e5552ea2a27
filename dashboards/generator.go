package dashboards

import (
	"maps"
	"slices"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/language"
	"planwatch/plan"
)

// generator makes the dashboards of a region.
type generator struct {
	region *config.Region
	// cells are the cells that have targets, by the KPI's name.
	cells map[string][]cell
	// supporting are the KPIs that others are compared with.
	supporting map[string]bool
	// choices are the labels that the dashboard being made has variables of.
	choices []string
}

// cell is one cell of a KPI that has targets, of any year.
type cell struct {
	where map[string]string
	cites []string
	// bases are what its targets are based on.
	bases []plan.Basis
	// Whether any of its targets has a threshold of that severity.
	warning, critical bool
}

func newGenerator(region *config.Region) *generator {
	r := &generator{region: region, cells: map[string][]cell{}, supporting: map[string]bool{}}
	for _, t := range region.Plan.Targets {
		r.note(t)
		if t.ValueFrom != nil && t.ValueFrom.KPI != "" {
			r.supporting[t.ValueFrom.KPI] = true
		}
	}
	for _, d := range region.Collectors {
		for _, k := range d.KPIs {
			if k.Ratio != nil && r.supporting[k.Name] {
				r.supporting[k.Ratio.Of], r.supporting[k.Ratio.To] = true, true
			}
		}
	}
	for name := range r.cells {
		// A KPI with a target of its own is not a supporting one.
		delete(r.supporting, name)
	}
	return r
}

// note adds a target to its cell.
func (r *generator) note(t plan.Target) {
	cells := r.cells[t.KPI]
	i := slices.IndexFunc(cells, func(known cell) bool { return maps.Equal(known.where, t.Where) })
	if i < 0 {
		i = len(cells)
		cells = append(cells, cell{where: t.Where})
	}
	c := &cells[i]
	if t.Cite != "" && !slices.Contains(c.cites, t.Cite) {
		c.cites = append(c.cites, t.Cite)
	}
	if !slices.Contains(c.bases, t.Basis) {
		c.bases = append(c.bases, t.Basis)
	}
	// Without a threshold, any figure worse than expected is a warning.
	c.warning = c.warning || t.Warning.Set() || !t.Critical.Set()
	c.critical = c.critical || t.Critical.Set()
	r.cells[t.KPI] = cells
}

// collectorsOf returns the definitions that a dashboard shows; all if it names
// none.
func (r *generator) collectorsOf(d layout.Dashboard) []*collectors.Definition {
	if d.Kind != layout.Domain {
		return r.region.Collectors
	}
	shown := make([]*collectors.Definition, len(d.Collectors))
	for i, part := range d.Collectors {
		shown[i] = r.region.Collector(part.Collector)
	}
	return shown
}

// withTargets returns the names of the definitions' KPIs that have targets.
func (r *generator) withTargets(definitions []*collectors.Definition) []string {
	var names []string
	for _, d := range definitions {
		for _, k := range d.KPIs {
			if len(r.cells[k.Name]) > 0 {
				names = append(names, k.Name)
			}
		}
	}
	return names
}

// targetLabels returns the labels of the targets of the definitions' KPIs, in
// the collectors' order.
func (r *generator) targetLabels(definitions []*collectors.Definition) []string {
	var labels []string
	for _, d := range definitions {
		for _, label := range d.Labels {
			if slices.Contains(labels, label) {
				continue
			}
			for _, k := range d.KPIs {
				if slices.ContainsFunc(r.cells[k.Name], func(c cell) bool { return c.where[label] != "" }) {
					labels = append(labels, label)
					break
				}
			}
		}
	}
	return labels
}

// label returns the label's title in the language.
func (r *generator) label(name string, l *language.Language) string {
	return r.region.Dimensions.Title(name, l)
}

// splitBy returns the labels that a part's trends are split by.
func splitBy(part layout.Part, d *collectors.Definition) []string {
	switch {
	case part.By != nil:
		return *part.By
	case len(d.Labels) > 0:
		return d.Labels[:1]
	}
	return nil
}
