package alerts_test

import (
	"fmt"
	"log/slog"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/alerts"
	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/exporter"
	"planwatch/internal/naming"
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
	region, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	// Any source does: none is asked.
	source := warehouse.Default()
	source.Driver, source.Address, source.Database, source.User = "mysql", "127.0.0.1:1", "none", "nobody"
	region.Sources = map[string]warehouse.Config{"warehouse": source}
	region.Storage.Path = t.TempDir()
	region.Alerting.Embedded = false
	e, err := exporter.New(t.Context(), region, exporter.Options{Logger: slog.New(slog.DiscardHandler)})
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
	targetLabels := []string{naming.LabelKPI, naming.LabelTarget, naming.LabelOwner, naming.LabelUnit, naming.LabelSeverity}
	for _, d := range region.Collectors {
		targetLabels = append(targetLabels, d.Labels...)
		for _, k := range d.KPIs {
			all[k.Metric()] = d.Labels
		}
	}
	for _, family := range plan.Families {
		all[family.Name] = targetLabels
	}
	all[naming.KPIInfo] = []string{"kpi", "collector", "title_sv", "title_en", "unit", "better", "accumulates", "standard"}
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
func (s series) lint(rule rulefmt.Rule) []string {
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
	needed := []string{naming.AnnotationSummary(""), naming.AnnotationSummary("en"), naming.AnnotationRunbook, naming.AnnotationDashboard}
	if rule.Annotations[naming.AnnotationActual] == "" {
		needed = append(needed, naming.AnnotationDescription(""), naming.AnnotationDescription("en"))
	}
	for _, name := range needed {
		if rule.Annotations[name] == "" {
			fault("no %s", name)
		}
	}
	if !slices.Contains([]string{naming.SeverityCritical, naming.SeverityWarning, naming.SeverityNone}, rule.Labels[naming.LabelSeverity]) {
		fault("severity %q", rule.Labels[naming.LabelSeverity])
	}
	if rule.Labels[naming.LabelDomain] == "" {
		fault("no domain")
	}
	if rule.Labels[naming.LabelOwner] == "" && !slices.Contains(given, naming.LabelOwner) {
		fault("no owner")
	}
	for _, texts := range []map[string]string{rule.Labels, rule.Annotations} {
		for _, name := range slices.Sorted(maps.Keys(texts)) {
			for _, use := range labelUse.FindAllStringSubmatch(texts[name], -1) {
				if !slices.Contains(given, use[1]) {
					fault("%s: the expression gives no label %s", name, use[1])
				}
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
	for _, domain := range rules.Files(builtin(t)) {
		for _, group := range domain.Groups {
			if interval := time.Duration(group.Interval); interval <= 0 || interval > 5*time.Minute {
				t.Errorf("group %s: interval %s; between two evaluations further apart than five minutes a series is lost from sight", group.Name, group.Interval)
			}
			for _, rule := range group.Rules {
				for _, fault := range all.lint(rule) {
					t.Errorf("%s, %s: %s", rule.Alert, rule.Labels[naming.LabelSeverity], fault)
				}
				if book := alerts.Directory(builtin(t)) + "/runbooks/" + rule.Alert + ".md"; !books[book] {
					t.Errorf("%s: no runbook %s", rule.Alert, book)
				}
				if want := "http://localhost:9846/runbook/" + rule.Alert; rule.Annotations[naming.AnnotationRunbook] != want {
					t.Errorf("%s: runbook_url %q is not %s", rule.Alert, rule.Annotations[naming.AnnotationRunbook], want)
				}
				if other, taken := domains[rule.Alert]; taken && other != domain.Domain {
					t.Errorf("%s: in %s and in %s", rule.Alert, other, domain.Domain)
				}
				domains[rule.Alert] = domain.Domain
			}
		}
	}
}

func TestEveryTargetHasItsAlerts(t *testing.T) {
	r := builtin(t)
	have := map[string]bool{}
	for _, domain := range rules.Files(r) {
		for _, rule := range domain.Rules() {
			have[rule.Alert+" "+rule.Labels[naming.LabelSeverity]] = true
		}
	}
	for _, target := range r.Plan.Targets {
		if target.Critical.Set() && !have[naming.OffPlan(target.KPI)+" critical"] {
			t.Errorf("target %s: no critical alert", target.ID)
		}
		if (target.Warning.Set() || !target.Critical.Set()) && !have[naming.OffPlan(target.KPI)+" warning"] {
			t.Errorf("target %s: no warning", target.ID)
		}
	}
}

func TestEveryAlertHasATest(t *testing.T) {
	tested := map[string]bool{}
	for _, name := range append(files(t, path.Base(alerts.Directory(builtin(t)))+"/tests/*.yaml"), files(t, "testdata/rules/*.yaml")...) {
		for _, alert := range regexp.MustCompile(`alertname=?"?:? ?"?([A-Za-z]+)`).FindAllStringSubmatch(read(t, name), -1) {
			tested[alert[1]] = true
		}
	}
	for _, domain := range rules.Files(builtin(t)) {
		for _, rule := range domain.Rules() {
			if !tested[rule.Alert] {
				t.Errorf("%s: no rule test", rule.Alert)
			}
		}
	}
}

func TestLintFinds(t *testing.T) {
	s := series{"plan_actual": {"kpi", "target", "owner", "ward"}, "planwatch_collector_success": {"collector"}, "planwatch_build_info": nil}
	sound := func() rulefmt.Rule {
		rule := rulefmt.Rule{
			Alert: "A", Expr: `max without (instance) (plan_actual{kpi="gone_kpi"})`,
			Labels: map[string]string{"severity": "warning", "domain": "beds"}, Annotations: map[string]string{},
		}
		for _, name := range []string{"summary", "description", "summary_en", "description_en", "runbook_url", "dashboard_url"} {
			rule.Annotations[name] = "{{ $labels.ward }}"
		}
		return rule
	}
	if faults := s.lint(sound()); len(faults) > 0 {
		t.Fatalf("a sound rule: %q", faults)
	}
	tests := []struct {
		name  string
		spoil func(*rulefmt.Rule)
		want  string
	}{
		{"a series that nothing exposes", func(r *rulefmt.Rule) { r.Expr = "max without (job) (plan_actual + plan_actuel)" }, "nothing exposes plan_actuel"},
		{"absent without for", func(r *rulefmt.Rule) { r.Expr += " and absent(planwatch_build_info)" }, "absent without for"},
		{"no summary", func(r *rulefmt.Rule) { delete(r.Annotations, "summary") }, "no summary"},
		{"no runbook", func(r *rulefmt.Rule) { delete(r.Annotations, "runbook_url") }, "no runbook_url"},
		{"no severity", func(r *rulefmt.Rule) { delete(r.Labels, "severity") }, `severity ""`},
		{"no domain", func(r *rulefmt.Rule) { delete(r.Labels, "domain") }, "no domain"},
		{"no owner", func(r *rulefmt.Rule) { r.Expr = "max by (ward) (plan_actual)" }, "no owner"},
		{"a label that is dropped", func(r *rulefmt.Rule) { r.Expr = "max without (ward) (plan_actual)" }, "summary: the expression gives no label ward"},
		{"a label that never was", func(r *rulefmt.Rule) {
			r.Labels["x"] = "{{ $labels.hospital }}"
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
