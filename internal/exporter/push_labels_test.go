package exporter

import (
	"log/slog"
	"maps"
	"testing"

	"planwatch/config"
)

// Of several regions in one process, what each pushes has its name, so that an engine does
// not take one's figures for another's.
func TestPushedLabels(t *testing.T) {
	for _, tt := range []struct {
		name       string
		beside     bool
		configured map[string]string
		want       map[string]string
		refused    string
	}{
		{"alone", false, map[string]string{"region": "norrbotten"}, map[string]string{"region": "norrbotten"}, ""},
		{"one of several", true, nil, map[string]string{"region": "nord"}, ""},
		{"one of several, with labels", true, map[string]string{"replica": "a"}, map[string]string{"replica": "a", "region": "nord"}, ""},
		{"one of several, with another's name", true, map[string]string{"region": "ost"}, nil, "push: external_labels: region: of several regions in one process, each has its name; leave it out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			service := config.DefaultService()
			service.Push.ExternalLabels = tt.configured
			g := &generation{region: &config.Region{Service: service, Name: "nord", Beside: tt.beside}}
			err := (&Exporter{base: base{logger: slog.New(slog.DiscardHandler)}}).preparePush(g)
			if tt.refused != "" {
				if err == nil || err.Error() != tt.refused {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || !maps.Equal(g.push.ExternalLabels, tt.want) {
				t.Errorf("%v, %v", g.push.ExternalLabels, err)
			}
		})
	}
}
