package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"planwatch/internal/api"
	"planwatch/internal/format"
	"planwatch/plan"
)

var update = flag.Bool("update", false, "write the description anew")

// The description is what the types and the endpoints say.
func TestDescription(t *testing.T) {
	made := description(t)
	if *update {
		if err := os.WriteFile("internal/api/openapi.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(made, api.Description) {
		t.Error("openapi.json is out of date: go test ./internal/api -run TestDescription -update")
	}
}

// The description is one by OpenAPI 3.1.
func TestDescriptionIsValid(t *testing.T) {
	document, err := libopenapi.NewDocument(api.Description)
	if err != nil {
		t.Fatal(err)
	}
	checked, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, faults := checked.ValidateDocument(); !ok {
		for _, fault := range faults {
			t.Error(fault)
		}
	}
}

type object = map[string]any

// describer makes the description.
type describer struct {
	t         *testing.T
	reflector jsonschema.Reflector
	schemas   object
	// types tell which type a schema's name is of.
	types map[string]reflect.Type
}

func description(t *testing.T) []byte {
	t.Helper()
	d := describer{t: t, schemas: object{}, types: map[string]reflect.Type{}}
	d.reflector = jsonschema.Reflector{Anonymous: true, Mapper: known, Namer: d.name}
	// Comments are found by import path, which is relative to the root.
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	for _, dir := range []string{"internal/api", "internal/report", "internal/comment", "alerts/evaluator"} {
		if err := d.reflector.AddGoComments("planwatch", dir, jsonschema.WithFullComment()); err != nil {
			t.Fatal(err)
		}
	}
	paths := object{api.Path + "openapi.json": object{"get": object{
		"operationId": "openapi", "summary": "This description", "responses": object{"200": object{
			"description": "The description", "content": object{"application/json": object{"schema": object{"type": "object"}}},
		}},
	}}}
	d.add(api.Error{})
	for _, e := range api.Endpoints() {
		paths[api.Path+e.Noun] = object{"get": d.operation(e)}
	}
	made, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "planwatch", "version": "1", "license": object{"name": "Apache 2.0", "identifier": "Apache-2.0"},
			"description": "The region's figures beside its plan. Keys are only ever added. What is not a parameter is refused, and so is one without a value. " +
				"Answers have an ETag, and are compressed where asked. HEAD is answered as GET is.",
		},
		// From where the description is.
		"servers":    []any{object{"url": "../../"}},
		"security":   []any{object{}, object{"basic": []any{}}},
		"paths":      paths,
		"components": object{"schemas": d.schemas, "securitySchemes": object{"basic": object{"type": "http", "scheme": "basic", "description": "Where the web configuration has users."}}},
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(made, '\n')
}

// known are types that have another form in JSON than in Go.
func known(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[plan.Date]():
		return &jsonschema.Schema{Type: "string", Format: "date"}
	}
	return nil
}

// name is a type's in the description, which no other has.
func (d *describer) name(t reflect.Type) string {
	if of, taken := d.types[t.Name()]; taken && of != t && t.Kind() == reflect.Struct {
		d.t.Fatalf("two types are called %s: %v and %v", t.Name(), of, t)
	}
	d.types[t.Name()] = t
	return t.Name()
}

// add adds the schema of a value's type, and of those that it has, and refers to it.
func (d *describer) add(value any) object {
	data, err := json.Marshal(d.reflector.Reflect(value))
	if err != nil {
		d.t.Fatal(err)
	}
	var schema struct {
		Ref         string            `json:"$ref"`
		Definitions map[string]object `json:"$defs"`
	}
	data = bytes.ReplaceAll(data, []byte("#/$defs/"), []byte("#/components/schemas/"))
	if err := json.Unmarshal(data, &schema); err != nil {
		d.t.Fatal(err)
	}
	for name, definition := range schema.Definitions {
		d.nullable(definition, d.types[name])
		tidy(definition)
		d.schemas[name] = definition
	}
	return object{"$ref": schema.Ref}
}

