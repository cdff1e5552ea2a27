package report

import (
	"planwatch/internal/kpi"
	"planwatch/internal/status"
)

// Common is a KPI of that name in several regions, as the first of them defines it.
type Common struct {
	KPI     kpi.Entry
	Regions []RegionRow
}

// RegionRow is how a whole region stands in a KPI.
type RegionRow struct {
	Report *Report
	Row    Row
	// Disagrees has in what its definition differs from that of the first; where it does,
	// the figures are not to be compared.
	Disagrees []kpi.Disagreement
}

// Across returns the KPIs that two of the regions have or more, in the order of the first
// region that has them.
func Across(reports []*Report) []Common {
	var names []string
	found := map[string]*Common{}
	for _, r := range reports {
		for _, entry := range r.Region.KPIs.Entries() {
			c := found[entry.Name]
			if c == nil {
				c = &Common{KPI: entry}
				found[entry.Name] = c
				names = append(names, entry.Name)
			}
			c.Regions = append(c.Regions, RegionRow{r, r.whole(entry), c.KPI.Disagrees(entry.KPI)})
		}
	}
	var all []Common
	for _, name := range names {
		if c := found[name]; len(c.Regions) > 1 {
			all = append(all, *c)
		}
	}
	return all
}

// whole is the row of the KPI for the whole region: that of the target to look at first that
// is about all of it, or the figure alone.
func (r *Report) whole(entry kpi.Entry) Row {
	for _, row := range r.Rows {
		if row.KPI.Name == entry.Name && len(row.Labels) == 0 && (row.Target == nil || len(row.Target.Where) == 0) {
			return row
		}
	}
	row := r.rowOfKPI(entry, nil, r.samples)
	row.Status = status.NoTarget
	return row
}
