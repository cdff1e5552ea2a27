package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwatch/config"
)

// A collector's figures are kept while they mean the same, and only then.
func TestFingerprint(t *testing.T) {
	const yaml, sql, service = "collectors/beds.yaml", "collectors/beds.sql", "planwatch.yaml"
	type edit struct{ file, old, new string }
	load := func(t *testing.T, env map[string]string, edits ...edit) string {
		t.Helper()
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("testdata/good")); err != nil {
			t.Fatal(err)
		}
		for _, e := range edits {
			path := filepath.Join(dir, e.file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), e.old) {
				t.Fatalf("%s: no %q", e.file, e.old)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), e.old, e.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for name, value := range env {
			t.Setenv(name, value)
		}
		region, err := config.Load(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		return region.Fingerprint(region.Collector("beds"))
	}
	before := load(t, nil)
	dsn := func(user, address, database string) map[string]string {
		return map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_DSN": user + "@tcp(" + address + ")/" + database}
	}
	bare := []edit{{service, "    address: 127.0.0.1:3306\n", ""}, {service, "    database: warehouse\n", ""}, {service, "    user: planwatch\n", ""}}
	for name, test := range map[string]struct {
		env   map[string]string
		edits []edit
		same  bool
	}{
		"a comment in the query":      {nil, []edit{{sql, "SELECT", "-- beds by ward\nSELECT /* all */"}}, true},
		"white space in the query":    {nil, []edit{{sql, "SELECT ", "SELECT\n\t "}}, true},
		"a comment in the definition": {nil, []edit{{yaml, "collector: beds", "# beds\ncollector: beds"}}, true},
		"a title":                     {nil, []edit{{yaml, "title: {sv: Disponibla vårdplatser", "title: {sv: Platser"}}, true},
		"a definition":                {nil, []edit{{yaml, "definition: {sv: ", "definition: {sv: Nu "}}, true},
		"a schedule":                  {nil, []edit{{yaml, "max_age: ", "timeout: 9s\nmax_series: 7\nmax_age: "}}, true},
		"another direction":           {nil, []edit{{yaml, "better: higher", "better: lower"}}, true},
		"the user":                    {nil, []edit{{service, "user: planwatch", "user: other"}}, true},
		"a password":                  {map[string]string{"PLANWATCH_SOURCES_WAREHOUSE_PASSWORD": "hunter2"}, nil, true},
		"the same database as a dsn":  {dsn("planwatch:hunter2", "127.0.0.1:3306", "warehouse"), bare, true},
		"another password in the dsn": {dsn("planwatch:hunter3", "127.0.0.1:3306", "warehouse"), bare, true},

		"the query":                     {nil, []edit{{sql, "SELECT ", "SELECT DISTINCT "}}, false},
		"a text in the query":           {nil, []edit{{sql, "SELECT ", "SELECT 'a  b' AS more, "}}, false},
		"a column":                      {nil, []edit{{yaml, "column: available", "column: occupied"}}, false},
		"a label":                       {nil, []edit{{yaml, "labels: [ward]", "labels: []"}}, false},
		"a KPI's name":                  {nil, []edit{{yaml, "name: beds_occupied", "name: beds_in_use"}, {yaml, "of: beds_occupied", "of: beds_in_use"}}, false},
		"how small a cell may be":       {nil, []edit{{yaml, "column: available", "column: available\n    min_count: 5"}}, false},
		"the moment's column":           {nil, []edit{{yaml, "as_of: measured_at\n", ""}}, false},
		"the time zone":                 {nil, []edit{{service, "Europe/Stockholm", "Europe/Helsinki"}}, false},
		"the address":                   {nil, []edit{{service, "127.0.0.1", "127.0.0.2"}}, false},
		"the database":                  {nil, []edit{{service, "database: warehouse", "database: finance"}}, false},
		"another database in the dsn":   {dsn("planwatch:hunter2", "127.0.0.1:3306", "finance"), bare, false},
		"another address in the dsn":    {dsn("planwatch:hunter2", "127.0.0.2:3306", "warehouse"), bare, false},
		"a folder in place of a server": {nil, append(bare[:3:3], edit{service, "driver: mysql", "driver: csv\n    folder: data"}), false},
	} {
		t.Run(name, func(t *testing.T) {
			after := load(t, test.env, test.edits...)
			if (after == before) != test.same {
				t.Errorf("the same: %t, want %t", after == before, test.same)
			}
		})
	}
}
