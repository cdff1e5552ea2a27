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
	return append(owned, V2Directory(region))
}

// Generate makes all dashboards of a region, one file for each and each
// language, in Grafana's JSON, and one a language of all of them in Grafana's
// schema v2; none for a region that has none. The same region gives the same
// bytes.
func Generate(region *config.Region) ([]genfiles.File, error) {
	if region.Dashboards == nil {
		return nil, nil
	}
	r := newGenerator(region)
	var files []genfiles.File
	for _, l := range region.Languages.All() {
		var pages []page
		for _, d := range region.Dashboards.Dashboards {
			made, err := r.dashboard(d, l)
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", d.ID, err)
			}
			data, err := encode(annotated{made, annotationList{r.annotations(d, l)}}, " ")
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", d.ID, err)
			}
			files = append(files, genfiles.File{Path: path.Join(Directory(region, l), d.ID+".json"), Data: data})
			if inV2(d.Kind) {
				pages = append(pages, page{d, made})
			}
		}
		if len(pages) == 0 {
			continue
		}
		made, err := r.v2(pages, l)
		if err != nil {
			return nil, fmt.Errorf("dashboard of schema v2: %w", err)
		}
		// Without spaces, as it is sent whole in one request, which such an API takes
		// up to 3 MB of.
		data, err := encode(made, "")
		if err != nil {
			return nil, fmt.Errorf("dashboard of schema v2: %w", err)
		}
		files = append(files, genfiles.File{Path: path.Join(V2Directory(region), l.Code()+".json"), Data: data})
	}
	return files, nil
}

// encode is a dashboard as its file has it.
func encode(made any, indent string) ([]byte, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(made)
	return data.Bytes(), err
}
