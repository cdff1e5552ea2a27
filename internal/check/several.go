package check

import (
	"fmt"

	"planwatch/config"
	"planwatch/internal/kpi"
)

// Disagreements says in what KPIs of one name are defined otherwise in one of the regions
// than in the first that has them. Their figures are not to be compared.
func Disagreements(regions []*config.Region) []string {
	type first struct {
		region *config.Region
		kpi    kpi.Entry
	}
	var said []string
	met := map[string]first{}
	for _, region := range regions {
		for _, entry := range region.KPIs.Entries() {
			before, known := met[entry.Name]
			if !known {
				met[entry.Name] = first{region, entry}
				continue
			}
			for _, d := range before.kpi.Disagrees(entry.KPI) {
				said = append(said, fmt.Sprintf("kpi %s: %s: %s in %s, %s in %s", entry.Name, d.Key,
					stated(d.Own), fileOf(before.region, before.kpi), stated(d.Other), fileOf(region, entry)))
			}
		}
	}
	return said
}

// fileOf is the file that defines the KPI.
func fileOf(region *config.Region, entry kpi.Entry) string {
	return region.Name + "/" + region.Collector(entry.Collector).File()
}

// stated is a value as it stands in a file.
func stated(value string) string {
	if value == "" {
		return "none"
	}
	return fmt.Sprintf("%q", shortened(value))
}
