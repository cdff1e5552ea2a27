package alerts_test

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
)

// The objects for prometheus-operator have the rules of the rule files, each.
func TestPrometheusRules(t *testing.T) {
	region := builtin(t)
	made, err := alerts.Generate(region)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{}
	for _, file := range evaluator.RuleFiles(made) {
		var content any
		if err := yaml.Unmarshal(file.Data, &content); err != nil {
			t.Fatal(err)
		}
		want[strings.TrimSuffix(path.Base(file.Name), ".yaml")] = content
	}

	manifests, err := alerts.PrometheusRules(region, alerts.Object{Labels: map[string]string{"release": "prometheus"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	names := map[string]bool{}
	decoder := yaml.NewDecoder(bytes.NewReader(manifests), yaml.DisallowUnknownField())
	for {
		var object struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string `yaml:"kind"`
			Metadata   struct {
				Name   string            `yaml:"name"`
				Labels map[string]string `yaml:"labels"`
			} `yaml:"metadata"`
			Spec map[string]any `yaml:"spec"`
		}
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if object.APIVersion != "monitoring.coreos.com/v1" || object.Kind != "PrometheusRule" || names[object.Metadata.Name] {
			t.Errorf("%s %s %s: not a new PrometheusRule", object.APIVersion, object.Kind, object.Metadata.Name)
		}
		names[object.Metadata.Name] = true
		if diff := cmp.Diff(map[string]string{"app.kubernetes.io/name": "planwatch", "release": "prometheus"}, object.Metadata.Labels); diff != "" {
			t.Errorf("labels of %s (-want +got):\n%s", object.Metadata.Name, diff)
		}
		domain := "planwatch"
		if suffix, ok := strings.CutPrefix(object.Metadata.Name, "planwatch-"); ok {
			domain = strings.ReplaceAll(suffix, "-", "_")
		}
		got[domain] = object.Spec
	}
	if len(got) < 10 {
		t.Errorf("only %d objects", len(got))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-files +objects):\n%s", diff)
	}
}

func TestPrometheusRulesRefuse(t *testing.T) {
	for _, test := range []struct {
		name   string
		object alerts.Object
		want   string
	}{
		{"a namespace that ends with a hyphen", alerts.Object{Namespace: "monitoring-"}, `namespace "monitoring-": not up to 63 of a-z, 0-9 and -, with no - at its ends`},
		{"a label without a name", alerts.Object{Labels: map[string]string{"": "x"}}, `label "": not a name of up to 63 letters, digits, dots, hyphens and underscores, after a domain and / if at all`},
		{"a value too long", alerts.Object{Labels: map[string]string{"a.example/b": strings.Repeat("x", 64)}}, `label a.example/b: value "` + strings.Repeat("x", 64) + `" is not up to 63 letters, digits, dots, hyphens and underscores`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := alerts.PrometheusRules(builtin(t), test.object)
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
