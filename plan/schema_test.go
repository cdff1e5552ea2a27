package plan_test

import (
	"encoding/json"
	"testing"

	"github.com/invopop/jsonschema"

	"planwatch/plan"
)

// TestSchema holds what an editor is told of the files against testdata.
func TestSchema(t *testing.T) {
	reflector := jsonschema.Reflector{FieldNameTag: "yaml", ExpandedStruct: true}
	for name, file := range map[string]any{"targets": plan.TargetFile{}, "reconciliation": plan.Reconciliation{}} {
		t.Run(name, func(t *testing.T) {
			schema, err := json.MarshalIndent(reflector.Reflect(file), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+name+".schema.golden", string(schema)+"\n")
		})
	}
}
