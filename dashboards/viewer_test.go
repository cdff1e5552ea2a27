package dashboards

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"planwatch/config"
	"planwatch/internal/grafanatest"
)

// viewer looks at panels as Grafana shows them, over a Prometheus.
type viewer struct {
	prometheus prometheusAPI
	grafana    *grafanatest.Grafana
	region     *config.Region
	// now is when it looks.
	now time.Time
	// answered are answers by what was asked, so that panels of two languages ask once.
	answered map[string]json.RawMessage
}

// choice are a dashboard's variables with what is chosen; all, of one that it does not name.
type choice map[string]string

// show is what a reader sees of a panel.
func (v *viewer) show(t *testing.T, m made, p dashboard.Panel, chosen choice) grafanatest.Shown {
	t.Helper()
	from := v.beginning(t, m, p)
	values := valuesOf(v.region, chosen)
	variables := map[string][]string{sourceVariable: {"prometheus"}}
	for _, variable := range m.Templating.List {
		value, ok := chosen[variable.Name]
		switch {
		case ok:
			variables[variable.Name], values[variable.Name] = []string{value}, value
		case variable.Type == dashboard.VariableTypeQuery:
			variables[variable.Name] = []string{grafanatest.All}
		}
	}
	answers := map[string]json.RawMessage{}
	for _, q := range queries(t, p) {
		expr := values.interpolate(q.Expr)
		path, parameters := "/api/v1/query", url.Values{"query": {expr}, "time": {unix(v.now)}}
		if q.Instant == nil || !*q.Instant {
			step := max(v.now.Sub(from)/100, 15*time.Second).Truncate(time.Second)
			path, parameters = "/api/v1/query_range", url.Values{"query": {expr}, "start": {unix(from)}, "end": {unix(v.now)}, "step": {strconv.Itoa(int(step.Seconds()))}}
		}
		key := path + parameters.Encode()
		if v.answered[key] == nil {
			data, err := v.prometheus.data(t.Context(), path, parameters)
			if err != nil {
				t.Fatalf("%s: panel %q: query %s: %v\n%s", m.path, *p.Title, *q.RefId, err, expr)
			}
			v.answered[key] = data
		}
		answers[*q.RefId] = v.answered[key]
	}
	return v.grafana.Show(t, grafanatest.Request{
		Panel: mustJSON(t, p), Answers: answers, Variables: variables, From: from, To: v.now,
		TimeZone: v.region.TimeZone, Locale: m.language,
	})
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

var agoPattern = regexp.MustCompile(`^(?:now-)?([0-9]+)([mhdwMy])$`)

// beginning is where the time of a panel begins.
func (v *viewer) beginning(t *testing.T, m made, p dashboard.Panel) time.Time {
	t.Helper()
	span := m.Time.From
	if p.TimeFrom != nil {
		span = *p.TimeFrom
	}
	if span == yearSoFar {
		return time.Date(v.now.In(v.region.Location).Year(), time.January, 1, 0, 0, 0, 0, v.region.Location)
	}
	parts := agoPattern.FindStringSubmatch(span)
	if parts == nil {
		t.Fatalf("%s: the span %q", m.path, span)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	switch parts[2] {
	case "y":
		return v.now.AddDate(-n, 0, 0)
	case "M":
		return v.now.AddDate(0, -n, 0)
	}
	return v.now.Add(-time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[parts[2]])
}

// data is the answer of Prometheus' API.
func (p prometheusAPI) data(ctx context.Context, path string, parameters url.Values) (json.RawMessage, error) {
	body, err := p.get(ctx, path, parameters)
	return body.Data, err
}

// follow reads where a link leads: the dashboard, and what is chosen there.
func follow(t *testing.T, boards []made, address string) (made, choice, error) {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		return made{}, nil, err
	}
	uid, ok := strings.CutPrefix(parsed.Path, "/d/")
	i := slices.IndexFunc(boards, func(m made) bool { return *m.Uid == uid })
	if !ok || i < 0 {
		return made{}, nil, fmt.Errorf("there is no dashboard %q", parsed.Path)
	}
	chosen := choice{}
	for name, values := range parsed.Query() {
		if variable, ok := strings.CutPrefix(name, "var-"); ok {
			chosen[variable] = values[0]
		}
	}
	if parsed.Query().Get("from") == "" || parsed.Query().Get("to") == "" {
		return boards[i], chosen, fmt.Errorf("the time is not kept")
	}
	return boards[i], chosen, nil
}
