package alerts

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"planwatch/internal/yamlfile"
)

// RuleFile is one of Prometheus' rule files.
type RuleFile struct {
	Groups []Group `yaml:"groups"`
}

// Group is rules that are evaluated together, in order.
type Group struct {
	Name     string            `yaml:"name"`
	Interval yamlfile.Duration `yaml:"interval"`
	Rules    []Rule            `yaml:"rules"`
}

// Rule is one alert at one severity.
type Rule struct {
	// Alert is the alert's name.
	Alert string `yaml:"alert"`
	// Expr is PromQL; each series that it gives is an alert.
	Expr string `yaml:"expr"`
	// For is how long the expression must hold before the alert fires.
	For yamlfile.Duration `yaml:"for,omitempty"`
	// KeepFiringFor is how long the alert fires on after it no longer holds.
	KeepFiringFor yamlfile.Duration `yaml:"keep_firing_for,omitempty"`
	// Labels are added to those of the series.
	Labels yaml.MapSlice `yaml:"labels"`
	// Annotations are what people read: templates over the alert's labels.
	Annotations yaml.MapSlice `yaml:"annotations"`
}

// Label is the value that the rule itself gives the label, or "".
func (r Rule) Label(name string) string { return item(r.Labels, name) }

// Annotation is the template of that name, or "".
func (r Rule) Annotation(name string) string { return item(r.Annotations, name) }

func item(items yaml.MapSlice, name string) string {
	for _, i := range items {
		if i.Key == name {
			text, _ := i.Value.(string)
			return text
		}
	}
	return ""
}

func duration(d time.Duration) yamlfile.Duration { return yamlfile.Duration(d) }

// notice stands at the head of every generated file.
func (r *Region) notice() string {
	return fmt.Sprintf("# Generated from config/%s by planwatch generate; edit that, not this.\n", r.Name)
}

// document is v as YAML under the notice.
func (r *Region) document(v any) ([]byte, error) {
	data, err := yaml.MarshalWithOptions(v, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, err
	}
	return append([]byte(r.notice()), data...), nil
}
