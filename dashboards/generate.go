package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"

	"planwatch/config"
	"planwatch/internal/generated"
)

// Directory is where the dashboards of cfg's region are written, from the
// repository's root.
func Directory(cfg *config.Config) string {
	return path.Join("dashboards", cfg.Name())
}

// Generate makes all dashboards of cfg's region, one file each and language,
// in Grafana's JSON. The same cfg gives the same bytes.
func Generate(cfg *config.Config) ([]generated.File, error) {
	set, err := Load(cfg)
	if err != nil {
		return nil, err
	}
	r := newRegion(cfg, set)
	var files []generated.File
	for _, l := range languages {
		for _, d := range set.Dashboards {
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
			files = append(files, generated.File{Path: path.Join(Directory(cfg), string(l), d.ID+".json"), Data: data.Bytes()})
		}
	}
	return files, nil
}
