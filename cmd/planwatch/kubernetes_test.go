//go:build gms_pure_go

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"planwatch/internal/builtintest"
)

// The settings that Kubernetes' manifests put in the place of a region's own are
// valid.
func TestKubernetesSettings(t *testing.T) {
	for _, directory := range []string{"base", "example"} {
		t.Run(directory, func(t *testing.T) {
			region := filepath.Join(t.TempDir(), "region")
			planwatch(t, "init", region)
			if err := os.WriteFile(filepath.Join(region, "planwatch.yaml"), kubernetesSettings(t, directory), 0o600); err != nil {
				t.Fatal(err)
			}
			// Loads the whole of the configuration, and asks no source.
			planwatch(t, "generate", "--config", region, t.TempDir())
		})
	}
}

// Those of two replicas are what planwatch check finds no fault with, where there are the
// warehouse and the secrets that they name.
func TestKubernetesReplicas(t *testing.T) {
	region := builtintest.OverMariaDB(t)
	path := filepath.Join(region, "planwatch.yaml")
	over, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	source := regexp.MustCompile(`address: (\S+), database: (\S+), user: (\S+), password_file: ([^}]+)}`).FindSubmatch(over)
	if source == nil {
		t.Fatalf("no source in\n%s", over)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_ADDRESS", string(source[1]))
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_DATABASE", string(source[2]))
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_USER", string(source[3]))
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_PASSWORD_FILE", string(source[4]))
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_TLS_MODE", "preferred")
	secrets := t.TempDir()
	users := func(hash string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(secrets, "web.yml"), fmt.Appendf(nil, "basic_auth_users:\n  replica: %s\n", hash), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("secret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	users(string(hash))
	if err := os.WriteFile(filepath.Join(secrets, "password"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := strings.ReplaceAll(string(kubernetesSettings(t, "replicas")), "/run/secrets/planwatch-replicas", secrets)
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := planwatch(t, "check", "--lang", "en", "--config", region); !strings.HasSuffix(said, "; 0 faults in the configuration\n") {
		t.Errorf("check says\n%s", said)
	}
	// The secrets and the settings are read for it.
	users("secret")
	if said := refused(t, "check", "--config", region); !strings.Contains(said, "web.config.file: ") {
		t.Errorf("of a password that is no hash, check says\n%s", said)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(settings, "http://planwatch-1.", "planwatch-1.", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := refused(t, "check", "--config", region); !strings.Contains(said, "replicas: addresses: ") {
		t.Errorf("of an address that is none, check says\n%s", said)
	}
}

// kubernetesSettings is the planwatch.yaml of a directory of the manifests.
func kubernetesSettings(t *testing.T, directory string) []byte {
	t.Helper()
	settings, err := os.ReadFile(filepath.Join("..", "..", "deploy", "kubernetes", directory, "planwatch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// refused is what planwatch says of what it finds wrong.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "planwatch", args...).CombinedOutput()
	if err == nil {
		t.Errorf("planwatch %s finds nothing wrong", strings.Join(args, " "))
	}
	return string(said)
}
