package alerts

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// The tests that promtool runs are made from the same targets as the rules,
// but what they expect comes from plan.Assess and from sentences filled in
// Go: Prometheus has to find the same statuses and write the same texts.

type testFile struct {
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

type queryTest struct {
	Expr     string            `yaml:"expr"`
	At       yamlfile.Duration `yaml:"eval_time"`
	Expected []expectedSample  `yaml:"exp_samples"`
}

type expectedSample struct {
	Labels string  `yaml:"labels"`
	Value  float64 `yaml:"value"`
}

// The course of every test: the figure stands one step inside the limit,
// comes to it, is away for a scrape gap, comes back, and goes inside.
const (
	calmFor = 10 * time.Minute
	heldFor = 5 * time.Minute // after it has begun to fire
	gapFor  = keepFiring
	backFor = 5 * time.Minute
	endsFor = keepFiring + 5*time.Minute
)

// testZone is the region's zone in tests, an hour ahead of UTC.
var testZone = time.FixedZone("", 3600)

// testStep is between evaluations in tests. A day of evaluations as frequent
// as the rules' own would take too long.
const testStep = 5 * time.Minute

const (
	// testOffset is how far planwatch's clock is behind in the tests.
	testOffset = 3600
	// testDataAge is how old the oldest figure is as a test begins.
	testDataAge = 2*time.Hour + 30*time.Minute
)

// ruleTests are those of one domain's rules; ok is false where there are none.
func (r *Region) ruleTests(domain string) (file testFile, ok bool) {
	file = testFile{RuleFiles: []string{"../rules/" + domain + ".yaml"}, EvaluationInterval: duration(testStep)}
	for _, d := range r.Collectors {
		if d.Collector != domain {
			continue
		}
		for _, a := range r.aims(d) {
			for _, b := range a.batches() {
				for _, severity := range severities {
					for _, t := range b.targets {
						if reaches(t, severity) {
							file.Tests = append(file.Tests, r.offPlanTest(a, b, t, severity))
							break
						}
					}
				}
			}
			if i := slices.IndexFunc(a.targets, paced); a.paced() && i >= 0 {
				file.Tests = append(file.Tests, r.forecastTest(a, a.targets[i]))
			}
		}
	}
	return file, len(file.Tests) > 0
}

// scene is a target at one moment, for which figures can be made up.
type scene struct {
	region *Region
	aim    aim
	target plan.Target
	at     time.Time
}

// newScene is at noon, when three fifths of the period have passed, or two
// hundred days where it has no end.
func (r *Region) newScene(a aim, t plan.Target) scene {
	days := 200
	if !t.To.IsZero() {
		days = int(t.To.Ends(time.UTC).Sub(t.From.Begins(time.UTC)).Hours() / 24 * 3 / 5)
	}
	return scene{r, a, t, t.From.Begins(time.UTC).AddDate(0, 0, days).Add(12 * time.Hour)}
}

// assess is how the target stands with that figure.
func (s scene) assess(value float64) plan.Assessment {
	catalogue := plan.Catalogue{KPIs: map[string]plan.Entry{}}
	for _, d := range s.region.Collectors {
		for _, k := range d.KPIs {
			catalogue.KPIs[k.Name] = plan.Entry{KPI: k, Labels: d.Labels}
		}
	}
	samples := s.figure(s.aim.kpi, value)
	if s.target.ValueFrom != nil {
		reference := catalogue.KPIs[s.target.ValueFrom.KPI].KPI
		samples = append(samples, s.figure(reference, 100*readingOf(s.aim.kpi, s.aim.targets).per)...)
	}
	return plan.Assess([]plan.Target{s.target}, catalogue, samples, s.at, s.region.Location)[0]
}

// figure are samples that make the KPI read value at the target's labels.
func (s scene) figure(k kpi.KPI, value float64) []kpi.Sample {
	sample := func(name string, value float64) kpi.Sample {
		return kpi.Sample{KPI: name, Labels: s.target.Labels(), Value: value, AsOf: s.at.Add(-testDataAge)}
	}
	if k.Ratio != nil {
		return []kpi.Sample{sample(k.Ratio.Of, value), sample(k.Ratio.To, 1)}
	}
	return []kpi.Sample{sample(k.Name, value)}
}

// worse is value moved by so many steps in the direction that is worse. A
// step is small beside the value, and large beside what rounding takes.
func (s scene) worse(value, steps float64) float64 {
	if s.aim.kpi.Better == kpi.Higher {
		steps = -steps
	}
	return value + steps*max(math.Abs(value), 1e-3)*1e-6
}

// isWorse tells whether one figure is worse than another.
func (s scene) isWorse(one, other float64) bool {
	if s.aim.kpi.Better == kpi.Higher {
		return one < other
	}
	return one > other
}

// limit is where a severity begins, and the last figure at which it has not:
// the threshold and one step inside, or, where the threshold lies at or
// beyond what is expected, one step worse than that and that itself.
func (s scene) limit(severity string) (at, inside float64) {
	a := s.assess(0)
	threshold := thresholdOf(a, severity)
	if s.isWorse(*threshold, *a.Expected) {
		return *threshold, s.worse(*threshold, -1)
	}
	return s.worse(*a.Expected, 1), *a.Expected
}

func thresholdOf(a plan.Assessment, severity string) *float64 {
	if severity == plan.SeverityCritical {
		return a.Critical
	}
	return a.Warning
}

// holds are the severities whose rules hold for the assessment.
func (s scene) holds(a plan.Assessment) []string {
	var holding []string
	for _, severity := range severities {
		threshold := thresholdOf(a, severity)
		if threshold != nil && *a.Margin < 0 && !s.isWorse(*threshold, *a.Actual) {
			holding = append(holding, severity)
		}
	}
	return holding
}

func (r *Region) offPlanTest(a aim, b batch, t plan.Target, severity string) ruleTest {
	s := r.newScene(a, t)
	at, inside := s.limit(severity)
	off, on := s.assess(at), s.assess(inside)
	alert := OffPlan(a.kpi.Name)
	expect := func(assessment plan.Assessment, since time.Duration) []expectedAlert {
		alerts := []expectedAlert{}
		for _, severity := range s.holds(assessment) {
			labels := map[string]string{LabelSeverity: severity}
			if !b.alone {
				labels[LabelFor] = duration(b.wait).String()
			}
			alerts = append(alerts, s.expected(alert, labels, assessment, since, offPlanSummary, offPlanDescription))
		}
		return alerts
	}
	name := fmt.Sprintf("%s, %s, target %s", alert, severity, t.ID)
	return s.course(name, alert, severity, b.wait, off, on, expect)
}

func (r *Region) forecastTest(a aim, t plan.Target) ruleTest {
	s := r.newScene(a, t)
	due := *s.assess(0).Expected
	off, on := s.assess(s.worse(due, 10)), s.assess(s.worse(due, -10))
	alert := Forecast(a.kpi.Name)
	expect := func(assessment plan.Assessment, since time.Duration) []expectedAlert {
		if assessment.Actual == on.Actual {
			return []expectedAlert{}
		}
		return []expectedAlert{s.expected(alert, map[string]string{LabelSeverity: plan.SeverityWarning}, assessment, since, forecastSummary, forecastDescription)}
	}
	return s.course(fmt.Sprintf("%s, target %s", alert, t.ID), alert, plan.SeverityWarning, forecastFor, off, on, expect)
}

// expected is an alert as Prometheus should give it, since after the start.
func (s scene) expected(alert string, labels map[string]string, a plan.Assessment, since time.Duration, summary, description sentence) expectedAlert {
	for _, l := range a.Labels {
		labels[l.Name] = l.Value
	}
	labels[plan.LabelKPI], labels[plan.LabelTarget], labels[LabelOwner] = a.KPI.Name, a.Target.ID, a.Target.Owner
	labels[LabelDomain], labels[LabelSource] = s.aim.collector.Collector, s.aim.collector.Source
	about := s.aim.subject(labels[LabelSeverity])
	links := s.region.OnCall.Links
	return expectedAlert{labels, map[string]string{
		AnnotationSummary:       summary.text(swedish, about, a, testDataAge+since),
		AnnotationDescription:   description.text(swedish, about, a, testDataAge+since),
		AnnotationSummaryEN:     summary.text(english, about, a, testDataAge+since),
		AnnotationDescriptionEN: description.text(english, about, a, testDataAge+since),
		AnnotationRunbook:       links.runbook(alert),
		AnnotationDashboard:     s.region.dashboard(about.collector),
	}}
}

// course is the test of one rule: on is the figure that must not set it off,
// off the one that must, after wait.
func (s scene) course(name, alert, severity string, wait time.Duration, off, on plan.Assessment, expect func(plan.Assessment, time.Duration) []expectedAlert) ruleTest {
	step := testStep
	if wait%testStep != 0 {
		step = evaluation
	}
	stretch := []struct {
		of *plan.Assessment
		time.Duration
	}{{&on, calmFor}, {&off, wait + heldFor}, {nil, gapFor}, {&off, backFor}, {&on, endsFor}}
	// A series' values are those of its stretches; a gap begins with the mark
	// that a failed scrape leaves.
	values, names := map[string]string{}, []string{}
	add := func(series, text string) {
		if _, known := values[series]; !known {
			names = append(names, series)
		}
		values[series] += text + " "
	}
	for _, part := range stretch {
		// promtool's notation: the value and so many more.
		more := int(part.Duration/step) - 1
		if part.of == nil {
			for _, series := range names {
				add(series, fmt.Sprintf("stale _x%d", more))
			}
			continue
		}
		const scraped = `instance="a",job="planwatch"}`
		for _, m := range part.of.Metrics() {
			if m.Name != plan.MetricInfo && m.Name != plan.MetricCoveredUntil && m.Name != plan.MetricStatus {
				add(m.Name+"{"+m.Labels.String()+","+scraped, fmt.Sprintf("%sx%d", strconv.FormatFloat(m.Value, 'f', -1, 64), more))
			}
		}
		add(fmt.Sprintf("planwatch_collector_oldest_data_timestamp_seconds{collector=%q,", s.aim.collector.Collector)+scraped,
			fmt.Sprintf("%dx%d", s.at.Add(-testDataAge).Unix()+testOffset, more))
		add("planwatch_clock_offset_seconds{"+scraped, fmt.Sprintf("%dx%d", testOffset, more))
		_, ahead := s.at.In(testZone).Zone()
		add("planwatch_time_zone_offset_seconds{"+scraped, fmt.Sprintf("%dx%d", ahead, more))
	}
	t := ruleTest{Name: name, Start: s.at.Add(testOffset * time.Second).UTC().Format(time.RFC3339), Interval: duration(step)}
	for _, series := range names {
		t.Series = append(t.Series, testSeries{series, strings.TrimSpace(values[series])})
	}
	silent := func(at time.Duration) { t.Queries = append(t.Queries, firing(alert, severity, at, 0)) }
	fires := calmFor + wait
	gapEnds := fires + heldFor + gapFor
	silent(fires - step)
	t.Alerts = append(t.Alerts, alertTest{duration(fires), alert, expect(off, fires)})
	t.Queries = append(t.Queries, firing(alert, severity, gapEnds-step, 1))
	silent(gapEnds + backFor + keepFiring)
	return t
}

// firing asks how many alerts of that severity fire.
func firing(alert, severity string, at time.Duration, count int) queryTest {
	q := queryTest{
		Expr:     fmt.Sprintf("count(ALERTS{alertname=%q, alertstate=\"firing\", severity=%q})", alert, severity),
		At:       duration(at),
		Expected: []expectedSample{},
	}
	if count > 0 {
		q.Expected = append(q.Expected, expectedSample{"{}", float64(count)})
	}
	return q
}
