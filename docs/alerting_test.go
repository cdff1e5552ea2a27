package docs_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"planwatch/alerts"
	"planwatch/alerts/alertmanager"
	"planwatch/alerts/oncall"
	"planwatch/config"
)

// settings is YAML as it is written: keys and values.
type settings = map[string]any

// example is one of alerting.md: a part of the file that its first line names.
type example struct {
	file     string
	settings settings
}

var alertingExample = regexp.MustCompile("(?s)```yaml\n# (oncall|planwatch)\\.yaml\n(.*?)```")

// examples are those of alerting.md.
func examples(t *testing.T) []example {
	t.Helper()
	text, err := os.ReadFile("alerting.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for _, match := range alertingExample.FindAllSubmatch(text, -1) {
		e := example{file: string(match[1]) + ".yaml"}
		if err := yaml.Unmarshal(match[2], &e.settings); err != nil {
			t.Fatalf("%v in\n%s", err, match[2])
		}
		all = append(all, e)
	}
	if fences := strings.Count(string(text), "```yaml"); len(all) != fences || fences < 10 {
		t.Fatalf("alerting.md: %d examples whose first line names the file, of %d", len(all), fences)
	}
	return all
}

// duty is the calendar that an example names.
const duty = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//planwatch//test//EN\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250301T000000Z\r\nDTSTART:20250317T070000Z\r\nDTEND:20250324T070000Z\r\nSUMMARY:Anna Andersson\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20250301T000000Z\r\nDTSTART:20250324T070000Z\r\nDTEND:20250331T070000Z\r\nSUMMARY:Bo Berg\r\nEND:VEVENT\r\n" +
	"END:VCALENDAR\r\n"

// Every example of alerting.md, as a part of the built-in region, is valid; so is
// what is made of it for an Alertmanager.
func TestAlertingExamples(t *testing.T) {
	region := t.TempDir()
	if err := os.CopyFS(region, config.Builtin()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(region, "duty.ics"), []byte(duty), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, e := range examples(t) {
		t.Run(strings.Join(slices.Sorted(maps.Keys(e.settings)), ", "), func(t *testing.T) {
			path := filepath.Join(region, e.file)
			before, err := fs.ReadFile(config.Builtin(), e.file)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := os.WriteFile(path, before, 0o600); err != nil {
					t.Fatal(err)
				}
			}()
			after, err := yaml.Marshal(with(t, before, e.settings))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, after, 0o600); err != nil {
				t.Fatal(err)
			}
			loaded, err := config.Load(region, nil)
			if err != nil {
				t.Fatal(err)
			}
			files, err := alerts.Generate(loaded)
			if err != nil {
				t.Fatal(err)
			}
			routed := false
			for _, file := range files {
				if filepath.Base(file.Path) != alerts.AlertmanagerFile {
					continue
				}
				routed = true
				if err := (alertmanager.Configuration{YAML: file.Data}).Validate(); err != nil {
					t.Error(err)
				}
			}
			if !routed {
				t.Error("no configuration of an Alertmanager is made")
			}
		})
	}
}

// with is the file with the settings: a list's entry takes the place of that of
// its id, or is added; of a mapping, each key is replaced; anything else is too.
func with(t *testing.T, file []byte, settings settings) settings {
	t.Helper()
	var merged map[string]any
	if err := yaml.NewDecoder(bytes.NewReader(file)).Decode(&merged); err != nil {
		t.Fatal(err)
	}
	for key, value := range settings {
		switch former := merged[key].(type) {
		case map[string]any:
			maps.Copy(former, value.(map[string]any))
		case []any:
			merged[key] = withEntries(former, value.([]any))
		default:
			merged[key] = value
		}
	}
	return merged
}

func withEntries(former, entries []any) []any {
	for _, entry := range entries {
		i := slices.IndexFunc(former, func(other any) bool { return idOf(other) != nil && idOf(other) == idOf(entry) })
		if idOf(entry) == nil {
			return entries
		}
		if i < 0 {
			former = append(former, entry)
		} else {
			former[i] = entry
		}
	}
	return former
}

// idOf is the entry's id, nil if it has none.
func idOf(entry any) any {
	mapping, ok := entry.(map[string]any)
	if !ok {
		return nil
	}
	return mapping["id"]
}

// Every key that plays a part in alerting stands in an example of alerting.md.
func TestAlertingHasEveryKey(t *testing.T) {
	wanted := map[string]bool{
		"planwatch.yaml web.external_url": true, "planwatch.yaml web.config_file": true,
		"planwatch.yaml web.trusted_header.name": true, "planwatch.yaml web.trusted_header.proxies": true,
	}
	for _, key := range keys(reflect.TypeFor[oncall.OnCall]()) {
		wanted["oncall.yaml "+key] = true
	}
	for _, key := range keys(reflect.TypeFor[config.Alerting]()) {
		wanted["planwatch.yaml alerting."+key] = true
	}
	// What is critical cannot wait for a week.
	maps.DeleteFunc(wanted, func(key string, _ bool) bool { return strings.HasPrefix(key, "oncall.yaml severities.critical.weekly") })
	shown := map[string]bool{}
	for _, e := range examples(t) {
		for _, key := range keysOf(e.settings) {
			shown[e.file+" "+key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		if !shown[key] {
			t.Errorf("alerting.md: no example of %s", key)
		}
	}
}

// keys are the keys of a type that is read from YAML, with those that lead to
// them: owners.escalation.after.
func keys(of reflect.Type) []string {
	var all []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "" {
			continue // it is not in the file
		}
		kind := field.Type
		for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
			kind = kind.Elem()
		}
		var parts []string
		if kind.Kind() == reflect.Struct {
			parts = keys(kind)
		}
		if len(parts) == 0 {
			all = append(all, name)
		}
		for _, part := range parts {
			all = append(all, name+"."+part)
		}
	}
	return all
}

// keysOf are the keys that are written, with those that lead to them, and these.
func keysOf(value any) []string {
	var all []string
	switch value := value.(type) {
	case map[string]any:
		for key, part := range value {
			all = append(all, key)
			for _, below := range keysOf(part) {
				all = append(all, key+"."+below)
			}
		}
	case []any:
		for _, entry := range value {
			all = append(all, keysOf(entry)...)
		}
	}
	return all
}
