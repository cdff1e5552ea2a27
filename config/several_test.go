package config_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"planwatch/config"
)

// several are copies of testdata/good by their names, each with what is added to its
// planwatch.yaml, in a directory that is then the working directory.
func several(t *testing.T, added map[string]string) {
	t.Helper()
	root := t.TempDir()
	good, err := filepath.Abs("testdata/good")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range added {
		dir := filepath.Join(root, filepath.FromSlash(name))
		if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(filepath.Join(dir, "planwatch.yaml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
}

// storageFlag is serve's.
func storageFlag(t *testing.T, path string) config.Overrides {
	t.Helper()
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.String("storage.path", config.DefaultService().Storage.Path, "")
	if err := flags.Set("storage.path", path); err != nil {
		t.Fatal(err)
	}
	return config.Overrides{"storage.path": flags.Lookup("storage.path")}
}

// Each of several regions has an address and a storage of its own, and all of them the
// process' settings.
func TestSeveral(t *testing.T) {
	const web = "web: {listen_address: [\":9000\"], external_url: \"https://example.org/planwatch/\"}\n"
	tests := []struct {
		name      string
		added     map[string]string
		overrides func(t *testing.T) config.Overrides
		address   string
		storage   map[string]string
	}{
		{"as they come", map[string]string{"a": "", "b": ""}, nil, "http://localhost:9846/r/", map[string]string{"a": "planwatch-data/a", "b": "planwatch-data/b"}},
		{"under a path of a proxy", map[string]string{"a": web, "b": web}, nil, "https://example.org/planwatch/r/", map[string]string{"a": "planwatch-data/a", "b": "planwatch-data/b"}},
		{
			"a directory by the flag", map[string]string{"a": "", "b": "storage: {path: own}\n"},
			func(t *testing.T) config.Overrides { t.Helper(); return storageFlag(t, "data") }, "http://localhost:9846/r/", map[string]string{"a": "data/a", "b": "data/b"},
		},
		{"one that has its own", map[string]string{"a": "", "b": "storage: {path: own}\n"}, nil, "http://localhost:9846/r/", map[string]string{"a": "planwatch-data/a", "b": "own"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			several(t, tt.added)
			var overrides config.Overrides
			if tt.overrides != nil {
				overrides = tt.overrides(t)
			}
			s, err := config.LoadSeveral([]string{"a", "b"}, overrides)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Process.Web.ExternalURL; strings.Contains(got, config.RegionsPath) {
				t.Errorf("the process is at %s", got)
			}
			for i, name := range []string{"a", "b"} {
				again, err := s.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range []*config.Region{s.Places[i].Region, again} {
					if !r.Beside || r.Name != name || r.Web.ExternalURL != tt.address+name || r.Storage.Path != tt.storage[name] {
						t.Errorf("region %s at %s in %s", r.Name, r.Web.ExternalURL, r.Storage.Path)
					}
				}
			}
		})
	}
}

// What cannot be beside another is refused, with what would be right.
func TestSeveralRefuses(t *testing.T) {
	tests := []struct {
		name  string
		added map[string]string
		dirs  []string
		env   string
		want  string
	}{
		{"no such directory", map[string]string{"a": ""}, []string{"a", "b"}, "", "--config b: no region: stat "},
		{"a directory of something else", map[string]string{"a": ""}, []string{"a", "a/collectors"}, "", "--config a/collectors: no region: stat "},
		{"the built-in region", map[string]string{"a": ""}, []string{"a", ""}, "", "--config: empty; name a region's directory, also the built-in one's where there are several: planwatch init DIR writes it"},
		{
			"one name", map[string]string{"x/a": "", "y/a": ""}, []string{"x/a", "y/a"}, "",
			"--config y/a: its region is called a, as that of --config x/a; a region is called as its directory, and each has a name of its own",
		},
		{"one directory twice", map[string]string{"a": ""}, []string{"a", "./a"}, "", "--config ./a: that is the directory of --config a; give each region's once"},
		{"one directory twice, by a link", map[string]string{"a": "", "b": ""}, []string{"a", "b", "link"}, "", "--config link: that is the directory of --config a; give each region's once"},
		{"one directory twice, by a link above it", map[string]string{"a/b": "", "a": ""}, []string{"a/b", "a", "link/b"}, "", "--config link/b: that is the directory of --config a/b; give each region's once"},
		{
			"a name that is no part of an address", map[string]string{"a": "", "B c": ""}, []string{"a", "B c"}, "",
			`--config B c: the directory's name, "B c", is part of addresses where there are several regions: it is to be of a-z, 0-9 and hyphens, with none at its ends`,
		},
		{
			"another address to listen on", map[string]string{"a": "", "b": "web: {listen_address: [\":9000\"]}\n"}, []string{"a", "b"}, "",
			"region b: planwatch.yaml: web.listen_address: [:9000]; another region of this process has [:9846], and a process has one: make them alike, or set PLANWATCH_WEB_LISTEN_ADDRESS, which counts for all",
		},
		{
			"another log", map[string]string{"a": "log: {level: debug}\n", "b": ""}, []string{"a", "b"}, "",
			"region b: planwatch.yaml: log.level: info; another region of this process has debug, and a process has one: make them alike, or set PLANWATCH_LOG_LEVEL, which counts for all",
		},
		{
			"another drain time", map[string]string{"a": "", "b": "drain_time: 3s\n"}, []string{"a", "b"}, "",
			"region b: planwatch.yaml: drain_time: 3s; another region of this process has 10s, and a process has one: make them alike, or set PLANWATCH_DRAIN_TIME, which counts for all",
		},
		{
			"a source by the environment", map[string]string{"a": "", "b": ""}, []string{"a", "b"}, "PLANWATCH_SOURCES_WAREHOUSE_ADDRESS",
			"environment: PLANWATCH_SOURCES_WAREHOUSE_ADDRESS would count for each of several regions; give it in planwatch.yaml, and a secret by its file",
		},
		{
			"one storage, spelled in two ways", map[string]string{"a": "storage: {path: kept}\n", "b": "storage: {path: ./a/../kept}\n"}, []string{"a", "b"}, "",
			"region b: storage: path: ./a/../kept is that of region a, kept, or within it; give each region a directory of its own, or leave the key out, so that each has one in planwatch-data",
		},
		{
			"a storage within another", map[string]string{"a": "storage: {path: kept}\n", "b": "storage: {path: kept/b}\n"}, []string{"a", "b"}, "",
			"region b: storage: path: kept/b is that of region a, kept, or within it",
		},
		{
			"a storage around another", map[string]string{"a": "storage: {path: kept/a}\n", "b": "storage: {path: kept}\n"}, []string{"a", "b"}, "",
			"region b: storage: path: kept is that of region a, kept/a, or within it",
		},
		{
			"one storage by a link", map[string]string{"a": "storage: {path: link/kept}\n", "b": "storage: {path: a/kept}\n"}, []string{"a", "b"}, "",
			"region b: storage: path: a/kept is that of region a, link/kept, or within it",
		},
		{"all with a fault", map[string]string{"a": "colour: blue\n", "b": "colour: blue\n"}, []string{"a", "b"}, "", "region a: planwatch.yaml:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			several(t, tt.added)
			if err := os.Symlink("a", "link"); err != nil {
				t.Fatal(err)
			}
			if tt.env != "" {
				t.Setenv(tt.env, "x")
			}
			_, err := config.LoadSeveral(tt.dirs, nil)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// Regions of one title are told apart by their names, and somebody is told of it.
func TestRegionsOfOneTitle(t *testing.T) {
	several(t, map[string]string{"a": "", "b": "", "c": ""})
	other, err := os.ReadFile("c/planwatch.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("c/planwatch.yaml", regexp.MustCompile(`(?m)^region: .*$`).ReplaceAll(other, []byte("region: Another")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.LoadSeveral([]string{"a", "b", "c"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Load("a")
	if err != nil {
		t.Fatal(err)
	}
	title := s.Places[0].Region.Title
	for _, tt := range []struct {
		region        *config.Region
		title, notice string
	}{
		{s.Places[0].Region, title + " (a)", "is the title of b too"}, {again, title + " (a)", "is the title of b too"},
		{s.Places[1].Region, title + " (b)", "is the title of a too"}, {s.Places[2].Region, "Another", ""},
	} {
		notices := strings.Join(tt.region.Notices(), "\n")
		if got := tt.region.DistinctTitle(); got != tt.title || tt.notice == "" && strings.Contains(notices, "title") || !strings.Contains(notices, tt.notice) {
			t.Errorf("%s is called %q; notices:\n%s", tt.region.Name, got, notices)
		}
	}
}

// A region with a fault keeps no other, and is loaded once it is right.
func TestOneOfSeveralWithAFault(t *testing.T) {
	several(t, map[string]string{"a": "", "b": "colour: blue\n", "c": ""})
	s, err := config.LoadSeveral([]string{"a", "b", "c"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Places[0].Region == nil || s.Places[2].Region == nil || s.Places[1].Region != nil || s.Places[1].Err == nil || !strings.Contains(s.Places[1].Err.Error(), "colour") {
		t.Fatalf("%+v", s.Places)
	}
	if _, err := s.Load("b"); err == nil {
		t.Error("loaded with the fault")
	}
	text, err := os.ReadFile(filepath.Join("a", "planwatch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join("b", "planwatch.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(string(text) + "drain_time: 3s\n")
	if _, err := s.Load("b"); err == nil || !strings.HasPrefix(err.Error(), "region b: planwatch.yaml: drain_time: 3s; another region") {
		t.Errorf("with another drain time: %v", err)
	}
	write(string(text))
	b, err := s.Load("b")
	if err != nil || b.Web.ExternalURL != "http://localhost:9846/r/b" {
		t.Errorf("%v, %v", b, err)
	}
	if _, err := s.Load("d"); err == nil {
		t.Error("there is a region d")
	}
}
