package web

import (
	"planwatch/internal/api"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// kpis answers with what the key figures are.
func (s *endpoints) kpis(asked asking) (answer, error) {
	entries, unknown := api.Entries(asked.current, asked.query[api.ParameterKPI])
	if unknown != "" {
		return answer{}, asked.noKPI(unknown)
	}
	search, places := asked.query.Get(api.ParameterSearch), map[string][]string{}
	if search != "" {
		places = s.placesByKPI()
	}
	var found []kpi.Entry
	for _, entry := range entries {
		var collector language.Text
		if d := asked.current.Region.Collector(entry.Collector); d != nil {
			collector = d.Title
		}
		if matches(entry, collector, places[entry.Name], search, asked.lang) {
			found = append(found, entry)
		}
	}
	return answer{json: api.NewKPIs(asked.head(), asked.current, found, asked.lang)}, nil
}

// collectors answers with the state of the collectors.
func (s *endpoints) collectors(asked asking) (answer, error) {
	return answer{json: api.NewCollectors(asked.head(), s.content.Collectors(), asked.lang)}, nil
}
