package dashboards

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/plan"
)

// region is what dashboards are made of.
type region struct {
	cfg *config.Config
	set *Set
	// cells are what each KPI has targets for, by the KPI's name.
	cells map[string][]cell
	// supporting are the KPIs that are there to be compared with.
	supporting map[string]bool
}

// cell is one place of a KPI that targets speak of, over the years.
type cell struct {
	where map[string]string
	cites []string
	// Whether any of its targets has a threshold of that severity, and a
	// figure of its own, at whose pace a forecast can be made.
	warning, critical, stated bool
}

func newRegion(cfg *config.Config, set *Set) *region {
	r := &region{cfg: cfg, set: set, cells: map[string][]cell{}, supporting: map[string]bool{}}
	for _, t := range cfg.Plan.Targets {
		r.note(t)
		if t.ValueFrom != nil {
			r.supporting[t.ValueFrom.KPI] = true
		}
	}
	for _, d := range cfg.Collectors {
		for _, k := range d.KPIs {
			if k.Ratio != nil && r.supporting[k.Name] {
				r.supporting[k.Ratio.Of], r.supporting[k.Ratio.To] = true, true
			}
		}
	}
	for name := range r.cells {
		// What has a target of its own is no mere support.
		delete(r.supporting, name)
	}
	return r
}

// note adds a target to those of its cell.
func (r *region) note(t plan.Target) {
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
	// Without any threshold, all that is worse than expected is a warning.
	c.warning = c.warning || t.Warning.Set() || !t.Critical.Set()
	c.critical = c.critical || t.Critical.Set()
	c.stated = c.stated || t.Value != nil
	r.cells[t.KPI] = cells
}

// name is where the cell is, in the order of the collector's labels, or ""
// for the whole region.
func (c cell) name(labels []string) string {
	var parts []string
	for _, label := range labels {
		if value := c.where[label]; value != "" {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, ", ")
}

func collector(cfg *config.Config, name string) *collectors.Definition {
	for _, d := range cfg.Collectors {
		if d.Collector == name {
			return d
		}
	}
	return nil
}

// collectorsOf are the definitions that a dashboard shows; all of them for
// one that is not made of any.
func (r *region) collectorsOf(d Definition) []*collectors.Definition {
	if d.Kind != Domain {
		return r.cfg.Collectors
	}
	shown := make([]*collectors.Definition, len(d.Collectors))
	for i, part := range d.Collectors {
		shown[i] = collector(r.cfg, part.Collector)
	}
	return shown
}

// withTargets are the names of the definitions' KPIs that have targets.
func (r *region) withTargets(definitions []*collectors.Definition) []string {
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

// targetLabels are the labels that targets of the definitions' KPIs have, in
// the collectors' order.
func (r *region) targetLabels(definitions []*collectors.Definition) []string {
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

// label is what a label is called where people read it.
func (r *region) label(name string, l language) string {
	if text, ok := r.set.Labels[name]; ok {
		return cmp.Or(l.of(text), name)
	}
	return name
}

// shown is how the KPI's values are shown.
func (r *region) shown(k kpi.KPI) display {
	// The set has been checked; an unknown unit is shown as it is.
	d, _ := show(k.Unit, r.set.Measures[k.Name])
	return d
}

// by are the labels that a part's trends are split by.
func by(part Part, d *collectors.Definition) []string {
	switch {
	case part.By != nil:
		return *part.By
	case len(d.Labels) > 0:
		return d.Labels[:1]
	}
	return nil
}
