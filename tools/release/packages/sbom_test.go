package packages

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// An SBOM is valid by CycloneDX' own schema, and names every module that the
// binary is linked with.
func TestSBOMs(t *testing.T) {
	schema := cyclonedxSchema(t)
	for _, test := range []struct{ name, directory string }{
		{"planwatch_*_linux_amd64", "planwatch_linux_amd64_v1"},
		{"planwatch_*_linux_arm64", "planwatch_linux_arm64_v8.0"},
		{"planwatch-sample_*_linux_amd64", "planwatch-sample_linux_amd64_v1"},
		{"planwatch-sample_*_linux_arm64", "planwatch-sample_linux_arm64_v8.0"},
	} {
		t.Run(test.directory, func(t *testing.T) {
			path := filepath.Join(repository(t), "dist", one(t, test.name+".cdx.json"))
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			document, err := jsonschema.UnmarshalJSON(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(document); err != nil {
				t.Fatal(err)
			}
			if _, err := file.Seek(0, 0); err != nil {
				t.Fatal(err)
			}
			var bom cyclonedx.BOM
			if err := cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
				t.Fatal(err)
			}
			same(t, "format", bom.BOMFormat+" "+bom.SpecVersion.String(), "CycloneDX 1.6")
			if bom.Metadata == nil || bom.Metadata.Component == nil || bom.Metadata.Component.Name != "planwatch" || !strings.HasPrefix(bom.Metadata.Component.Version, "v") {
				t.Fatalf("it is not about a version of planwatch: %+v", bom.Metadata)
			}
			info, err := buildinfo.ReadFile(filepath.Join(repository(t), "dist", test.directory, "planwatch"))
			if err != nil {
				t.Fatal(err)
			}
			listed := map[string]bool{}
			for _, component := range *bom.Components {
				listed[component.Name+"@"+component.Version] = component.PackageURL != "" && component.Hashes != nil
			}
			if len(info.Deps) < 50 {
				t.Fatalf("the binary says that it is linked with %d modules only", len(info.Deps))
			}
			for _, module := range info.Deps {
				if module.Replace != nil {
					module = module.Replace
				}
				if !listed[module.Path+"@"+module.Version] {
					t.Errorf("%s %s is linked, and not listed with a hash", module.Path, module.Version)
				}
			}
		})
	}
}

// cyclonedxSchema is the schema of version 1.6, which is in CycloneDX' own module.
func cyclonedxSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	for name, id := range map[string]string{
		"bom-1.6.schema.json":   "http://cyclonedx.org/schema/bom-1.6.schema.json",
		"spdx.schema.json":      "http://cyclonedx.org/schema/spdx.schema.json",
		"jsf-0.82.schemax.json": "http://cyclonedx.org/schema/jsf-0.82.schema.json",
	} {
		file, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "schema", name))
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(file)
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(id, document); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
