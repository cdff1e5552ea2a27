package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
)

func TestNotices(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		builtin bool
		// without a file of the region.
		without string
		want    []string
	}{
		{name: "nothing"},
		{name: "settings", env: map[string]string{"PLANWATCH_LOG_LEVEL": "warn", "PLANWATCH_SOURCES_WAREHOUSE_TLS_MODE": "", "PLANWATCHER_TIMEZONE": "x"}},
		{name: "a misspelt one", env: map[string]string{"PLANWATCH_TIMEZONE": "UTC"}, want: []string{"environment: PLANWATCH_TIMEZONE is no setting; did you mean PLANWATCH_TIME_ZONE?"}},
		{name: "a source there is not", env: map[string]string{"PLANWATCH_SOURCES_WAREHOUS_PASSWORD": "hunter2"}, want: []string{"environment: PLANWATCH_SOURCES_WAREHOUS_PASSWORD is no setting; did you mean PLANWATCH_SOURCES_WAREHOUSE_PASSWORD?"}},
		{name: "one like no other", env: map[string]string{"PLANWATCH_XYZZY": "1"}, want: []string{"environment: PLANWATCH_XYZZY is no setting"}},
		{name: "those that Kubernetes sets for a service of this name", env: map[string]string{
			"PLANWATCH_SERVICE_HOST": "10.0.0.1", "PLANWATCH_SERVICE_PORT": "9846", "PLANWATCH_SERVICE_PORT_METRICS": "9846", "PLANWATCH_PORT": "tcp://10.0.0.1:9846",
			"PLANWATCH_PORT_9846_TCP": "tcp://10.0.0.1:9846", "PLANWATCH_PORT_9846_TCP_PROTO": "tcp", "PLANWATCH_PORT_9846_TCP_PORT": "9846", "PLANWATCH_PORT_9846_TCP_ADDR": "10.0.0.1",
			"PLANWATCH_WEB_SERVICE_HOST": "10.0.0.2", "PLANWATCH_WEB_PORT": "tcp://10.0.0.2:80", "PLANWATCH_WEB_PORT_80_TCP": "tcp://10.0.0.2:80",
		}},
		{name: "a port that somebody means", env: map[string]string{"PLANWATCH_PORT": "9846"}, want: []string{"environment: PLANWATCH_PORT is no setting"}},
		{name: "the built-in region", builtin: true, want: []string{"no --config: this is the built-in region, on its sample"}},
		{name: "no alerts", without: "oncall.yaml", want: []string{"no oncall.yaml: there are no alerts and there is no routing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			dir := ""
			if !tt.builtin {
				dir = filepath.Join(t.TempDir(), "region")
				if err := config.WriteBuiltin(dir); err != nil {
					t.Fatal(err)
				}
			}
			if tt.without != "" {
				if err := os.Remove(filepath.Join(dir, tt.without)); err != nil {
					t.Fatal(err)
				}
			}
			region, err := config.Load(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := region.Notices(); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if strings.Contains(strings.Join(region.Notices(), ""), "hunter2") {
				t.Error("a secret is told")
			}
		})
	}
}
