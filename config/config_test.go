package config_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/faulttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestBuiltinLoads(t *testing.T) {
	r, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Location.String() != "Europe/Stockholm" {
		t.Errorf("time zone %s", r.Location)
	}
	if len(r.Collectors) == 0 {
		t.Error("no collectors")
	}
	start := time.Date(2025, 3, 18, 8, 0, 0, 0, r.Location)
	if now := r.NewClock().Now(); now.Before(start) || now.After(start.Add(time.Minute)) {
		t.Errorf("the clock shows %s, want %s", now, start)
	}
}

func TestWriteBuiltin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "region")
	if err := config.WriteBuiltin(dir); err != nil {
		t.Fatal(err)
	}
	written, err := config.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	builtin, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(written.Collectors) != len(builtin.Collectors) {
		t.Errorf("%d collectors, want %d", len(written.Collectors), len(builtin.Collectors))
	}
	if err := config.WriteBuiltin(dir); err == nil || !strings.Contains(err.Error(), "is not empty; name a new directory") {
		t.Errorf("a second time: %v", err)
	}
}

// The user who serves a region is not the one who writes it.
func TestWriteBuiltinForEveryone(t *testing.T) {
	for name, umask := range map[string]int{"nothing for others": 0o027, "nothing for the group": 0o077, "nobody may write": 0o222} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.Mkdir(filepath.Join(root, "there"), 0o700); err != nil {
				t.Fatal(err)
			}
			defer syscall.Umask(syscall.Umask(umask))
			for _, dir := range []string{"there", "made/region"} {
				if err := config.WriteBuiltin(filepath.Join(root, dir)); err != nil {
					t.Fatal(err)
				}
			}
			files := 0
			err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || path == root {
					return err
				}
				info, err := entry.Info()
				if err != nil {
					return err
				}
				want := fs.FileMode(0o644)
				switch {
				case path == filepath.Join(root, "there"):
					want = fs.ModeDir | 0o700 // somebody else made it
				case entry.IsDir():
					want = fs.ModeDir | 0o755
				default:
					files++
				}
				if info.Mode() != want {
					t.Errorf("%s: %s, want %s", path, info.Mode(), want)
				}
				return nil
			})
			if err != nil || files == 0 {
				t.Errorf("%d files: %v", files, err)
			}
		})
	}
}

// TestBadConfigurations loads testdata/good with a fault in it.
func TestBadConfigurations(t *testing.T) {
	faulttest.Run(t, "testdata/bad/*.txtar", os.DirFS("testdata/good"), *update, func(t *testing.T, files fs.FS) error {
		t.Helper()
		region := t.TempDir()
		if err := os.CopyFS(region, files); err != nil {
			t.Fatal(err)
		}
		_, err := config.Load(region, nil)
		return err
	})
}

