// Schemas writes the JSON schemas of the configuration's files, from the Go
// types that they are decoded into and the comments on their fields.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"github.com/invopop/jsonschema"

	"planwatch/alerts"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

func main() {
	root := flag.String("root", ".", "planwatch's source directory")
	out := flag.String("out", "docs/schema", "directory to write to")
	flag.Parse()
	if err := write(*root, *out); err != nil {
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
	{"targets.schema.json", "plan/*.yaml: targets", plan.File{}},
	{"oncall.schema.json", "oncall.yaml: who is called, how and when", alerts.OnCall{}},
	{"dashboards.schema.json", "dashboards.yaml: the dashboards and what they show", dashboards.Set{}},
	{"reconciliation.schema.json", "plan/reconciliation.yaml: the sums that the plan's tables state", plan.Reconciliation{}},
}

func write(root, out string) error {
	reflector := jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, Anonymous: true, DoNotReference: false, ExpandedStruct: true,
		Mapper: known,
	}
	// The comments are found by import path, so the walk begins at the root.
	if err := os.Chdir(root); err != nil {
		return err
	}
	for _, dir := range []string{"config", "collectors", "plan", "alerts", "dashboards", "internal/kpi", "internal/warehouse"} {
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

// known are types that a document writes otherwise than Go holds them.
func known(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[yamlfile.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(ms|[smhdwy]))+$`, Examples: []any{"30s", "2h", "40d"}}
	case reflect.TypeFor[kpi.Unit]():
		units := make([]any, 0, len(kpi.Units()))
		for _, unit := range kpi.Units() {
			units = append(units, unit)
		}
		return &jsonschema.Schema{Type: "string", Enum: units}
	}
	return nil
}
