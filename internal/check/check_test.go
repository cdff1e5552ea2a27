package check_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwatch/config"
	"planwatch/internal/check"
)

// A source that does not answer is one fault, however many collectors read it.
func TestSourceThatDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../config/testdata/good")); err != nil {
		t.Fatal(err)
	}
	definition, err := os.ReadFile(filepath.Join(dir, "collectors", "beds.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	other := strings.NewReplacer("collector: beds", "collector: more_beds", "beds_available", "more_beds_available",
		"beds_occupied", "more_beds_occupied", "bed_occupancy", "more_bed_occupancy").Replace(string(definition))
	if err := os.WriteFile(filepath.Join(dir, "collectors", "more_beds.yaml"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_ADDRESS", filepath.Join(t.TempDir(), "socket"))
	region, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	faults := check.Run(t.Context(), region).Faults
	if len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "source warehouse: ") {
		t.Errorf("got %q, want one fault, of the source", faults)
	}
}

// What an Alertmanager asks for is looked at as a source's files are.
func TestAlertmanagersFiles(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, mode := range map[string]os.FileMode{"open": 0o644, "own": 0o600} {
		if err := errors.Join(os.WriteFile(path(name), []byte("hunter2"), 0o600), os.Chmod(path(name), mode)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_ADDRESS", path("socket"))
	const prefix = "alerting: alertmanager_client: "
	for _, tt := range []struct{ name, key, file, faults, warnings string }{
		{"a password", "PASSWORD_FILE", "own", "", ""},
		{"a password of everyone", "PASSWORD_FILE", "open", "", "password_file: everyone can read " + path("open") + " (mode 0644); chmod o= it"},
		{"a missing password", "PASSWORD_FILE", "none", "password_file: open " + path("none") + ": no such file or directory", ""},
		{"a token of everyone", "TOKEN_FILE", "open", "", "token_file: everyone can read " + path("open") + " (mode 0644); chmod o= it"},
		{"a missing token", "TOKEN_FILE", "none", "token_file: open " + path("none") + ": no such file or directory", ""},
		{"missing authorities", "CA_FILE", "none", "ca_file: open " + path("none") + ": no such file or directory", ""},
		{"authorities that are none", "CA_FILE", "open", "ca_file: " + path("open") + " holds no certificate in PEM", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PLANWATCH_ALERTING_ALERTMANAGER_CLIENT_"+tt.key, path(tt.file))
			if tt.key == "PASSWORD_FILE" {
				t.Setenv("PLANWATCH_ALERTING_ALERTMANAGER_CLIENT_USER", "planwatch")
			}
			region, err := config.Load("../../config/testdata/good", nil)
			if err != nil {
				t.Fatal(err)
			}
			found := check.Run(t.Context(), region)
			var faults, warnings []string
			for _, fault := range found.Faults {
				if about, ok := strings.CutPrefix(fault.Error(), prefix); ok {
					faults = append(faults, about)
				}
			}
			for _, warning := range found.Warnings {
				if about, ok := strings.CutPrefix(warning, prefix); ok {
					warnings = append(warnings, about)
				}
			}
			if got := strings.Join(faults, "\n"); got != tt.faults {
				t.Errorf("faults %q, want %q", got, tt.faults)
			}
			if got := strings.Join(warnings, "\n"); got != tt.warnings {
				t.Errorf("warnings %q, want %q", got, tt.warnings)
			}
		})
	}
}

// So are those of the on-call file, on whatever machine they are read.
func TestOnCallFiles(t *testing.T) {
	dir, secrets := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/fjord")); err != nil {
		t.Fatal(err)
	}
	onCall, err := os.ReadFile(filepath.Join(dir, "oncall.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "oncall.yaml"), append(onCall, "directory: "+secrets+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"drift.url": 0o644, "ytre-fjord.url": 0o640} {
		path := filepath.Join(secrets, name)
		if err := errors.Join(os.WriteFile(path, []byte("https://sms.example.org/send?key=hunter2"), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	want := "oncall.yaml: receivers.drift.webhook.url_file: everyone can read " + filepath.Join(secrets, "drift.url") + " (mode 0644); chmod o= it"
	for name, set := range map[string]map[string]string{
		"planwatch sends":        {"PLANWATCH_ALERTING_OUTBOX": "false"},
		"the outbox keeps":       {"PLANWATCH_ALERTING_OUTBOX": "true"},
		"an Alertmanager sends":  {"PLANWATCH_ALERTING_ALERTMANAGERS": "http://127.0.0.1:9"},
		"a Prometheus evaluates": {"PLANWATCH_ALERTING_EMBEDDED": "false"},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range set {
				t.Setenv(key, value)
			}
			region, err := config.Load(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, warning := range check.Run(t.Context(), region).Warnings {
				if strings.Contains(warning, "everyone can read") {
					got = append(got, warning)
				}
			}
			if !slices.Equal(got, []string{want}) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// Whom planwatch could not tell is found before there is something to tell.
func TestFilesOfAddresses(t *testing.T) {
	database := t.TempDir()
	if err := os.CopyFS(database, os.DirFS("../../examples/fjord")); err != nil {
		t.Fatal(err)
	}
	settings := "region: Helse Fjord\nlanguages: [nb]\ntime_zone: Europe/Oslo\nsources:\n  warehouse: {driver: mysql, address: " + filepath.Join(t.TempDir(), "socket") +
		", database: warehouse, user: planwatch}\n"
	if err := os.WriteFile(filepath.Join(database, "planwatch.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, region string
		set          map[string]string
		want         int
	}{
		{"planwatch sends", "../../examples/fjord", map[string]string{"PLANWATCH_ALERTING_OUTBOX": "false"}, 2},
		{"an outbox keeps what would be sent", "../../examples/fjord", map[string]string{"PLANWATCH_ALERTING_OUTBOX": "true"}, 0},
		{"another sends", "../../examples/fjord", map[string]string{"PLANWATCH_ALERTING_ALERTMANAGERS": "http://127.0.0.1:9"}, 0},
		{"planwatch sends what a database shows", database, nil, 2},
		{"an outbox keeps what will be sent of a database", database, map[string]string{"PLANWATCH_ALERTING_OUTBOX": "true"}, 2},
		{"another sends what a database shows", database, map[string]string{"PLANWATCH_ALERTING_OUTBOX": "true", "PLANWATCH_ALERTING_ALERTMANAGERS": "http://127.0.0.1:9"}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for key, value := range tt.set {
				t.Setenv(key, value)
			}
			region, err := config.Load(tt.region, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, warning := range check.Run(t.Context(), region).Warnings {
				if strings.HasPrefix(warning, "messages by this file would not be sent: open "+region.OnCall.Directory) {
					got = append(got, warning)
				}
			}
			if len(got) != tt.want {
				t.Errorf("%d: %q", len(got), got)
			}
		})
	}
}

// So is what other replicas ask for.
func TestReplicasFiles(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_ADDRESS", filepath.Join(t.TempDir(), "socket"))
	t.Setenv("PLANWATCH_REPLICAS_ADDRESSES", "https://planwatch-1.example.org:9846")
	t.Setenv("PLANWATCH_REPLICAS_CLIENT_TOKEN_FILE", missing)
	t.Setenv("PLANWATCH_REPLICAS_CLIENT_CA_FILE", missing)
	region, err := config.Load("../../config/testdata/good", nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, fault := range check.Run(t.Context(), region).Faults {
		if strings.HasPrefix(fault.Error(), "replicas: client: ") {
			found = append(found, fault.Error())
		}
	}
	want := []string{
		"replicas: client: token_file: open " + missing + ": no such file or directory",
		"replicas: client: ca_file: open " + missing + ": no such file or directory",
	}
	if !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}
