package report

import (
	"slices"

	"planwatch/config"
	"planwatch/internal/language"
)

// WithoutParts gives the report without the rows that are there for others' sake: they
// have no target, and their KPI is a part of a ratio, counts some of the people of
// another, or is what targets take their value from.
func (r *Report) WithoutParts() *Report {
	parts := partsOf(r.Region)
	shown := *r
	shown.Rows = slices.DeleteFunc(slices.Clone(r.Rows), func(row Row) bool { return row.Target == nil && parts[row.KPI.Name] })
	shown.LeftOut = r.LeftOut + len(r.Rows) - len(shown.Rows)
	if r.Compared != nil {
		shown.Compared = r.Compared.of(shown.Rows)
	}
	return &shown
}

// partsOf are the KPIs that others of the region, or targets, are made of.
func partsOf(region *config.Region) map[string]bool {
	parts := map[string]bool{}
	for _, entry := range region.KPIs.Entries() {
		if entry.Ratio != nil {
			parts[entry.Ratio.Of], parts[entry.Ratio.To] = true, true
		}
		if entry.PartOf != "" {
			parts[entry.Name] = true
		}
	}
	for _, t := range region.Plan.Targets {
		if t.ValueFrom != nil && t.ValueFrom.KPI != "" {
			parts[t.ValueFrom.KPI] = true
		}
	}
	return parts
}

// LeftOutWords says how many rows are left out as parts, and how to see them; "" where
// none is.
func (r *Report) LeftOutWords(l *language.Language) string {
	if r.LeftOut == 0 {
		return ""
	}
	return l.Say("%d parts of other key figures, without a target, are left out; --all shows them", r.LeftOut)
}
