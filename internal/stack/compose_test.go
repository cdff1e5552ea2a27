package stack

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func compose(t *testing.T) *types.Project {
	t.Helper()
	directory, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(directory, "docker-compose.yml")}, cli.WithWorkingDirectory(directory))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

var pinned = regexp.MustCompile(`^[a-z0-9./-]+:v?[0-9]+\.[0-9]+\.[0-9]+$`)

func TestCompose(t *testing.T) {
	project := compose(t)
	for _, name := range []string{"mariadb", "planwatch", "prometheus", "alertmanager", "grafana", "mail"} {
		if _, ok := project.Services[name]; !ok {
			t.Errorf("no service %s", name)
		}
	}
	for name, service := range project.Services {
		if service.Build == nil && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %s is not pinned to a version", name, service.Image)
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open beyond loopback", name, port.Published)
			}
		}
		// Services that share another's network only receive, and nothing waits for them.
		if service.NetworkMode == "" && service.HealthCheck == nil {
			t.Errorf("%s: no health check", name)
		}
		for other, dependency := range service.DependsOn {
			if service.NetworkMode == "" && dependency.Condition != types.ServiceConditionHealthy {
				t.Errorf("%s: starts when %s has %s, not when it is healthy", name, other, dependency.Condition)
			}
		}
		for _, volume := range service.Volumes {
			switch volume.Type {
			case types.VolumeTypeBind:
				if _, err := os.Stat(volume.Source); err != nil {
					t.Errorf("%s: mounts %v", name, err)
				}
				if !volume.ReadOnly {
					t.Errorf("%s: may write to %s", name, volume.Source)
				}
			case types.VolumeTypeVolume:
				if _, ok := project.Volumes[volume.Source]; !ok || volume.Source == "" {
					t.Errorf("%s: %s is no named volume", name, volume.Target)
				}
			default:
				t.Errorf("%s: a mount of type %s", name, volume.Type)
			}
		}
	}
	planwatch := project.Services["planwatch"]
	if !planwatch.ReadOnly || planwatch.User != "65532:65532" || len(planwatch.CapDrop) != 1 || planwatch.CapDrop[0] != "ALL" {
		t.Error("planwatch: may write to its file system, or is somebody")
	}
}

// Prometheus and Alertmanager have the versions that the tools are pinned to.
func TestComposeVersions(t *testing.T) {
	project := compose(t)
	for _, tt := range []struct{ service, module, directory, from, to string }{
		{"prometheus", "github.com/prometheus/prometheus", "tools", "v0.3", "v3."},
		{"alertmanager", "github.com/prometheus/alertmanager", "tools/alertmanager", "v0.", "v0."},
	} {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(tt.directory), "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		version := regexp.MustCompile(regexp.QuoteMeta(tt.module) + ` (v\S+)`).FindStringSubmatch(string(data))
		if version == nil {
			t.Fatalf("%s/go.mod does not pin %s", tt.directory, tt.module)
		}
		want := strings.Replace(version[1], tt.from, tt.to, 1)
		if _, tag, _ := strings.Cut(project.Services[tt.service].Image, ":"); tag != want {
			t.Errorf("%s: image of %s, tests run with %s", tt.service, tag, want)
		}
	}
}

// The entrypoint of the MariaDB image sources a script that is not executable,
// so that the script can call its functions. It would run one that is.
func TestReaderScript(t *testing.T) {
	info, err := os.Stat(filepath.Join(root, "deploy", "mariadb", "30-reader.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode()&0o111 != 0 {
		t.Error("30-reader.sh is executable")
	}
}

// deploy/secrets/make makes the stack's secrets, and leaves those that there are.
func TestSecrets(t *testing.T) {
	directory := t.TempDir()
	for range 2 {
		if out, err := exec.CommandContext(t.Context(), filepath.Join(root, "deploy", "secrets", "make"), directory).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	seen := map[string]bool{}
	for name, secret := range compose(t).Secrets {
		if filepath.Base(filepath.Dir(secret.File)) != "secrets" {
			t.Errorf("secret %s: %s is not under deploy/secrets, which git does not see", name, secret.File)
		}
		data, err := os.ReadFile(filepath.Join(directory, filepath.Base(secret.File)))
		if err != nil {
			t.Errorf("secret %s: %v", name, err)
		}
		if len(data) != 48 || seen[string(data)] {
			t.Errorf("secret %s is not 48 letters of its own", name)
		}
		seen[string(data)] = true
	}
}
