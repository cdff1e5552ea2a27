// Package dashboards makes a region's Grafana dashboards from its definitions
// and targets, in each of the region's languages.
package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"

	"planwatch/config"
	"planwatch/internal/genfiles"
	"planwatch/internal/language"
)

// Directory returns the directory of a region's dashboards in a language,
// relative to the repository's root.
func Directory(region *config.Region, l *language.Language) string {
	return path.Join("dashboards", region.Name, l.Code())
}

// Owned returns the directories that hold only generated files.
func Owned(region *config.Region) []string {
	if region.Dashboards == nil {
		return nil
	}
	var owned []string
	for _, l := range region.Languages.All() {
		owned = append(owned, Directory(region, l))
	}
	return owned
}

// Generate makes all dashboards of a region, one file for each and each
// language, in Grafana's JSON; none for a region that has none. The same region
// gives the same bytes.
func Generate(region *config.Region) ([]genfiles.File, error) {
	if region.Dashboards == nil {
		return nil, nil
	}
	r := newGenerator(region)
	var files []genfiles.File
	for _, l := range region.Languages.All() {
		for _, d := range region.Dashboards.Dashboards {
			made, err := r.dashboard(d, l)
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", d.ID, err)
			}
			var data bytes.Buffer
			encoder := json.NewEncoder(&data)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", " ")
			if err := encoder.Encode(made); err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", d.ID, err)
			}
			files = append(files, genfiles.File{Path: path.Join(Directory(region, l), d.ID+".json"), Data: data.Bytes()})
		}
	}
	return files, nil
}
