package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
)

// What planwatch init writes, and what is put in place of its source.
const (
	database = `region: Region Norrbotten
languages: [sv, en]
time_zone: Europe/Stockholm
sources:
  warehouse: {driver: mysql, address: "warehouse.example.org:3306", database: warehouse, user: planwatch}
`
	sampleClock  = "clock: 2025-03-18T08:00:00+01:00\n"
	sampleOutbox = "alerting: {outbox: true}\n"
)

const (
	clockNotice  = "clock: set to 2025-03-18T08:00:00+01:00, while source warehouse is a database: figures, the report and alerts are as of then, and not of today; leave clock out"
	outboxNotice = "alerting: outbox: on, while source warehouse is a database: messages are kept for the page /outbox, and nobody gets one; leave outbox out to send them"
)

func TestNotices(t *testing.T) {
	tests := []struct {
		name    string
		env     map[string]string
		builtin bool
		// without a file of the region.
		without string
		// settings replace those of planwatch.yaml.
		settings string
		want     []string
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
		{name: "a database, with the sample's settings", settings: database + sampleClock + sampleOutbox, want: []string{clockNotice, outboxNotice}},
		{name: "the same from the environment", settings: database, env: map[string]string{"PLANWATCH_CLOCK": "2025-03-18T08:00:00+01:00", "PLANWATCH_ALERTING_OUTBOX": "true"}, want: []string{clockNotice, outboxNotice}},
		{name: "a database, with the sample's clock", settings: database + sampleClock, want: []string{clockNotice}},
		{name: "a database, with the sample's outbox", settings: database + sampleOutbox, want: []string{outboxNotice}},
		{name: "a database beside files", settings: database + "  another: {driver: csv, folder: 'builtin:sample'}\n" + sampleClock, want: []string{clockNotice}},
		{name: "a database, with an outbox that has no effect beside an Alertmanager", settings: database + sampleOutbox,
			env: map[string]string{"PLANWATCH_ALERTING_ALERTMANAGERS": "http://localhost:9093"}},
		{name: "a database, with an outbox that has no effect since another evaluates", settings: database + sampleOutbox, env: map[string]string{"PLANWATCH_ALERTING_EMBEDDED": "false"}},
		{name: "a database, with an outbox that has no effect since there are no alerts", settings: database + sampleOutbox, without: "oncall.yaml",
			want: []string{"no oncall.yaml: there are no alerts and there is no routing"}},
		{name: "a database, and nothing of the sample", settings: database},
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
			if tt.settings != "" {
				if err := os.WriteFile(filepath.Join(dir, "planwatch.yaml"), []byte(tt.settings), 0o600); err != nil {
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
