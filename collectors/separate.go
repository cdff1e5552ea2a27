package collectors

import (
	"slices"

	"planwatch/internal/kpi"
)

// separateBy are the labels over which the KPI does not add up, in the collector's order:
// its own, and those of a ratio's parts.
func (d *Definition) separateBy(k kpi.KPI) []string {
	var labels []string
	for _, label := range d.Labels {
		is := slices.Contains(k.SeparateBy, label)
		if k.Ratio != nil {
			for _, part := range d.KPIs {
				is = is || (part.Name == k.Ratio.Of || part.Name == k.Ratio.To) && slices.Contains(part.SeparateBy, label)
			}
		}
		if is {
			labels = append(labels, label)
		}
	}
	return labels
}
