package evaluator_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"

	"planwatch/alerts/evaluator"
	"planwatch/internal/kpi"
)

// waitRules are one condition with waits as those of generated rules.
const waitRules = `groups:
  - name: beds
    interval: 1m
    rules:
      - alert: AtOnce
        expr: beds < ignoring (severity) limit{severity="warning"}
        keep_firing_for: 10m
        labels: {severity: warning}
      - alert: AfterHalfAnHour
        expr: beds < ignoring (severity) limit{severity="critical"} and beds < 30
        for: 30m
        keep_firing_for: 10m
        labels: {severity: critical}
        annotations: {actual: "{{ with printf ` + "`beds{ward=%q}` $labels.ward | query }}{{ . | first | value | printf `%.1f`" + ` }} beds{{ end }}"}
      - alert: AfterADay
        expr: max without (ward) (beds < 36)
        for: 1d
`

// begin is when the tests' past begins.
var begin = time.Date(2025, 3, 1, 6, 0, 0, 0, time.UTC)

// stretch is a time for which figures hold: beds by ward.
type stretch struct {
	from time.Duration // after begin
	beds map[string]float64
}

func (s stretch) figures() []evaluator.Figure {
	var all []evaluator.Figure
	for ward, beds := range s.beds {
		of := kpi.Label{Name: "ward", Value: ward}
		all = append(all,
			evaluator.Figure{Name: "beds", Labels: kpi.NewLabels(of), Value: beds},
			evaluator.Figure{Name: "limit", Labels: kpi.NewLabels(of, kpi.Label{Name: "severity", Value: "warning"}), Value: 36},
			evaluator.Figure{Name: "limit", Labels: kpi.NewLabels(of, kpi.Label{Name: "severity", Value: "critical"}), Value: 33})
	}
	return all
}

