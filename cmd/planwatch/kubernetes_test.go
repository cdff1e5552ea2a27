//go:build gms_pure_go

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The settings that Kubernetes' manifests put in the place of a region's own are
// valid.
func TestKubernetesSettings(t *testing.T) {
	for _, directory := range []string{"base", "example"} {
		t.Run(directory, func(t *testing.T) {
			settings, err := os.ReadFile(filepath.Join("..", "..", "deploy", "kubernetes", directory, "planwatch.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			region := filepath.Join(t.TempDir(), "region")
			planwatch(t, "init", region)
			if err := os.WriteFile(filepath.Join(region, "planwatch.yaml"), settings, 0o600); err != nil {
				t.Fatal(err)
			}
			// Loads the whole of the configuration, and asks no source.
			planwatch(t, "generate", "--config", region, t.TempDir())
		})
	}
}
