// Package ruletest makes promtool tests of the alert rules about KPIs. Their
// expected statuses and figures come from plan.Assess, so that they test the
// rules against it.
package ruletest

import (
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// File is one of promtool's test files.
type File struct {
	RuleFiles          []string          `yaml:"rule_files"`
	EvaluationInterval yamlfile.Duration `yaml:"evaluation_interval"`
	Tests              []ruleTest        `yaml:"tests"`
}

type ruleTest struct {
	Name     string            `yaml:"name"`
	Start    string            `yaml:"start_timestamp"`
	Interval yamlfile.Duration `yaml:"interval"`
	Series   []testSeries      `yaml:"input_series"`
	Alerts   []alertTest       `yaml:"alert_rule_test"`
	Queries  []queryTest       `yaml:"promql_expr_test"`
}

type testSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type alertTest struct {
	At       yamlfile.Duration `yaml:"eval_time"`
	Alert    string            `yaml:"alertname"`
	Expected []expectedAlert   `yaml:"exp_alerts"`
}

type expectedAlert struct {
	Labels      map[string]string `yaml:"exp_labels"`
	Annotations map[string]string `yaml:"exp_annotations"`
}

// cover gives the alert the annotation of whether another covers it.
func (a expectedAlert) cover(by bool) {
	a.Annotations[naming.AnnotationCovered] = ""
	if by {
		a.Annotations[naming.AnnotationCovered] = "true"
	}
}

type queryTest struct {
	Expr     string            `yaml:"expr"`
	At       yamlfile.Duration `yaml:"eval_time"`
	Expected []expectedSample  `yaml:"exp_samples"`
}

type expectedSample struct {
	Labels string  `yaml:"labels"`
	Value  float64 `yaml:"value"`
}