// TestNoRegion names what is no region's directory.
func TestNoRegion(t *testing.T) {
	tests := []struct {
		name string
		// missing of testdata/good.
		missing string
		// dir to load within the directory.
		dir  string
		want string
	}{
		{"no directory", "", "nowhere", "configuration: stat DIR/nowhere: no such file or directory"},
		{"a file", "", "planwatch.yaml", "configuration: DIR/planwatch.yaml is not a directory; planwatch init DIR/planwatch.yaml.d makes one"},
		{"no settings", "planwatch.yaml", "", "configuration: no planwatch.yaml; planwatch init DIR makes a directory with one"},
		{"no collectors", "collectors/beds.yaml", "", "collectors: no *.yaml files; a region has at least one collector"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			region := t.TempDir()
			if err := os.CopyFS(region, os.DirFS("testdata/good")); err != nil {
				t.Fatal(err)
			}
			if tt.missing != "" {
				if err := os.Remove(filepath.Join(region, tt.missing)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := config.Load(filepath.Join(region, tt.dir), nil)
			if err == nil {
				t.Fatal("loads")
			}
			if got := strings.ReplaceAll(err.Error(), region, "DIR"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		env   map[string]string
		check func(*config.Region) bool
		want  string
	}{
		{"a text", map[string]string{"PLANWATCH_REGION": "Region Test"}, func(r *config.Region) bool { return r.Title == "Region Test" }, ""},
		{"a duration", map[string]string{"PLANWATCH_RETRY_MAX": "2m"}, func(r *config.Region) bool { return r.Retry.Max.String() == "2m" }, ""},
		{"a list", map[string]string{"PLANWATCH_WEB_LISTEN_ADDRESS": ":1,:2"}, func(r *config.Region) bool { return len(r.Web.ListenAddress) == 2 }, ""},
		{"a boolean", map[string]string{"PLANWATCH_WEB_ENABLE_LIFECYCLE": "true"}, func(r *config.Region) bool { return r.Web.EnableLifecycle }, ""},
		{"a source", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_USER": "reader"}, func(r *config.Region) bool { return r.Sources["warehouse"].User == "reader" }, ""},
		{"a secret", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_PASSWORD": "hunter2"}, func(r *config.Region) bool { return r.Sources["warehouse"].Password.Reveal() == "hunter2" }, ""},
		{"what the file leaves to it", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_ADDRESS": "", "PLANWATCH_SOURCES_WAREHOUSE_TLS_MODE": "verify"}, func(r *config.Region) bool { return r.Sources["warehouse"].TLS.Mode == "verify" }, ""},
		{"a trusted header", map[string]string{"PLANWATCH_WEB_TRUSTED_HEADER_NAME": "X-Forwarded-User", "PLANWATCH_WEB_TRUSTED_HEADER_PROXIES": "127.0.0.1/32,10.0.0.0/8"}, func(r *config.Region) bool { return len(r.Web.TrustedHeader.Prefixes()) == 2 }, ""},
		{"a duration that is none", map[string]string{"PLANWATCH_RETRY_MAX": "soon"}, nil, `environment or flags: 'retry.max' "soon" is not a duration such as 30s, 2h or 40d`},
		{"a control character", map[string]string{"PLANWATCH_REGION": "Region\aTest"}, nil, `environment or flags: region: has the control character U+0007; leave it out`},
		{"a value that does not fit", map[string]string{"PLANWATCH_LOG_LEVEL": "loud"}, nil, `environment or flags: log: level: "loud" is not debug, info, warn or error`},
		{"too few connections", map[string]string{"PLANWATCH_WEB_MAX_CONNECTIONS": "7"}, nil, `environment or flags: web: max_connections: 7 is below 8`},
		{"what is no boolean", map[string]string{"PLANWATCH_WEB_ENABLE_LIFECYCLE": "perhaps"}, nil, `environment or flags: 'web.enable_lifecycle' cannot parse value as 'bool': strconv.ParseBool: invalid syntax`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			r, err := config.Load("testdata/good", nil)
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "" && !tt.check(r):
				t.Errorf("not taken over: %+v", r.Service)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A setting that the file must have may stand in the environment alone.
func TestSourceFromTheEnvironmentAlone(t *testing.T) {
	region := t.TempDir()
	if err := os.CopyFS(region, os.DirFS("testdata/good")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(region, "planwatch.yaml"), []byte("region: Region Test\nlanguages: [sv, en]\ntime_zone: Europe/Stockholm\nsources: {warehouse: {driver: mysql}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(region, nil); err == nil || !strings.HasPrefix(err.Error(), "planwatch.yaml:4: source warehouse: address: missing") {
		t.Errorf("without the variable: %v", err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_DSN", "planwatch:hunter2@tcp(127.0.0.1:3306)/warehouse")
	r, err := config.Load(region, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Sources["warehouse"].DSN.Reveal(); !strings.HasPrefix(got, "planwatch:hunter2@") {
		t.Errorf("dsn %q", got)
	}
}

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_PASSWORD", "hunter2")
	t.Setenv("PLANWATCH_LOG_LEVEL", "loud")
	if _, err := config.Load("testdata/good", nil); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
