package config_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/kpi"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestBuiltinLoads(t *testing.T) {
	c, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Location.String() != "Europe/Stockholm" {
		t.Errorf("time zone %s", c.Location)
	}
	if len(c.Collectors) == 0 {
		t.Error("no collectors")
	}
	start := time.Date(2025, 3, 18, 8, 0, 0, 0, c.Location)
	if now := c.NewClock().Now(); now.Before(start) || now.After(start.Add(time.Minute)) {
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

// Each directory under testdata/bad is a copy of testdata/good in which the
// files it holds replace those of the same name; want.txt is the message.
func TestBadConfigurations(t *testing.T) {
	cases, err := filepath.Glob("testdata/bad/*")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, dir := range cases {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			region := t.TempDir()
			for _, from := range []string{"testdata/good", dir} {
				lay(t, from, region)
			}
			_, err := config.Load(region, nil)
			if err == nil {
				t.Fatal("loads")
			}
			golden := filepath.Join(dir, "want.txt")
			if *update {
				if err := os.WriteFile(golden, []byte(strings.ReplaceAll(err.Error(), units(), "UNITS")+"\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, readErr := os.ReadFile(golden)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if got := strings.ReplaceAll(err.Error(), units(), "UNITS") + "\n"; got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
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
		check func(*config.Config) bool
		want  string
	}{
		{"a text", map[string]string{"PLANWATCH_REGION": "Region Test"}, func(c *config.Config) bool { return c.Region == "Region Test" }, ""},
		{"a duration", map[string]string{"PLANWATCH_RETRY_MAX": "2m"}, func(c *config.Config) bool { return c.Retry.Max.String() == "2m" }, ""},
		{"a list", map[string]string{"PLANWATCH_WEB_LISTEN_ADDRESS": ":1,:2"}, func(c *config.Config) bool { return len(c.Web.ListenAddress) == 2 }, ""},
		{"a truth", map[string]string{"PLANWATCH_WEB_ENABLE_LIFECYCLE": "true"}, func(c *config.Config) bool { return c.Web.EnableLifecycle }, ""},
		{"a source", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_USER": "reader"}, func(c *config.Config) bool { return c.Sources["warehouse"].User == "reader" }, ""},
		{"a secret", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_PASSWORD": "hunter2"}, func(c *config.Config) bool { return c.Sources["warehouse"].Password.Reveal() == "hunter2" }, ""},
		{"what the file leaves to it", map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_ADDRESS": "", "PLANWATCH_SOURCES_WAREHOUSE_TLS_MODE": "verify"}, func(c *config.Config) bool { return c.Sources["warehouse"].TLS.Mode == "verify" }, ""},
		{"a duration that is none", map[string]string{"PLANWATCH_RETRY_MAX": "soon"}, nil, `environment or flags: 'retry.max' "soon" is not a duration such as 30s, 2h or 40d`},
		{"a value that does not fit", map[string]string{"PLANWATCH_LOG_LEVEL": "loud"}, nil, `environment or flags: log: level: "loud" is not debug, info, warn or error`},
		{"a truth that is none", map[string]string{"PLANWATCH_WEB_ENABLE_LIFECYCLE": "perhaps"}, nil, `environment or flags: 'web.enable_lifecycle' cannot parse value as 'bool': strconv.ParseBool: invalid syntax`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			c, err := config.Load("testdata/good", nil)
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "" && !tt.check(c):
				t.Errorf("not taken over: %+v", c.Service)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

// A setting that the file must have may stand in the environment alone.
func TestSourceFromTheEnvironmentAlone(t *testing.T) {
	region := t.TempDir()
	lay(t, "testdata/good", region)
	if err := os.WriteFile(filepath.Join(region, "planwatch.yaml"), []byte("region: Region Test\nsources: {warehouse: {driver: mysql}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(region, nil); err == nil || !strings.HasPrefix(err.Error(), "planwatch.yaml:2: source warehouse: address: missing") {
		t.Errorf("without the variable: %v", err)
	}
	t.Setenv("PLANWATCH_SOURCES_WAREHOUSE_DSN", "planwatch:hunter2@tcp(127.0.0.1:3306)/warehouse")
	c, err := config.Load(region, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Sources["warehouse"].DSN.Reveal(); !strings.HasPrefix(got, "planwatch:hunter2@") {
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

// units is the list of all units, as messages have it.
func units() string {
	names := make([]string, len(kpi.Units()))
	for i, unit := range kpi.Units() {
		names[i] = string(unit)
	}
	return strings.Join(names, ", ")
}

// lay copies the files of a folder over those of another.
func lay(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "want.txt" {
			return err
		}
		inside, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, inside)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, inside), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
