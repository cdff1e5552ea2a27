package dashboards

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/config"
	"planwatch/internal/grafanatest"
	"planwatch/internal/stack"
)

const (
	// firstData is how long Prometheus is given until all queries have data:
	// rules are evaluated once a minute, and rates need a few scrapes.
	firstData = 3 * time.Minute
	// again is how long a query that gave nothing waits until it is asked again.
	again = 5 * time.Second
)

// withoutData are the queries that give nothing on the sample, by the reason.
var withoutData = []struct {
	reason string
	query  *regexp.Regexp
}{
	{"in March it is too early for the forecast of a plan that begins in the summer", regexp.MustCompile(`plan_forecast\{.*kpi="mobile_mr_exams"`)},
	{"scanners are to be there by the end of the year and a first consultation held by June, so that nothing is due in March", regexp.MustCompile(`plan_(expected|threshold)\{.*kpi="(ct_scanners_replaced|activities_held)"`)},
	{"it is too early in March to judge how much is used of the year's investments, how many leave, and a small hospital's operations", regexp.MustCompile(`plan_margin_ratio\{.*kpi="(investment_used_ratio|turnover_ratio)"|plan_threshold\{kpi="(investment_used_ratio|turnover_ratio)"|plan_threshold\{kpi="operations",hospital="Kalix"`)},
	{"no alert of some domains fires on the sample within a test's time; the panel says so", regexp.MustCompile(`\bALERTS`)},
	{"process charts begin with the first scrape after the past has been read", regexp.MustCompile(`\bkpi_signal`)},
	{"something is critical on the sample, so that the wall does not say that nothing is", regexp.MustCompile(`unless on \(\) \(`)},
	{"the target that is first to be looked at has no critical threshold", regexp.MustCompile(`plan_threshold\{kpi="within_guarantee_ratio",severity="critical"`)},
	{"the first KPI of the plan has no forecast", regexp.MustCompile(`plan_forecast\{kpi="[a-z_]+",target=`)},
}

// prometheusAPI is that of a running Prometheus.
type prometheusAPI struct{ address string }

// answer is one of Prometheus' API.
type answer struct {
	Status, Error string
	Data          json.RawMessage
	Warnings      []string
}

// get asks the API. An answer with a warning is an error.
func (p prometheusAPI) get(ctx context.Context, path string, parameters url.Values) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.address+path, strings.NewReader(parameters.Encode()))
	if strings.HasPrefix(path, "/api/v1/label/") {
		request, err = http.NewRequestWithContext(ctx, http.MethodGet, p.address+path+"?"+parameters.Encode(), nil)
	}
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	var body answer
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return answer{}, fmt.Errorf("%s: %w", response.Status, err)
	}
	if body.Status != "success" || len(body.Warnings) > 0 {
		return answer{}, fmt.Errorf("%s %s", body.Error, strings.Join(body.Warnings, "; "))
	}
	return body, nil
}

// series is how many series or values a query gives.
func (p prometheusAPI) series(ctx context.Context, path string, parameters url.Values) (int, error) {
	body, err := p.get(ctx, path, parameters)
	if err != nil {
		return 0, err
	}
	var values []string
	if json.Unmarshal(body.Data, &values) == nil {
		return len(values), nil
	}
	var result struct{ Result []json.RawMessage }
	if err := json.Unmarshal(body.Data, &result); err != nil {
		return 0, err
	}
	return len(result.Result), nil
}

// request is one query as panels and variables make it.
type request struct {
	path, expr string
	// where are the panels and variables.
	where []string
}

func (r request) parameters(now time.Time) url.Values {
	at := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	switch r.path {
	case "/api/v1/query":
		return url.Values{"query": {r.expr}, "time": {at(now)}}
	case "/api/v1/query_range":
		return url.Values{"query": {r.expr}, "start": {at(now.Add(-5 * time.Minute))}, "end": {at(now)}, "step": {"15"}}
	}
	return url.Values{"match[]": {r.expr}}
}

// requests are the queries of all panels and variables, in every language, with
// the variables' values put in. A query that stands in several places is one
// request.
func requests(t *testing.T, region *config.Region, v values) []request {
	t.Helper()
	found := map[string]*request{}
	add := func(path, expr, where string) {
		key := path + "\xff" + expr
		if found[key] == nil {
			found[key] = &request{path: path, expr: expr}
		}
		found[key].where = append(found[key].where, where)
	}
	for _, m := range generateFor(t, region) {
		for _, variable := range m.Templating.List {
			if variable.Type == dashboard.VariableTypeQuery {
				if expr, ok := strings.CutPrefix(*variable.Definition, "query_result("); ok {
					add("/api/v1/query", v.interpolate(strings.TrimSuffix(expr, ")")), m.path+": variable "+variable.Name)
					continue
				}
				selector, label := labelValues(t, variable)
				add("/api/v1/label/"+label+"/values", v.interpolate(selector), m.path+": variable "+variable.Name)
			}
		}
		for _, a := range m.Annotations.List {
			add("/api/v1/query_range", v.interpolate(*a.Expr), m.path+": annotation "+a.Name)
		}
		m.each(func(p dashboard.Panel) {
			for _, q := range queries(t, p) {
				path := "/api/v1/query_range"
				if q.Instant != nil && *q.Instant {
					path = "/api/v1/query"
				}
				add(path, v.interpolate(q.Expr), fmt.Sprintf("%s: panel %q, query %s", m.path, *p.Title, *q.RefId))
			}
		})
	}
	var all []request
	for _, key := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[key])
	}
	return all
}

