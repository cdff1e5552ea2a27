package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

func TestCommittedReferenceIsCurrent(t *testing.T) {
	made := filepath.Join(t.TempDir(), "configuration.md")
	if err := writeReference("../../docs/schema", made); err != nil {
		t.Fatal(err)
	}
	if want, got := read(t, made), read(t, "../../docs/configuration.md"); got != want {
		t.Error("docs/configuration.md has drifted; run make generate")
	}
}

// The keys are found in the schemas' JSON, not by way of the reference's own
// reading of it.
func TestReferenceListsEveryKey(t *testing.T) {
	parts := strings.Split(read(t, "../../docs/configuration.md"), "\n## ")
	if len(parts) != len(files)+1 {
		t.Fatalf("%d parts for %d schemas", len(parts)-1, len(files))
	}
	for i, file := range files {
		var schema any
		if err := json.Unmarshal([]byte(read(t, "../../docs/schema/"+file.name)), &schema); err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		collectKeys(schema, keys)
		if len(keys) == 0 {
			t.Errorf("%s: no keys found", file.name)
		}
		for key := range keys {
			if !strings.Contains(parts[i+1], "\n| `"+key+"` | ") {
				t.Errorf("%s: the reference does not list %s", file.name, key)
			}
		}
	}
}

func collectKeys(value any, keys map[string]bool) {
	switch value := value.(type) {
	case []any:
		for _, v := range value {
			collectKeys(v, keys)
		}
	case map[string]any:
		for name, v := range value {
			if properties, ok := v.(map[string]any); ok && name == "properties" {
				for key, property := range properties {
					keys[key] = true
					collectKeys(property, keys)
				}
				continue
			}
			collectKeys(v, keys)
		}
	}
}

func TestReferenceLinksLeadToHeadings(t *testing.T) {
	text := read(t, "../../docs/configuration.md")
	headings, used := map[string]bool{}, anchors{}
	for _, match := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		headings[used.next(match[1])] = true
	}
	links := regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(text, -1)
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, link := range links {
		if !headings[link[1]] {
			t.Errorf("#%s leads nowhere", link[1])
		}
	}
}

func TestReferenceOfEveryForm(t *testing.T) {
	const schema = `{
  "$defs": {
    "Share": {"oneOf": [{"type": "string", "pattern": "^a|b$"}, {"const": "even"},
      {"properties": {"at": {"type": "number"}}, "additionalProperties": false, "type": "object", "required": ["at"]}]},
    "DeepTree": {"properties": {"next": {"$ref": "#/$defs/DeepTree"}, "limit": {"type": "integer", "minimum": 1, "default": 0}},
      "additionalProperties": false, "type": "object", "description": "DeepTree is a tree\nof trees."},
    "Days": {"items": {"type": "string", "examples": ["monday"]}, "type": "array", "minItems": 1}
  },
  "properties": {
    "first": {"$ref": "#/$defs/Share", "description": "A <share> of *all*."},
    "others": {"additionalProperties": {"$ref": "#/$defs/Share"}, "type": "object"},
    "tree": {"$ref": "#/$defs/DeepTree"},
    "days": {"$ref": "#/$defs/Days", "default": ["friday"]},
    "any": {}
  },
  "additionalProperties": false, "type": "object", "required": ["first"],
  "title": "some.yaml: some things", "description": "Root is some.yaml: what it holds."
}`
	var parsed jsonschema.Schema
	if err := json.Unmarshal([]byte(schema), &parsed); err != nil {
		t.Fatal(err)
	}
	const want = referenceHead + "- [`some.yaml`](#someyaml): some things\n" + `
## ` + "`some.yaml`" + `

Some things. Schema: [some.schema.json](schema/some.schema.json).

What it holds.

| key | type | required | default | meaning |
| --- | --- | --- | --- | --- |
| ` + "`first`" + ` | [object](#share) | yes | | A \<share> of \*all\*. |
| ` + "`others`" + ` | map from names to [objects](#share) | | | |
| ` + "`tree`" + ` | [object](#deep-tree) | | | A tree of trees. |
| ` + "`days`" + ` | list of one or more strings such as ` + "`monday`" + ` | | ` + "`[\"friday\"]`" + ` | |
| ` + "`any`" + ` | any value | | | |

### Share

At ` + "`first` and `others.<name>`" + `.

String matching ` + "`^a|b$`" + `.

Or ` + "`even`" + `.

Or an object with these keys:

| key | type | required | default | meaning |
| --- | --- | --- | --- | --- |
| ` + "`at`" + ` | number | yes | | |

### Deep tree

A tree of trees.

At ` + "`tree` and `tree.next`" + `.

| key | type | required | default | meaning |
| --- | --- | --- | --- | --- |
| ` + "`next`" + ` | [object](#deep-tree) | | | A tree of trees. |
| ` + "`limit`" + ` | integer, at least 1 | | ` + "`0`" + ` | |
`
	if got := string(reference([]*document{newDocument("schema/some.schema.json", "Root", &parsed)})); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
