package alerts_test

import (
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"planwatch/alerts"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/kpi"
	"planwatch/internal/warehouse"
	"planwatch/plan"
)

// series are what planwatch exposes: the labels of each metric by its name.
type series map[string][]string

var (
	metricName  = regexp.MustCompile(`\b(?:kpi|plan|planwatch)_[a-z_]+\b`)
	labelUse    = regexp.MustCompile(`(?:\$labels|\.Labels)\.([a-zA-Z_]+)`)
	aggregation = regexp.MustCompile(`^(?:min|max|sum|count|group) (by|without) \(([^)]*)\)`)
	joined      = regexp.MustCompile(`group_left \(([^)]*)\)`)
	quoted      = regexp.MustCompile("\"[^\"]*\"|`[^`]*`")
	description = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)
)

// exposed are the series of the built-in region, as the exporter describes
// its own and as plan and kpi name the rest.
func exposed(t *testing.T) series {
	t.Helper()
	e, err := exporter.New(t.Context(), exporter.Options{Logger: slog.New(slog.DiscardHandler), Load: func() (*config.Config, error) {
		cfg, err := config.Load("", nil)
		if err != nil {
			return nil, err
		}
		// Any source does: none is asked.
		source := warehouse.Default()
		source.Driver, source.Address, source.Database, source.User = "mysql", "127.0.0.1:1", "none", "nobody"
		cfg.Sources = map[string]warehouse.Config{"warehouse": source}
		cfg.Storage.Path = t.TempDir()
		cfg.Alerting.Embedded = false
		return cfg, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	all := series{}
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		e.Registry().Describe(descs)
	}()
	for desc := range descs {
		if m := description.FindStringSubmatch(desc.String()); m != nil {
			all[m[1]] = strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' })
		}
	}
	targetLabels := []string{plan.LabelKPI, plan.LabelTarget, plan.LabelOwner, plan.LabelUnit, plan.LabelSeverity}
	for _, d := range e.Config().Collectors {
		targetLabels = append(targetLabels, d.Labels...)
		for _, k := range d.KPIs {
			all[k.Metric()] = d.Labels
		}
	}
	for _, name := range plan.MetricNames() {
		all[name] = targetLabels
	}
	all[kpi.InfoMetric] = []string{"kpi", "collector", "title_sv", "title_en", "unit", "better", "accumulates", "standard"}
	return all
}

// gives are the labels of what an expression gives.
func (s series) gives(expr string) []string {
	labels := map[string]bool{}
	for _, name := range metricName.FindAllString(quoted.ReplaceAllString(expr, ""), -1) {
		for _, label := range s[name] {
			labels[label] = true
		}
	}
	if m := aggregation.FindStringSubmatch(expr); m != nil {
		listed := strings.Split(m[2], ", ")
		if m[1] == "by" {
			labels = map[string]bool{}
		}
		for _, label := range listed {
			labels[label] = m[1] == "by"
		}
	}
	if m := joined.FindStringSubmatch(expr); m != nil {
		for label := range strings.SplitSeq(m[1], ", ") {
			labels[label] = true
		}
	}
	given := slices.Sorted(maps.Keys(labels))
	return slices.DeleteFunc(given, func(label string) bool { return !labels[label] })
}

// lint finds what is wrong with a rule in itself.
func (s series) lint(rule alerts.Rule) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, name := range metricName.FindAllString(quoted.ReplaceAllString(rule.Expr, ""), -1) {
		if _, ok := s[name]; !ok {
			fault("nothing exposes %s", name)
		}
	}
	if strings.Contains(rule.Expr, "absent(") && rule.For == 0 {
		fault("absent without for")
	}
	given := s.gives(rule.Expr)
	for _, name := range []string{
		alerts.AnnotationSummary, alerts.AnnotationDescription, alerts.AnnotationSummaryEN,
		alerts.AnnotationDescriptionEN, alerts.AnnotationRunbook, alerts.AnnotationDashboard,
	} {
		if rule.Annotation(name) == "" {
			fault("no %s", name)
		}
	}
	if !slices.Contains([]string{plan.SeverityCritical, plan.SeverityWarning, "none"}, rule.Label(alerts.LabelSeverity)) {
		fault("severity %q", rule.Label(alerts.LabelSeverity))
	}
	if rule.Label(alerts.LabelDomain) == "" {
		fault("no domain")
	}
	if rule.Label(alerts.LabelOwner) == "" && !slices.Contains(given, alerts.LabelOwner) {
		fault("no owner")
	}
	for _, item := range append(slices.Clone(rule.Labels), rule.Annotations...) {
		for _, use := range labelUse.FindAllStringSubmatch(fmt.Sprint(item.Value), -1) {
			if !slices.Contains(given, use[1]) {
				fault("%s: the expression gives no label %s", item.Key, use[1])
			}
		}
	}
	return faults
}

func TestRulesAreSound(t *testing.T) {
	all := exposed(t)
	books := map[string]bool{}
	for _, file := range generate(t) {
		books[file.Path] = true
	}
	domains := map[string]string{}
	for _, domain := range norrbotten(t).Rules() {
		for _, group := range domain.File.Groups {
			if interval := time.Duration(group.Interval); interval <= 0 || interval > 5*time.Minute {
				t.Errorf("group %s: interval %s; between two evaluations further apart than five minutes a series is lost from sight", group.Name, group.Interval)
			}
			for _, rule := range group.Rules {
				for _, fault := range all.lint(rule) {
					t.Errorf("%s, %s: %s", rule.Alert, rule.Label(alerts.LabelSeverity), fault)
				}
				if book := alerts.Directory(region) + "/runbooks/" + rule.Alert + ".md"; !books[book] || rule.Annotation(alerts.AnnotationRunbook) != book {
					t.Errorf("%s: runbook_url %q is not the file %s", rule.Alert, rule.Annotation(alerts.AnnotationRunbook), book)
				}
				if other, taken := domains[rule.Alert]; taken && other != domain.Name {
					t.Errorf("%s: in %s and in %s", rule.Alert, other, domain.Name)
				}
				domains[rule.Alert] = domain.Name
			}
		}
	}
}

func TestEveryTargetHasItsAlerts(t *testing.T) {
	r := norrbotten(t)
	have := map[string]bool{}
	for _, domain := range r.Rules() {
		for _, rule := range domain.File.Groups[0].Rules {
			have[rule.Alert+" "+rule.Label(alerts.LabelSeverity)] = true
		}
	}
	for _, target := range r.Plan.Targets {
		if target.Critical.Set() && !have[alerts.OffPlan(target.KPI)+" critical"] {
			t.Errorf("target %s: no critical alert", target.ID)
		}
		if (target.Warning.Set() || !target.Critical.Set()) && !have[alerts.OffPlan(target.KPI)+" warning"] {
			t.Errorf("target %s: no warning", target.ID)
		}
	}
}

func TestEveryAlertHasATest(t *testing.T) {
	tested := map[string]bool{}
	for _, name := range append(files(t, "norrbotten/tests/*.yaml"), files(t, "testdata/rules/*.yaml")...) {
		for _, alert := range regexp.MustCompile(`alertname=?"?:? ?"?([A-Za-z]+)`).FindAllStringSubmatch(read(t, name), -1) {
			tested[alert[1]] = true
		}
	}
	for _, domain := range norrbotten(t).Rules() {
		for _, rule := range domain.File.Groups[0].Rules {
			if !tested[rule.Alert] {
				t.Errorf("%s: no rule test", rule.Alert)
			}
		}
	}
}

func TestLintFinds(t *testing.T) {
	s := series{"plan_actual": {"kpi", "target", "owner", "ward"}, "planwatch_collector_success": {"collector"}, "planwatch_build_info": nil}
	sound := func() alerts.Rule {
		rule := alerts.Rule{
			Alert: "A", Expr: `max without (instance) (plan_actual{kpi="gone_kpi"})`,
			Labels: yaml.MapSlice{{Key: "severity", Value: "warning"}, {Key: "domain", Value: "beds"}},
		}
		for _, name := range []string{"summary", "description", "summary_en", "description_en", "runbook_url", "dashboard_url"} {
			rule.Annotations = append(rule.Annotations, yaml.MapItem{Key: name, Value: "{{ $labels.ward }}"})
		}
		return rule
	}
	if faults := s.lint(sound()); len(faults) > 0 {
		t.Fatalf("a sound rule: %q", faults)
	}
	tests := []struct {
		name  string
		spoil func(*alerts.Rule)
		want  string
	}{
		{"a series that nothing exposes", func(r *alerts.Rule) { r.Expr = "max without (job) (plan_actual + plan_actuel)" }, "nothing exposes plan_actuel"},
		{"absent without for", func(r *alerts.Rule) { r.Expr += " and absent(planwatch_build_info)" }, "absent without for"},
		{"no summary", func(r *alerts.Rule) { r.Annotations = r.Annotations[1:] }, "no summary"},
		{"no runbook", func(r *alerts.Rule) { r.Annotations = slices.Delete(r.Annotations, 4, 5) }, "no runbook_url"},
		{"no severity", func(r *alerts.Rule) { r.Labels = r.Labels[1:] }, `severity ""`},
		{"no domain", func(r *alerts.Rule) { r.Labels = r.Labels[:1] }, "no domain"},
		{"no owner", func(r *alerts.Rule) { r.Expr = "max by (ward) (plan_actual)" }, "no owner"},
		{"a label that is dropped", func(r *alerts.Rule) { r.Expr = "max without (ward) (plan_actual)" }, "summary: the expression gives no label ward"},
		{"a label that never was", func(r *alerts.Rule) {
			r.Labels = append(r.Labels, yaml.MapItem{Key: "x", Value: "{{ $labels.hospital }}"})
		}, "x: the expression gives no label hospital"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule := sound()
			tt.spoil(&rule)
			if faults := s.lint(rule); !slices.Contains(faults, tt.want) {
				t.Errorf("got %q, want %q among them", faults, tt.want)
			}
		})
	}
}