// past matches the queries of what a backfill writes. Of planwatch itself, and of
// alerts, there is none.
var (
	past    = regexp.MustCompile(`\b(kpi|plan)_`)
	present = regexp.MustCompile(`\bplanwatch_|\bALERTS\b`)
	// sinceNow matches those for targets that are in force from the day that the
	// clock begins on.
	sinceNow = regexp.MustCompile(`^max without \(instance, job\) \(plan_\w+\{kpi="cataract_theatres_open"`)
)

// Every query of every panel and variable runs against a Prometheus that
// scrapes planwatch on the sample: none fails, and each gives data or is known
// not to, and why. Of figures, each gives data of the past as well. Then every panel is looked
// at as Grafana shows it.
func TestLive(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "planwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "gms_pure_go", "-o", binary, "./cmd/planwatch")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	begins := time.Now()
	s, err := stack.Start(t.Context(), stack.Options{
		Root: "..", Directory: t.TempDir(), Planwatch: binary, Sample: true, ScrapeInterval: "1s",
		Past: append(stack.Past(), "--step=30d"), // few moments, of which the last is now
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	prometheus := prometheusAPI{s.Prometheus}
	region := builtin(t)
	all := requests(t, region, valuesOf(region, nil))
	prometheus.testPast(t, all, begins)
	waiting := all
	t.Logf("%d queries", len(waiting))
	deadline := time.Now().Add(firstData)
	for {
		waiting = prometheus.unanswered(t, waiting, now)
		silent := slices.DeleteFunc(slices.Clone(waiting), func(r request) bool { return r.reason() != "" })
		if len(silent) == 0 {
			break
		}
		if time.Now().After(deadline) {
			for _, r := range silent {
				t.Errorf("%s gives no data\n%s", strings.Join(r.where, "; "), r.expr)
			}
			break
		}
		select {
		case <-time.After(again):
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
	known := map[string]int{}
	for _, r := range waiting {
		known[r.reason()] += len(r.where)
	}
	delete(known, "")
	for reason, count := range known {
		t.Logf("%d panels' queries without data: %s", count, reason)
	}
	testSeen(t, &viewer{
		prometheus: prometheus, grafana: grafanatest.Start(t), region: region, now: time.Now(), answered: map[string]json.RawMessage{},
	})
}

// testPast makes the requests for figures over the thirteen months until an hour
// before the stack began, of which nothing has been scraped.
func (p prometheusAPI) testPast(t *testing.T, all []request, begins time.Time) {
	t.Helper()
	until := begins.Add(-time.Hour)
	figures := slices.DeleteFunc(slices.Clone(all), func(r request) bool {
		return !past.MatchString(r.expr) || present.MatchString(r.expr)
	})
	ranges := 0
	silent := p.unanswered(t, figures, func(r request) url.Values {
		values := r.parameters(until)
		switch r.path {
		case "/api/v1/query_range":
			ranges++
			values.Set("start", strconv.FormatInt(begins.AddDate(0, -13, 0).Unix(), 10))
			values.Set("step", "86400")
		case "/api/v1/query":
		default: // a variable's
			values.Set("end", strconv.FormatInt(until.Unix(), 10))
		}
		return values
	})
	for _, r := range silent {
		if r.reason() != "" || sinceNow.MatchString(r.expr) {
			continue
		}
		t.Errorf("%s gives no data of the past\n%s", strings.Join(r.where, "; "), r.expr)
	}
	if ranges < 100 {
		t.Errorf("only %d queries over thirteen months", ranges)
	}
	t.Logf("%d queries for figures, %d of them over thirteen months", len(figures), ranges)
}

// now are a request's parameters for the present.
func now(r request) url.Values { return r.parameters(time.Now()) }

// unanswered are the requests that give nothing with those parameters. One that
// fails fails the test, and is not among them.
func (p prometheusAPI) unanswered(t *testing.T, all []request, with func(request) url.Values) []request {
	t.Helper()
	var empty []request
	for _, r := range all {
		series, err := p.series(t.Context(), r.path, with(r))
		if err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(r.where, "; "), err, r.expr)
		} else if series == 0 {
			empty = append(empty, r)
		}
	}
	return empty
}

// reason is why a request may give nothing, or "".
func (r request) reason() string {
	for _, known := range withoutData {
		if known.query.MatchString(r.expr) {
			return known.reason
		}
	}
	return ""
}
