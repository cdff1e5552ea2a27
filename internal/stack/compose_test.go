package stack

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"planwatch/internal/backfill"
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
	for _, name := range []string{"mariadb", "planwatch", "backfill", "prometheus", "alertmanager", "grafana", "mail"} {
		if _, ok := project.Services[name]; !ok {
			t.Errorf("no service %s", name)
		}
	}
	ends := map[string]bool{} // once it has done what it is for
	for _, service := range project.Services {
		for other, dependency := range service.DependsOn {
			if dependency.Condition == types.ServiceConditionCompletedSuccessfully {
				ends[other] = true
			}
		}
	}
	for name, service := range project.Services {
		if ends[name] && service.Restart != "no" {
			t.Errorf("%s: others wait for its end, and it is started again: %s", name, service.Restart)
		}
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
			if service.NetworkMode == "" && dependency.Condition != types.ServiceConditionHealthy && !ends[other] {
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

// Prometheus begins with the past, which is written in its volume, as its user, and
// over the warehouse that planwatch reads, and which it keeps.
func TestComposePast(t *testing.T) {
	project := compose(t)
	writer, prometheus, planwatch := project.Services["backfill"], project.Services["prometheus"], project.Services["planwatch"]
	if got := prometheus.DependsOn["backfill"].Condition; got != types.ServiceConditionCompletedSuccessfully {
		t.Errorf("Prometheus starts when the backfill has %s", got)
	}
	flags := append([]string{"backfill", "--config=/etc/planwatch", "--output=/prometheus"}, Past()...)
	if !slices.Equal(writer.Command, flags) {
		t.Errorf("the backfill runs %s, and that of make stack %s", writer.Command, flags)
	}
	for _, want := range []string{"--storage.tsdb.path=/prometheus", "--storage.tsdb.retention.time=" + retention} {
		if !slices.Contains(prometheus.Command, want) {
			t.Errorf("Prometheus has no %s", want)
		}
	}
	volume := func(service types.ServiceConfig, target string) string {
		for _, v := range service.Volumes {
			if v.Target == target {
				return v.Source
			}
		}
		return ""
	}
	if a, b := volume(writer, "/prometheus"), volume(prometheus, "/prometheus"); a != b || a == "" {
		t.Errorf("the past is written to %q, and Prometheus reads %q", a, b)
	}
	for _, target := range []string{"/etc/planwatch", "/etc/planwatch/planwatch.yaml"} {
		if a, b := volume(writer, target), volume(planwatch, target); a != b || a == "" {
			t.Errorf("%s of the backfill is %q, and that of planwatch %q", target, a, b)
		}
	}
	// The image of Prometheus runs as nobody.
	nobody := "65534:65534"
	if writer.User != nobody || !writer.ReadOnly || !slices.Equal(writer.CapDrop, []string{"ALL"}) {
		t.Errorf("the backfill is %s, or may write to its file system, or is somebody", writer.User)
	}
	dockerfile, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^COPY .*--chown=` + nobody + ` \S+ /prometheus$`).Match(dockerfile) {
		t.Error("the image has no /prometheus of Prometheus' user, so that the volume would be root's")
	}
	// The series of past and present are the same.
	configuration, err := os.ReadFile(filepath.Join(root, "deploy", "prometheus", "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	labels := backfill.DefaultFlags().Labels
	if want := "- job_name: " + labels.Get("job") + "\n    static_configs:\n      - targets: [\"" + labels.Get("instance") + "\"]"; !strings.Contains(string(configuration), want) {
		t.Errorf("deploy/prometheus does not scrape by the labels %v of the past", labels)
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

// Grafana writes dates as they are read where the region is: the day never after the
// month, but for dates that begin with the year.
func TestComposeDates(t *testing.T) {
	environment := compose(t).Services["grafana"].Environment
	setting := func(name string) string {
		t.Helper()
		value := environment[name]
		if value == nil {
			t.Errorf("%s is not set", name)
			return ""
		}
		return *value
	}
	for name, want := range map[string]string{
		"GF_USERS_DEFAULT_LANGUAGE":          "sv-SE",
		"GF_DATE_FORMATS_USE_BROWSER_LOCALE": "false",
		"GF_DATE_FORMATS_DEFAULT_TIMEZONE":   "Europe/Stockholm",
		"GF_DATE_FORMATS_DEFAULT_WEEK_START": "monday",
		"GF_DATE_FORMATS_INTERVAL_HOUR":      "D MMM HH:mm",
		"GF_DATE_FORMATS_FULL_DATE":          "YYYY-MM-DD HH:mm",
		"GF_DATE_FORMATS_INTERVAL_SECOND":    "HH:mm:ss",
		"GF_DATE_FORMATS_INTERVAL_MINUTE":    "HH:mm",
		"GF_DATE_FORMATS_INTERVAL_DAY":       "D MMM",
		"GF_DATE_FORMATS_INTERVAL_MONTH":     "YYYY-MM",
		"GF_DATE_FORMATS_INTERVAL_YEAR":      "YYYY",
	} {
		if got := setting(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, value := range environment {
		if !strings.HasPrefix(name, "GF_DATE_FORMATS_") || value == nil || strings.HasPrefix(name, "GF_DATE_FORMATS_DEFAULT_") {
			continue
		}
		year, month, day := strings.Index(*value, "YYYY"), strings.Index(*value, "M"), strings.Index(*value, "D")
		if month >= 0 && day > month && (year < 0 || year > month) {
			t.Errorf("%s: %q has the month before the day", name, *value)
		}
		if strings.ContainsAny(*value, "hA") {
			t.Errorf("%s: %q counts twelve hours", name, *value)
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
