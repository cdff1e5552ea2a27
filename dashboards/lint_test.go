package dashboards

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/prometheus/promql/parser"

	"planwatch/config"
	"planwatch/dashboards/layout"
)

// values are what Grafana puts into a query, by the variable's name.
type values map[string]string

// valuesOf are those of Grafana's own variables and of the region's dimensions;
// all is chosen of a dimension that chosen does not name.
func valuesOf(region *config.Region, chosen map[string]string) values {
	first := region.Plan.Targets[0]
	v := values{
		"__rate_interval": "1m", "__range": "5m", "__interval": "15s",
		kpiVariable: cmp.Or(chosen[kpiVariable], first.KPI), targetVariable: cmp.Or(chosen[targetVariable], first.ID), measureVariable: "",
	}
	for _, label := range region.Dimensions.Dimensions {
		v[label] = cmp.Or(chosen[label], all)
	}
	return v
}

// interpolate puts the values into a query, as Grafana does. A variable that is
// not known stays.
func (v values) interpolate(expr string) string {
	return variablePattern.ReplaceAllStringFunc(expr, func(variable string) string {
		return cmp.Or(v[strings.Trim(variable, "${}")], variable)
	})
}

// excluded are the rules of Grafana's dashboard-linter that these dashboards
// do not follow, and why.
var excluded = map[string]string{
	"template-job-rule":          "a region has one planwatch, so there is no job to choose; queries take the largest over jobs, so that two beside each other give one figure",
	"template-instance-rule":     "as for the job: the figures are the region's, not one process'",
	"target-job-rule":            "follows from template-job-rule",
	"target-instance-rule":       "follows from template-instance-rule",
	"panel-no-targets-rule":      "every panel has a query; TestLint asks for it",
	"target-logql-rule":          "there is no Loki here",
	"target-logql-auto-rule":     "there is no Loki here",
	"target-required-matchers":   "it is the linter's own option, which asks for nothing unless configured",
	"template-required-matchers": "it is the linter's own option, which asks for nothing unless configured",
}

// rules are what is asked of every dashboard and panel, by the names that
// Grafana's linter has for them.
var rules = []string{
	"template-datasource-rule", "template-on-time-change-reload-rule", "template-label-promql-rule",
	"panel-datasource-rule", "panel-title-description-rule", "panel-units-rule",
	"target-promql-rule", "target-rate-interval-rule", "target-counter-agg-rule", "uneditable-dashboard",
}

