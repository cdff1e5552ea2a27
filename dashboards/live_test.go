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

	"planwatch/internal/stack"
)

// scraping is how long Prometheus is given until all queries have data:
// rules are evaluated once a minute, and rates want a few scrapes.
const scraping = 3 * time.Minute

// quiet are the queries that give nothing on the sample, by the reason.
var quiet = []struct {
	reason string
	query  *regexp.Regexp
}{
	{"no alert fires on the sample within a test's time; the panel says ✓ no alerts", regexp.MustCompile(`^ALERTS\{.*unless ALERTS`)},
}

// live asks a Prometheus.
type live struct{ address string }

// answer is how many series a query gives.
func (p live) answer(ctx context.Context, path string, parameters url.Values) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+path+"?"+parameters.Encode(), nil)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var body struct {
		Status, Error string
		Data          json.RawMessage
		Warnings      []string
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return 0, fmt.Errorf("%s: %w", response.Status, err)
	}
	if body.Status != "success" || len(body.Warnings) > 0 {
		return 0, fmt.Errorf("%s %s", body.Error, strings.Join(body.Warnings, "; "))
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

// asked is one query as a panel or a variable asks it.
type asked struct {
	path, expr string
	where      []string
}

func (a asked) parameters(now time.Time) url.Values {
	at := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	switch a.path {
	case "/api/v1/query":
		return url.Values{"query": {a.expr}, "time": {at(now)}}
	case "/api/v1/query_range":
		return url.Values{"query": {a.expr}, "start": {at(now.Add(-5 * time.Minute))}, "end": {at(now)}, "step": {"15"}}
	}
	return url.Values{"match[]": {a.expr}}
}

// everything is each query of each panel and variable, in both languages,
// with the variables' values put in; a query that stands in several places
// is asked once.
func everything(t *testing.T, values *strings.Replacer) []asked {
	t.Helper()
	all := map[string]*asked{}
	note := func(path, expr, where string) {
		key := path + "\xff" + expr
		if all[key] == nil {
			all[key] = &asked{path: path, expr: expr}
		}
		all[key].where = append(all[key].where, where)
	}
	for _, m := range generate(t) {
		for _, v := range m.Templating.List {
			if v.Type == dashboard.VariableTypeQuery {
				selector, label := labelValues(t, v)
				note("/api/v1/label/"+label+"/values", values.Replace(selector), m.path+": variable "+v.Name)
			}
		}
		m.each(func(p dashboard.Panel) {
			for _, q := range queries(t, p) {
				path := "/api/v1/query_range"
				if q.Instant != nil && *q.Instant {
					path = "/api/v1/query"
				}
				note(path, values.Replace(q.Expr), fmt.Sprintf("%s: panel %q, query %s", m.path, *p.Title, *q.RefId))
			}
		})
	}
	var list []asked
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, *all[key])
	}
	return list
}

// Every query of every panel and variable runs against a Prometheus that
// scrapes planwatch on the sample: none errs, and each gives data or is known
// not to, and why.
func TestLive(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "planwatch")
	build := exec.CommandContext(t.Context(), "go", "build", "-tags", "gms_pure_go", "-o", binary, "./cmd/planwatch")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	s, err := stack.Start(t.Context(), stack.Options{Root: "..", Directory: t.TempDir(), Planwatch: binary, Sample: true, ScrapeInterval: "1s"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	prometheus := live{s.Prometheus}
	waiting := everything(t, interpolate)
	t.Logf("%d queries", len(waiting))
	deadline := time.Now().Add(scraping)
	silenced := map[string]int{}
	for {
		now := time.Now()
		var still []asked
		for _, a := range waiting {
			series, err := prometheus.answer(t.Context(), a.path, a.parameters(now))
			if err != nil {
				t.Errorf("%s: %v\n%s", a.where[0], err, a.expr)
				continue
			}
			if series == 0 {
				still = append(still, a)
			}
		}
		waiting = still
		loud := slices.DeleteFunc(slices.Clone(waiting), func(a asked) bool { return reason(a) != "" })
		if len(loud) == 0 {
			break
		}
		if now.After(deadline) {
			for _, a := range loud {
				t.Errorf("%s gives no data\n%s", strings.Join(a.where, "; "), a.expr)
			}
			break
		}
		select {
		case <-time.After(5 * time.Second):
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
	for _, a := range waiting {
		silenced[reason(a)] += len(a.where)
	}
	for why, count := range silenced {
		if why != "" {
			t.Logf("%d panels' queries without data: %s", count, why)
		}
	}
	// With one hospital of one division chosen nothing errs either.
	chosen := strings.NewReplacer("$division", "(Länssjukvård 2|Nära)", "$hospital", "Sunderby", "$ward", all,
		"$__rate_interval", "1m", "$__range", "5m", "$__interval", "15s")
	for _, a := range everything(t, chosen) {
		if _, err := prometheus.answer(t.Context(), a.path, a.parameters(time.Now())); err != nil {
			t.Errorf("%s: chosen: %v\n%s", a.where[0], err, a.expr)
		}
	}
}

// reason is why a query may give nothing, or "".
func reason(a asked) string {
	for _, q := range quiet {
		if q.query.MatchString(a.expr) {
			return q.reason
		}
	}
	return ""
}