// replay returns the episodes of a past that ends so long after it began.
func replay(t *testing.T, course []stretch, end time.Duration) *evaluator.Replay {
	t.Helper()
	r, err := evaluator.NewReplay([]evaluator.RuleFile{{Name: "beds.yaml", Data: []byte(waitRules)}})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range course {
		until := end
		if i+1 < len(course) {
			until = course[i+1].from
		}
		if err := r.Hold(t.Context(), begin.Add(s.from), begin.Add(until), s.figures()); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// written are episodes of alerts, a line each, in order.
func written(episodes []evaluator.Episode) []string {
	var lines []string
	for _, e := range episodes {
		until := "still"
		if !e.Until.IsZero() {
			until = e.Until.Sub(begin).String()
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s to %s", e.Name(), e.Labels["ward"], e.From.Sub(begin), until))
	}
	slices.Sort(lines)
	return lines
}

// An alert fires when its wait is over and not a moment before, and goes on firing
// for as long as its rule says.
func TestReplayWaits(t *testing.T) {
	const day = 24 * time.Hour
	ward := func(beds float64) map[string]float64 { return map[string]float64{"A": beds} }
	tests := []struct {
		name           string
		course         []stretch
		want           []string
		pending, still int
	}{
		{"inside", []stretch{{0, ward(36)}}, nil, 0, 0},
		{"off for less than the waits", []stretch{{0, ward(29)}, {30*time.Minute - time.Millisecond, ward(36)}}, []string{
			"AtOnce A: 0s to 39m59.999s"}, 2, 0},
		{"off for just the shorter wait, and well then", []stretch{{0, ward(29)}, {30 * time.Minute, ward(36)}}, []string{
			"AtOnce A: 0s to 40m0s"}, 2, 0},
		{"off for longer than the shorter wait", []stretch{{0, ward(29)}, {30*time.Minute + time.Millisecond, ward(36)}}, []string{
			"AfterHalfAnHour A: 30m0s to 40m0.001s", "AtOnce A: 0s to 40m0.001s"}, 1, 0},
		{"off for just a day, and off then", []stretch{{0, ward(35)}, {day, ward(34)}}, []string{
			"AfterADay : 24h0m0s to still", "AtOnce A: 0s to still"}, 0, 0},
		{"off for just a day, and well then", []stretch{{0, ward(35)}, {day, ward(36)}}, []string{
			"AtOnce A: 0s to 24h10m0s"}, 1, 0},
		{"well for a moment begins the wait again", []stretch{{0, ward(35)}, {12 * time.Hour, ward(36)}, {12*time.Hour + time.Second, ward(35)}}, []string{
			"AfterADay : 36h0m1s to still", "AtOnce A: 0s to still"}, 0, 0},
		{"no figure for less than it keeps firing", []stretch{{0, ward(29)}, {time.Hour, nil}, {time.Hour + 9*time.Minute, ward(29)}}, []string{
			"AfterADay : 25h9m0s to still", "AfterHalfAnHour A: 30m0s to still", "AtOnce A: 0s to still"}, 0, 0},
		{"no figure for longer", []stretch{{0, ward(29)}, {time.Hour, nil}, {2 * time.Hour, ward(29)}}, []string{
			"AfterADay : 26h0m0s to still", "AfterHalfAnHour A: 2h30m0s to still", "AfterHalfAnHour A: 30m0s to 1h10m0s", "AtOnce A: 0s to 1h10m0s", "AtOnce A: 2h0m0s to still"}, 0, 0},
		{"one of two wards", []stretch{{0, map[string]float64{"A": 35, "B": 40}}, {time.Hour, map[string]float64{"A": 36, "B": 40}}}, []string{
			"AtOnce A: 0s to 1h10m0s"}, 1, 0},
		{"off at the end, for less than a wait", []stretch{{0, ward(36)}, {47*time.Hour + 45*time.Minute, ward(29)}}, []string{
			"AtOnce A: 47h45m0s to still"}, 0, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := replay(t, tt.course, 48*time.Hour)
			got := written(r.Episodes())
			ended, still := r.OnlyPending()
			if !slices.Equal(got, tt.want) || ended != tt.pending || still != tt.still {
				t.Errorf("got  %q, %d pending and %d still\nwant %q, %d and %d", got, ended, still, tt.want, tt.pending, tt.still)
			}
		})
	}
}

// An episode tells what the alert told when it began to fire.
func TestReplayTellsTheFigure(t *testing.T) {
	course := []stretch{{0, map[string]float64{"A": 29}}, {time.Hour, map[string]float64{"A": 20}}, {2 * time.Hour, map[string]float64{"A": 35}}}
	want := map[string]time.Time{"AtOnce": {}, "AfterHalfAnHour": begin.Add(2 * time.Hour)}
	for _, e := range replay(t, course, 3*time.Hour).Episodes() {
		until, ok := want[e.Name()]
		if !ok || e.Value != 29 || e.Least != 20 || e.Most != map[string]float64{"AtOnce": 35, "AfterHalfAnHour": 29}[e.Name()] || !e.ActiveAt.Equal(begin) || !e.ActiveUntil.Equal(until) || e.Name() == "AfterHalfAnHour" && e.Annotations["actual"] != "29.0 beds" {
			t.Errorf("got %+v", e)
		}
		delete(want, e.Name())
	}
	if len(want) > 0 {
		t.Errorf("not fired: %v", want)
	}
}

// Evaluating where something can change gives the episodes that Prometheus gives,
// with its storage and an evaluation a minute.
func TestReplayAgreesWithPrometheus(t *testing.T) {
	const end = 4 * 24 * time.Hour
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			var course []stretch
			for at := time.Duration(0); at < end; {
				beds := map[string]float64{}
				for _, ward := range []string{"A", "B"} {
					if random.IntN(8) > 0 {
						beds[ward] = float64(26 + random.IntN(12))
					}
				}
				course = append(course, stretch{at, beds})
				// Mostly minutes, and now and then days.
				at += time.Duration(1+random.IntN([]int{8, 60, 300, 2000}[random.IntN(4)])) * time.Minute
			}
			got := written(replay(t, course, end).Episodes())
			want := written(everyMinute(t, course, end))
			if len(want) < 5 {
				t.Errorf("only %d episodes", len(want))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// everyMinute returns the episodes that Prometheus' rule groups send, with a
// scrape and an evaluation each minute.
func everyMinute(t *testing.T, course []stretch, end time.Duration) []evaluator.Episode {
	t.Helper()
	logger := slog.New(slog.DiscardHandler)
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 0
	db, err := tsdb.Open(t.TempDir(), logger, nil, options, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	file := filepath.Join(t.TempDir(), "beds.yaml")
	if err := os.WriteFile(file, []byte(waitRules), 0o600); err != nil {
		t.Fatal(err)
	}
	var episodes []evaluator.Episode
	engine := promql.NewEngine(promql.EngineOpts{Logger: logger, MaxSamples: 10_000, Timeout: time.Minute})
	manager := rules.NewManager(&rules.ManagerOptions{
		NameValidationScheme: model.LegacyValidation, QueryFunc: rules.EngineQueryFunc(engine, db), Appendable: db, Queryable: db, Logger: logger,
		ExternalURL: &url.URL{}, ResendDelay: 100 * 365 * 24 * time.Hour,
		NotifyFunc: func(_ context.Context, _ string, alerts ...*rules.Alert) {
			for _, a := range alerts {
				if a.ResolvedAt.IsZero() {
					episodes = append(episodes, evaluator.Episode{Labels: a.Labels.Map(), From: a.FiredAt})
					continue
				}
				for i := range episodes {
					if e := &episodes[i]; e.Until.IsZero() && labels.FromMap(e.Labels).String() == a.Labels.String() {
						e.Until = a.ResolvedAt
					}
				}
			}
		},
	})
	groups, wrong := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", rules.DefaultEvalIterationFunc, false, file)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	before := map[string]labels.Labels{}
	for at := time.Duration(0); at < end; at += time.Minute {
		if len(course) > 1 && at >= course[1].from {
			course = course[1:]
		}
		appender := db.Appender(t.Context())
		add := func(ls labels.Labels, v float64) {
			if _, err := appender.Append(0, ls, begin.Add(at).UnixMilli(), v); err != nil {
				t.Fatal(err)
			}
		}
		now := map[string]labels.Labels{}
		for _, f := range course[0].figures() {
			all := []labels.Label{{Name: model.MetricNameLabel, Value: f.Name}}
			for _, l := range f.Labels {
				all = append(all, labels.Label{Name: l.Name, Value: l.Value})
			}
			ls := labels.New(all...)
			now[ls.String()] = ls
			add(ls, f.Value)
		}
		for key, ls := range before {
			if _, ok := now[key]; !ok {
				add(ls, math.Float64frombits(value.StaleNaN))
			}
		}
		before = now
		if err := appender.Commit(); err != nil {
			t.Fatal(err)
		}
		for _, group := range groups {
			group.Eval(t.Context(), begin.Add(at))
		}
	}
	return episodes
}

// What changes without a figure that does is refused, rather than replayed wrongly.
func TestReplayRefuses(t *testing.T) {
	for expr, want := range map[string]string{
		"avg_over_time(beds[1h]) < 36":         "reads a range of time",
		"max_over_time(beds[1h:1m]) < 36":      "reads a range of time",
		"beds offset 1d < 36":                  "reads another moment",
		"beds @ 1741000000 < 36":               "reads another moment",
		"beds < 36 and on () hour() > 6":       "calls hour",
		"time() - beds > 36":                   "calls time",
		"timestamp(beds) > 36":                 "calls timestamp",
		"beds <":                               "parse error",
		"beds < on (ward) group_left () limit": "",
	} {
		t.Run(expr, func(t *testing.T) {
			rule := fmt.Sprintf("groups: [{name: beds, rules: [{alert: Beds, expr: %q}]}]", expr)
			_, err := evaluator.NewReplay([]evaluator.RuleFile{{Name: "beds.yaml", Data: []byte(rule)}})
			if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
