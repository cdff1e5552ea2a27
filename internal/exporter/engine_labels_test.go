package exporter

import (
	"maps"
	"testing"

	"planwatch/config"
)

// Of several regions in one process, the past of none is another's, where an engine has that
// of all.
func TestEngineLabels(t *testing.T) {
	for _, tt := range []struct {
		name             string
		beside           bool
		configured, want map[string]string
	}{
		{"alone", false, map[string]string{"replica": "a"}, map[string]string{"replica": "a"}},
		{"one of several", true, nil, map[string]string{"region": "nord"}},
		{"one of several, with labels", true, map[string]string{"replica": "a"}, map[string]string{"replica": "a", "region": "nord"}},
		{"one of several, by another name there", true, map[string]string{"region": "norrbotten"}, map[string]string{"region": "norrbotten"}},
		{"one of several, without a name there", true, map[string]string{"region": ""}, map[string]string{"region": ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			service := config.DefaultService()
			service.History.Labels = tt.configured
			before := maps.Clone(tt.configured)
			if got := engineLabels(&config.Region{Service: service, Name: "nord", Beside: tt.beside}); !maps.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if !maps.Equal(before, tt.configured) {
				t.Errorf("the configuration became %v", tt.configured)
			}
		})
	}
}
