package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"planwatch/config"
)

// Two that have the same planwatch.yaml may differ by the environment in a label, and in where
// they push to.
func TestPushByTheEnvironment(t *testing.T) {
	region := t.TempDir()
	if err := os.CopyFS(region, os.DirFS("testdata/good")); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(region, "planwatch.yaml")
	text, err := os.ReadFile(name)
	if err == nil {
		text = append(text, "\npush: {external_labels: {replica: a}, receivers: {engine: {url: \"https://one.example.org\", headers: {THANOS-TENANT: north}}}}\n"...)
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLANWATCH_PUSH_EXTERNAL_LABELS_REPLICA", "b")
	t.Setenv("PLANWATCH_PUSH_RECEIVERS_ENGINE_URL", "https://two.example.org")
	r, err := config.Load(region, nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := r.Push.Receivers["engine"]
	if r.Push.ExternalLabels["replica"] != "b" || engine.URL != "https://two.example.org" || len(engine.Headers) != 1 || engine.SpeaksOTLP() {
		t.Errorf("%+v", r.Push)
	}
}
