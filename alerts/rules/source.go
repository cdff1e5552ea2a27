package rules

import (
	"slices"

	"planwatch/collectors"
)

// Sources returns the names of the sources that the collectors read, sorted.
func Sources(definitions []*collectors.Definition) []string {
	var sources []string
	for _, d := range definitions {
		sources = append(sources, d.Source)
	}
	slices.Sort(sources)
	return slices.Compact(sources)
}

// Reading returns the names of the collectors that read the source.
func Reading(definitions []*collectors.Definition, source string) []string {
	var names []string
	for _, d := range definitions {
		if d.Source == source {
			names = append(names, d.Collector)
		}
	}
	return names
}
