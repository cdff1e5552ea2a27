package dashboards

import (
	"errors"
	"io/fs"

	"planwatch/config"
)

// UIDs is the dashboard that shows each collector, by its uid; empty where
// the region has no dashboards.
func UIDs(cfg *config.Config) (map[string]string, error) {
	set, err := Load(cfg)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	return set.UIDs(), nil
}
