// Schemas writes the JSON schemas of the configuration's files, from the Go
// types that they are decoded into and the comments on their fields, and the
// reference for people from the schemas.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/invopop/jsonschema"

	"planwatch/alerts/oncall"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/dashboards/layout"
	"planwatch/internal/citation"
	"planwatch/internal/dimension"
	"planwatch/internal/event"
	"planwatch/internal/language"
	"planwatch/internal/unit"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

func main() {
	root := flag.String("root", ".", "planwatch's source directory")
	out := flag.String("out", "docs/schema", "directory to write the schemas to")
	reference := flag.String("reference", "docs/configuration.md", "file to write the reference to, beside the schemas' directory")
	flag.Parse()
	err := write(*root, *out)
	if err == nil {
		err = writeReference(*out, *reference)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemas:", err)
		os.Exit(1)
	}
}

// files are the schemas and the types that they describe.
var files = []struct {
	name, title string
	value       any
}{
	{"planwatch.schema.json", "planwatch.yaml: how planwatch itself runs", config.Service{}},
	{"collector.schema.json", "collectors/*.yaml: one collector and its KPIs", collectors.Definition{}},
	{"units.schema.json", "units.yaml: the units that figures are measured in", unit.Set{}},
	{"dimensions.schema.json", "dimensions.yaml: what figures are broken down by", dimension.Set{}},
	{"events.schema.json", "events.yaml: what changed how figures come about", event.Set{}},
	{"targets.schema.json", "plan/*.yaml: targets", plan.TargetFile{}},
	{"citations.schema.json", "citations.yaml: what the region's documents say, word for word", citation.File{}},
	{"oncall.schema.json", "oncall.yaml: who is called, how and when", oncall.OnCall{}},
	{"dashboards.schema.json", "dashboards.yaml: the dashboards and what they show", layout.Set{}},
	{"reconciliation.schema.json", "plan/reconciliation.yaml: what the plan states, and what it is held against", plan.Reconciliation{}},
	{"texts.schema.json", "texts/CODE/*.yaml: planwatch's messages in a language", language.Messages{}},
}

func write(root, out string) error {
	reflector := jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true, DoNotReference: false, ExpandedStruct: true,
		Mapper: known,
	}
	// Comments are found by import path, which is relative to the root.
	if err := os.Chdir(root); err != nil {
		return err
	}
	for _, dir := range []string{
		"config", "collectors", "plan", "alerts/oncall", "dashboards/layout",
		"internal/citation", "internal/dimension", "internal/event", "internal/kpi", "internal/language", "internal/unit", "internal/warehouse",
	} {
		if err := reflector.AddGoComments("planwatch", dir, jsonschema.WithFullComment()); err != nil {
			return fmt.Errorf("comments of %s: %w", dir, err)
		}
	}
	for _, file := range files {
		schema := reflector.Reflect(file.value)
		schema.Title = file.title
		data, err := json.MarshalIndent(schema, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, file.name), append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// known returns the schema of a type that has another form in a file than in
// Go, or nil.
func known(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[yamlfile.Duration]() {
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(ms|[smhdwy]))+$`, Examples: []any{"30s", "2h", "40d"}}
	}
	return nil
}
