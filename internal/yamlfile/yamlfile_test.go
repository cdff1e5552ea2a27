package yamlfile_test

import (
	"errors"
	"testing"
	"time"

	"planwatch/internal/yamlfile"
)

type definition struct {
	Collector string            `yaml:"collector"`
	Timeout   yamlfile.Duration `yaml:"timeout"`
	Series    int               `yaml:"series"`
	KPIs      []kpi             `yaml:"kpis"`
	Title     map[string]any    `yaml:"title"`
	Empty     bool              `yaml:"empty"`
}

type kpi struct {
	Name   string  `yaml:"name"`
	Better string  `yaml:"better"`
	Value  float64 `yaml:"value"`
}

func TestDecode(t *testing.T) {
	tests := []struct{ name, document, want string }{
		{"fits", "collector: beds\ntimeout: 30s\nkpis:\n  - name: a\n", ""},
		{"unknown key", "collector: beds\ntimeuot: 30s\n", `beds.yaml:2: unknown field "timeuot"`},
		{"unknown nested key", "kpis:\n  - name: a\n    bettre: up\n", `beds.yaml:3: unknown field "bettre"`},
		{"unknown keys, the first of many", "kpis:\n  - name: a\n    c: 1\n    better: up\n    d: 1\n    e: 1\n    f: 1\n    g: {x: 1}\n", `beds.yaml:3: unknown field "c"`},
		{"unknown keys in a mapping and around it", "colector: beds\nkpis:\n  - {name: a, b: 1, better: up, c: 2}\nz: 1\n", `beds.yaml:3: unknown field "b"`},
		{"duplicate key", "collector: beds\ncollector: wards\n", `beds.yaml:2: mapping key "collector" already defined at [1:1]`},
		{"text for a number", "series: many\n", `beds.yaml:1: "many" is not a whole number`},
		{"text for a boolean", "empty: perhaps\n", `beds.yaml:1: "perhaps" is not true or false`},
		{"bad duration", "collector: beds\ntimeout: fast\n", `beds.yaml:2: "fast" is not a duration such as 30s, 2h or 40d`},
		{"two documents", "collector: a\n---\ncollector: b\n", "beds.yaml: more than one YAML document; give each a file of its own"},
		{"empty", "# nothing yet\n", "beds.yaml: the file is empty"},
		{"syntax", "collector: [a\n", "beds.yaml:1: sequence end token ']' not found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 20 { // the library has no order of its own
				if got := message(decode(tt.document)); got != tt.want {
					t.Fatalf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	file, err := yamlfile.Parse("beds.yaml", []byte("collector: beds\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := definition{Timeout: yamlfile.Duration(time.Minute)}
	if err := file.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Timeout.String() != "1m" || d.Collector != "beds" {
		t.Errorf("got %+v", d)
	}
}

func TestLocate(t *testing.T) {
	file, err := yamlfile.Parse("beds.yaml", []byte("collector: beds\nkpis:\n  - name: a\n    better: up\n  - name: b\n"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"value", yamlfile.Faultf("$.kpis[0].better", "up is not higher"), "beds.yaml:4: up is not higher"},
		{"list element", yamlfile.Faultf("$.kpis[1]", "incomplete"), "beds.yaml:5: incomplete"},
		{"missing key is placed at its parent", yamlfile.Faultf("$.kpis[1].better", "missing"), "beds.yaml:5: missing"},
		{"missing at the top", yamlfile.Faultf("$.title", "missing"), "beds.yaml:1: missing"},
		{"no place", errors.New("odd"), "beds.yaml: odd"},
		{"several", errors.Join(yamlfile.Faultf("$.collector", "x"), yamlfile.Faultf("$.kpis[1].name", "y")), "beds.yaml:1: x\nbeds.yaml:5: y"},
		{"none", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := message(file.Locate(tt.err)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("collector: beds\nkpis: [{name: a}]\n"))
	f.Add([]byte("a: &x [*x]\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if file, err := yamlfile.Parse("fuzz.yaml", data); err == nil {
			var d definition
			_ = file.Decode(&d)
			_ = file.Line("$.kpis[0].better")
		}
	})
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