var (
	variablePattern = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?`)
	rangedCounter   = regexp.MustCompile(`\b(?:rate|increase|irate)\([^)]*\[([^\]]+)\]`)
)

func TestLint(t *testing.T) {
	t.Logf("asked: %s", strings.Join(rules, ", "))
	for rule, reason := range excluded {
		if len(reason) < 20 {
			t.Errorf("%s is left out without a reason", rule)
		}
	}
	for _, m := range generate(t) {
		v := valuesOf(m.region, nil)
		fault := func(rule, format string, args ...any) {
			t.Helper()
			t.Errorf("%s: %s: %s", m.path, rule, fmt.Sprintf(format, args...))
		}
		if m.Editable == nil || *m.Editable {
			fault("uneditable-dashboard", "it can be edited in the browser")
		}
		if *m.Timezone == "" || *m.Description == "" {
			fault("description", "no time zone or no question")
		}
		known := map[string]bool{}
		for i, variable := range m.Templating.List {
			known[variable.Name] = true
			if i == 0 && (variable.Name != "datasource" || variable.Type != dashboard.VariableTypeDatasource || *variable.Query.String != "prometheus") {
				fault("template-datasource-rule", "the first variable does not choose the data source")
			}
			if variable.Type != dashboard.VariableTypeQuery {
				continue
			}
			if *variable.Refresh != dashboard.VariableRefreshOnTimeRangeChanged {
				fault("template-on-time-change-reload-rule", "variable %s does not load again with the time", variable.Name)
			}
			if *variable.Datasource.Uid != "${datasource}" {
				fault("variables", "%s lacks its data source", variable.Name)
			}
			if expr, ok := strings.CutPrefix(*variable.Definition, "query_result("); ok {
				if *variable.IncludeAll || *variable.Regex == "" {
					fault("variables", "%s chooses one thing, by a pattern", variable.Name)
				}
				if _, err := promParser.ParseExpr(v.interpolate(strings.TrimSuffix(expr, ")"))); err != nil {
					fault("template-label-promql-rule", "variable %s: %v", variable.Name, err)
				}
				continue
			}
			if !*variable.IncludeAll || *variable.AllValue != all {
				fault("variables", "%s lacks all", variable.Name)
			}
			query, label := labelValues(t, variable)
			if label != variable.Name {
				fault("template-label-promql-rule", "variable %s lists %s", variable.Name, label)
			}
			if _, err := promParser.ParseExpr(v.interpolate(query)); err != nil {
				fault("template-label-promql-rule", "variable %s: %v", variable.Name, err)
			}
		}
		m.each(func(p dashboard.Panel) {
			where := fmt.Sprintf("panel %d %q", *p.Id, *p.Title)
			if *p.Title == "" || p.Description == nil || *p.Description == "" {
				fault("panel-title-description-rule", "%s: no title or no description", where)
			}
			if p.FieldConfig == nil || p.FieldConfig.Defaults.Unit == nil || *p.FieldConfig.Defaults.Unit == "" {
				fault("panel-units-rule", "%s: no unit", where)
			}
			if p.Datasource == nil || *p.Datasource.Uid != "${datasource}" || *p.Datasource.Type != "prometheus" {
				fault("panel-datasource-rule", "%s: its data source is not the variable's", where)
			}
			if len(p.Targets) == 0 {
				fault("panel-no-targets-rule", "%s: no query", where)
			}
			refs := map[string]bool{}
			for _, q := range queries(t, p) {
				if q.RefId == nil || *q.RefId == "" || refs[*q.RefId] {
					fault("refId", "%s: a query's name is missing or is given twice", where)
					continue
				}
				refs[*q.RefId] = true
				if q.Datasource == nil || *q.Datasource.Uid != "${datasource}" {
					fault("panel-datasource-rule", "%s: query %s: its data source is not the variable's", where, *q.RefId)
				}
				if _, err := promParser.ParseExpr(v.interpolate(q.Expr)); err != nil {
					fault("target-promql-rule", "%s: query %s: %v\n%s", where, *q.RefId, err, q.Expr)
				}
				for _, used := range variablePattern.FindAllStringSubmatch(q.Expr, -1) {
					if !known[used[1]] && !strings.HasPrefix(used[1], "__") {
						fault("variables", "%s: query %s: there is no variable %s", where, *q.RefId, used[1])
					}
				}
				for _, span := range rangedCounter.FindAllStringSubmatch(q.Expr, -1) {
					if span[1] != rateSpan {
						fault("target-rate-interval-rule", "%s: query %s: a rate over %s", where, *q.RefId, span[1])
					}
				}
				for _, counter := range counters(t, v.interpolate(q.Expr)) {
					if !strings.Contains(q.Expr, "rate("+counter) {
						fault("target-counter-agg-rule", "%s: query %s: %s without a rate", where, *q.RefId, counter)
					}
				}
			}
			for _, override := range p.FieldConfig.Overrides {
				if override.Matcher.Id != "byFrameRefID" {
					continue
				}
				if ref, ok := override.Matcher.Options.(string); !ok || !refs[ref] {
					fault("overrides", "%s: an override for the query %v, which is not there", where, override.Matcher.Options)
				}
			}
		})
	}
}

// counters are the counters that an expression reads.
func counters(t *testing.T, expr string) []string {
	t.Helper()
	parsed, err := promParser.ParseExpr(expr)
	if err != nil {
		return nil
	}
	var names []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok && strings.HasSuffix(selector.Name, "_total") {
			names = append(names, selector.Name)
		}
		return nil
	})
	return names
}

var labelValuesPattern = regexp.MustCompile(`^label_values\((.*), ([a-z_]+)\)$`)

// labelValues takes a variable's query apart: the selector, and the label
// whose values it lists.
func labelValues(t *testing.T, v dashboard.VariableModel) (selector, label string) {
	t.Helper()
	query, ok := v.Query.Map["query"].(string)
	if !ok || query != *v.Definition {
		t.Fatalf("variable %s: its query and its definition differ", v.Name)
	}
	parts := labelValuesPattern.FindStringSubmatch(query)
	if parts == nil {
		t.Fatalf("variable %s: %s is not label_values(selector, label)", v.Name, query)
	}
	return parts[1], parts[2]
}

// Links between dashboards lead to one that is there, in the same language
// but for the one that changes it, and links to runbooks to a file.
func TestLinks(t *testing.T) {
	want := []string{"${__data.fields.alertname}", "AppointmentsHeldOffPlan", "AppointmentsMissedRatioOffPlan", "CallsAnsweredRatioOffPlan"}
	if got := slices.Sorted(maps.Keys(testLinks(t, highland(t)))); !slices.Equal(got, want) {
		t.Errorf("panels link to the runbooks %q, want %q", got, want)
	}
	var named int
	for name := range testLinks(t, builtin(t)) {
		if strings.Contains(name, "$") {
			continue
		}
		named++
		alert, query, _ := strings.Cut(name, "?")
		file := filepath.Join("..", "alerts", "norrbotten", "runbooks", strings.TrimPrefix(query, "lang="), alert+".md")
		if _, err := os.Stat(file); err != nil {
			t.Errorf("a panel links to the runbook %s: %v", name, err)
		}
	}
	if named == 0 {
		t.Error("no panel links to a runbook")
	}
}

// testLinks returns the runbooks that panels link to, by what stands in the
// address from the alert's place on.
func testLinks(t *testing.T, region *config.Region) map[string]bool {
	t.Helper()
	dashboards := generateFor(t, region)
	runbooks, _, _ := strings.Cut(region.Dashboards.Runbook, layout.AlertMark)
	if region.Dashboards.Runbook == "" {
		runbooks = region.Web.ExternalURL + config.RunbookPath
	}
	uids, tags := map[string]string{}, map[string]int{}
	for _, m := range dashboards {
		uids[*m.Uid] = m.language
		for _, tag := range m.Tags {
			tags[tag]++
		}
	}
	followed := map[string]bool{}
	for _, m := range dashboards {
		follow := func(where, url string, change bool) {
			if name, ok := strings.CutPrefix(url, runbooks); ok {
				followed[name] = true
				return
			}
			if rest, ok := strings.CutPrefix(url, field(leadsLabel)); ok {
				destinations(t, m, uids)
				if rest != "&"+timeRange {
					t.Errorf("%s: %s: a link that forgets the time", m.path, where)
				}
				return
			}
			target, ok := strings.CutPrefix(url, "/d/")
			if !ok {
				t.Errorf("%s: %s: a link to %s, which is no dashboard and no runbook", m.path, where, url)
				return
			}
			uid, rest, _ := strings.Cut(target, "?")
			if l, there := uids[uid]; !there || (l == m.language) == change {
				t.Errorf("%s: %s: a link to %s, which is not there or in another language", m.path, where, uid)
			}
			if !change && !strings.Contains(rest, "${__url_time_range}") {
				t.Errorf("%s: %s: a link that forgets the time", m.path, where)
			}
		}
		for _, link := range m.Links {
			if !link.KeepTime || !link.IncludeVars {
				t.Errorf("%s: link %q forgets the time or what is chosen", m.path, link.Title)
			}
			if link.Type == dashboard.DashboardLinkTypeDashboards {
				if len(link.Tags) != 1 || tags[link.Tags[0]] < 2 {
					t.Errorf("%s: link %q leads to no dashboards", m.path, link.Title)
				}
				continue
			}
			follow("link "+link.Title, *link.Url, true)
		}
		m.each(func(p dashboard.Panel) {
			where := fmt.Sprintf("panel %q", *p.Title)
			for _, link := range p.Links {
				follow(where, *link.Url, false)
			}
			for _, override := range p.FieldConfig.Overrides {
				for _, property := range override.Properties {
					if property.Id != "links" {
						continue
					}
					list, ok := property.Value.([]any)
					if !ok || len(list) == 0 {
						t.Fatalf("%s: %s: links that are no list", m.path, where)
					}
					for _, one := range list {
						link, _ := one.(map[string]any)
						url, _ := link["url"].(string)
						follow(where, url, false)
					}
				}
			}
		})
	}
	return followed
}

var destinationPattern = regexp.MustCompile(`"leads_to", "/d/([^"?]+)\?`)

// destinations are those that a dashboard's rows lead to.
func destinations(t *testing.T, m made, uids map[string]string) {
	t.Helper()
	found := destinationPattern.FindAllStringSubmatch(strings.ReplaceAll(string(m.data), `\"`, `"`), -1)
	if len(found) == 0 {
		t.Errorf("%s: rows lead to no dashboard", m.path)
	}
	for _, match := range found {
		if uids[match[1]] != m.language {
			t.Errorf("%s: a row leads to %s, which is not there or in another language", m.path, match[1])
		}
	}
}

// promParser reads PromQL as Prometheus does.
var promParser = parser.NewParser(parser.Options{})