// nullable lets what is a pointer in Go be null, unless it is left out then.
func (d *describer) nullable(definition object, t reflect.Type) {
	properties, _ := definition["properties"].(object)
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property, ok := properties[name].(object)
		if !ok || field.Type.Kind() != reflect.Pointer || strings.Contains(options, "omitempty") {
			continue
		}
		switch {
		case property["$ref"] != nil:
			reference := object{"$ref": property["$ref"]}
			delete(property, "$ref")
			property["anyOf"] = []any{reference, object{"type": "null"}}
		case property["enum"] != nil:
			property["enum"] = append(property["enum"].([]any), nil)
			fallthrough
		default:
			property["type"] = []any{property["type"], "null"}
		}
	}
}

// tidy makes descriptions of one line.
func tidy(definition object) {
	for key, value := range definition {
		switch v := value.(type) {
		case object:
			tidy(v)
		case string:
			if key == "description" {
				definition[key] = strings.Join(strings.Fields(v), " ")
			}
		}
	}
}

func (d *describer) operation(e api.Endpoint) object {
	operation := object{"operationId": e.Noun, "summary": e.About}
	if e.More != "" {
		operation["description"] = e.More
	}
	var parameters []any
	for _, p := range e.AllParameters() {
		parameters = append(parameters, parameter(p))
	}
	if e.Places {
		parameters = append(parameters, object{
			"name": "places", "in": "query", "style": "form", "explode": true,
			"description": "Only rows of the place: each of the region's dimensions (dimensions.yaml) is a parameter of its own, as in ?hospital=Kalix, and may be given several times.",
			"schema":      object{"type": "object", "additionalProperties": object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}}},
		})
	}
	if parameters != nil {
		operation["parameters"] = parameters
	}
	content := object{"application/json": object{"schema": d.add(e.Answer)}}
	for _, f := range e.Formats {
		if media := mediaTypes[f]; media != "" {
			content[media] = object{"schema": object{"type": "string"}}
		}
	}
	failed := object{"application/json": object{"schema": d.failure(e)}}
	responses := object{"200": object{"description": "The answer", "content": content}, "304": object{"description": "The answer is the one whose ETag was sent in If-None-Match"}}
	if len(e.AllParameters()) > 0 {
		responses["400"] = object{"description": "The request is not right; error says what would be", "content": failed}
	}
	if e.Missing {
		responses["404"] = object{"description": "There is no such key figure or target", "content": failed}
	}
	if e.Closed {
		responses["503"] = object{"description": "It is not known now, or not kept", "content": failed}
	}
	operation["responses"] = responses
	return operation
}

// failure is the schema of an endpoint's errors.
func (d *describer) failure(e api.Endpoint) object {
	if _, isPrometheus := e.Answer.(api.Alerts); isPrometheus {
		return d.add(e.Answer)
	}
	return d.add(api.Error{})
}

// mediaTypes are those of the formats but JSON.
var mediaTypes = map[format.Format]string{
	format.CSV:      "text/csv",
	format.ExcelCSV: "text/csv",
	format.XLSX:     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

func parameter(p api.Parameter) object {
	schema := object{"type": "string"}
	if p.Values != nil {
		schema["enum"] = p.Values
	}
	if p.Most > 0 {
		schema = object{"type": "integer", "minimum": p.Least, "maximum": p.Most}
	}
	if p.Many {
		schema = object{"type": "array", "items": schema}
	}
	return object{"name": p.Name, "in": "query", "description": p.About, "schema": schema}
}

// Every parameter is described once.
func TestParametersAreToldApart(t *testing.T) {
	for _, e := range api.Endpoints() {
		var names []string
		for _, p := range e.AllParameters() {
			if slices.Contains(names, p.Name) || p.About == "" {
				t.Errorf("%s: %s is there twice, or says nothing", e.Noun, p.Name)
			}
			names = append(names, p.Name)
		}
	}
}
