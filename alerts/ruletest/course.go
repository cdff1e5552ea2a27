package ruletest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"planwatch/alerts/rules"
	"planwatch/collectors"
	"planwatch/config"
	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// The course of every test: the figure is one step inside the limit, reaches
// it, is absent for a scrape gap, is back at the limit, and goes inside.
const (
	calmFor = 10 * time.Minute
	heldFor = 5 * time.Minute // after it has begun to fire
	gapFor  = rules.KeepFiring
	backFor = 5 * time.Minute
	endsFor = rules.KeepFiring + 5*time.Minute
)

// testZone is the region's zone in tests, an hour ahead of UTC.
var testZone = time.FixedZone("", 3600)

// testStep is the time between evaluations in tests. With the rules' own
// interval, a day would take too long.
const testStep = 5 * time.Minute

const (
	// testOffset is how far planwatch's clock is behind in the tests.
	testOffset = 3600
	// testDataAge is the age of the oldest figure when a test begins.
	testDataAge = 2*time.Hour + 30*time.Minute
)

// Of returns the tests of one collector's rules; ok is false if there are none.
func Of(region *config.Region, d *collectors.Definition) (file File, ok bool) {
	file = File{RuleFiles: []string{"../rules/" + d.Collector + ".yaml"}, EvaluationInterval: yamlfile.Duration(testStep)}
	for _, p := range rules.PlannedKPIs(region, d) {
		for _, group := range p.WaitGroups() {
			for _, severity := range rules.Severities {
				if s, ok := offPlanScene(region, p, group, severity); ok {
					file.Tests = append(file.Tests, s.offPlan(group, severity))
				}
			}
		}
		for _, severity := range p.ForecastSeverities() {
			if s, ok := forecastScene(region, p, severity); ok {
				file.Tests = append(file.Tests, s.forecast(severity))
			}
		}
	}
	return file, len(file.Tests) > 0
}

// scene is a target at one moment, for which tests make figures.
type scene struct {
	region *config.Region
	kpi    rules.PlannedKPI
	target plan.Target
	at     time.Time
	// history is how the figure went before, for its forecast.
	history plan.History
}

// scenesOf returns scenes of a target at noon, after three fifths of the period and
// later, for a target that is judged late. Without an end of the period they are after
// two hundred days and more.
func scenesOf(region *config.Region, p rules.PlannedKPI, t plan.Target) []scene {
	begins, after := t.From.Begins(time.UTC), []int{200, 2000}
	if !t.To.IsZero() {
		days := int(t.To.Ends(time.UTC).Sub(begins).Hours() / 24)
		after = []int{days * 6 / 10, days * 7 / 10, days * 8 / 10, days * 9 / 10, days - 1}
	}
	var scenes []scene
	for _, days := range after {
		scenes = append(scenes, scene{region: region, kpi: p, target: t, at: begins.AddDate(0, 0, days).Add(12 * time.Hour)})
	}
	return scenes
}

// offPlanScene returns the first scene in which a target of the group can be off at that
// severity. There is none where all are too early to judge until the last evening of
// their periods.
func offPlanScene(region *config.Region, p rules.PlannedKPI, group rules.WaitGroup, severity string) (s scene, ok bool) {
	for _, t := range group.Targets {
		if !rules.Reaches(t, severity) {
			continue
		}
		for _, s := range scenesOf(region, p, t) {
			if a := s.assess(far); a.Expected != nil && thresholdOf(a, severity) != nil {
				return s, true
			}
		}
	}
	return scene{}, false
}

// forecastScene returns the first scene in which the KPI has a forecast that can be of
// that severity: by the plan alone, or where the plan wants all at once, with a year
// before that went evenly.
func forecastScene(region *config.Region, p rules.PlannedKPI, severity string) (s scene, ok bool) {
	for _, t := range p.Targets {
		if !rules.IsStated(t) || !rules.Reaches(t, severity) {
			continue
		}
		s := scenesOf(region, p, t)[0]
		for _, history := range []plan.History{nil, evenly(t.From.Year - 1)} {
			s.history = history
			if due := s.assess(0).Expected; due != nil && s.assess(s.worse(*due, 10)).Forecast != nil {
				return s, true
			}
		}
	}
	return scene{}, false
}

// evenly is a year in which each day added one, of whatever KPI.
func evenly(year int) plan.History {
	var points []forecast.Point
	for day := time.Date(year, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		points = append(points, forecast.Point{At: day, Value: float64(day.YearDay())})
	}
	return func(string) []forecast.Point { return points }
}

// assess returns the target's assessment with that figure.
func (s scene) assess(value float64) plan.Assessment {
	samples := s.figure(s.kpi.KPI, value, s.at)
	past, wanted := plan.Past{}, 100*s.kpi.Measure().Per()
	for _, r := range plan.References([]plan.Target{s.target}, s.region.KPIs, s.at, s.region.Location, func(string) bool { return true }) {
		past[r] = plan.NewSamples(s.figure(s.kpi.KPI, wanted, r.Moment(s.at, s.region.Location)))
	}
	if s.target.ValueFrom != nil && s.target.ValueFrom.KPI != "" {
		reference, _ := s.region.KPIs.Get(s.target.ValueFrom.KPI)
		samples = append(samples, s.figure(reference.KPI, wanted, s.at)...)
	}
	a := plan.Assess([]plan.Target{s.target}, s.region.KPIs, samples, past, s.at, s.region.Location)[0]
	if s.history != nil {
		a.Foresee(s.history, s.region.Location)
	}
	return a
}

// figure returns samples that give the KPI the value at the target's labels, at a
// moment.
func (s scene) figure(k kpi.KPI, value float64, at time.Time) []kpi.Sample {
	sample := func(name string, value float64) kpi.Sample {
		return kpi.Sample{KPI: name, Labels: s.target.Labels(), Value: value, AsOf: at.Add(-testDataAge)}
	}
	switch {
	case k.Ratio != nil:
		return []kpi.Sample{sample(k.Ratio.Of, value), sample(k.Ratio.To, 1)}
	case k.ForecastFrom != nil:
		return []kpi.Sample{sample(k.Name, value), sample(k.ForecastFrom.Of, 2*value), sample(k.ForecastFrom.Less, value)}
	}
	return []kpi.Sample{sample(k.Name, value)}
}

// rises reports whether a higher figure is better. Of one that can be off both ways the
// tests take the side above: the figure of limit is far above any plan.
func (s scene) rises() bool { return !s.kpi.TwoSided() && s.kpi.Better == kpi.Higher }

// better is the direction in which the tests' figures get better.
func (s scene) better() kpi.Direction {
	if s.kpi.TwoSided() {
		return kpi.Lower
	}
	return s.kpi.Better
}

// worse returns value moved by that many steps in the worse direction. A step
// is small compared with the value, and large compared with rounding.
func (s scene) worse(value, steps float64) float64 {
	if s.rises() {
		steps = -steps
	}
	return value + steps*max(math.Abs(value), 1e-3)*1e-6
}

// isWorse reports whether one figure is worse than another.
func (s scene) isWorse(one, other float64) bool {
	if s.rises() {
		return one < other
	}
	return one > other
}

// limit returns the first figure with the severity and the last one without it:
// the threshold and one step inside it. If the threshold is not worse than the
// expected value, they are one step worse than expected, and the expected
// value.
func (s scene) limit(severity string) (at, inside float64) {
	a := s.assess(far)
	threshold := thresholdOf(a, severity)
	if s.isWorse(*threshold, *a.Expected) {
		return *threshold, s.worse(*threshold, -1)
	}
	return s.worse(*a.Expected, 1), *a.Expected
}

// far is a figure above every target: of one that can be off both ways it is off above.
const far = 1e15

func thresholdOf(a plan.Assessment, severity string) *float64 {
	if severity == naming.SeverityCritical {
		return a.Critical
	}
	return a.Warning
}

// holds returns the severities whose rules hold for the assessment.
func (s scene) holds(a plan.Assessment) []string {
	var holding []string
	for _, severity := range rules.Severities {
		threshold := thresholdOf(a, severity)
		if threshold != nil && *a.Margin < 0 && !s.isWorse(*threshold, *a.Actual) {
			holding = append(holding, severity)
		}
	}
	return holding
}

// offPlan returns the test of the group's rule at one severity.
func (s scene) offPlan(group rules.WaitGroup, severity string) ruleTest {
	at, inside := s.limit(severity)
	off, on := s.assess(at), s.assess(inside)
	alert := naming.OffPlan(s.kpi.Name)
	expect := func(assessment plan.Assessment, since time.Duration) []expectedAlert {
		alerts := []expectedAlert{}
		for _, severity := range s.holds(assessment) {
			labels := map[string]string{naming.LabelSeverity: severity}
			if !group.Only {
				labels[naming.LabelFor] = yamlfile.Duration(group.For).String()
			}
			alerts = append(alerts, s.expected(alert, labels, since, map[string]*float64{
				naming.AnnotationActual: assessment.Actual, naming.AnnotationExpected: assessment.Expected, naming.AnnotationTarget: assessment.Full,
				naming.AnnotationThreshold: thresholdOf(assessment, severity), naming.AnnotationDifference: distance(assessment.Actual, assessment.Expected),
			}))
			if severity != naming.SeverityCritical && group.Reaches(naming.SeverityCritical) {
				alerts[len(alerts)-1].cover(slices.Contains(s.holds(assessment), naming.SeverityCritical))
			}
		}
		return alerts
	}
	name := fmt.Sprintf("%s, %s, target %s", alert, severity, s.target.ID)
	return s.course(name, alert, severity, group.For, off, on, expect)
}

// forecast returns the test of the rule about the KPI's forecast.
func (s scene) forecast(severity string) ruleTest {
	// The figure from which the forecast is just where the severity begins.
	as := s.assess(*s.assess(0).Expected)
	due := *as.Expected * *forecastThresholdOf(as, severity) / *as.Forecast
	off, on := s.assess(s.worse(due, 10)), s.assess(s.worse(due, -10))
	alert := naming.ForecastMissesPlan(s.kpi.Name)
	expect := func(assessment plan.Assessment, since time.Duration) []expectedAlert {
		alerts := []expectedAlert{}
		for _, severity := range s.kpi.ForecastSeverities() {
			if !s.forecastHolds(assessment, severity) {
				continue
			}
			alerts = append(alerts, s.expected(alert, map[string]string{naming.LabelSeverity: severity}, since, map[string]*float64{
				naming.AnnotationForecast: assessment.Forecast, naming.AnnotationTarget: assessment.Full,
				naming.AnnotationActual: assessment.Actual, naming.AnnotationExpected: assessment.Expected,
				naming.AnnotationDifference: distance(assessment.Forecast, assessment.Full),
			}))
			worse := severity != naming.SeverityCritical && s.forecastHolds(assessment, naming.SeverityCritical)
			alerts[len(alerts)-1].cover(worse || s.isOffPlan(on, off, since))
		}
		return alerts
	}
	return s.course(fmt.Sprintf("%s, %s, target %s", alert, severity, s.target.ID), alert, severity, rules.ForecastFor, off, on, expect)
}

// forecastHolds reports whether the rule about the forecast holds at that severity.
func (s scene) forecastHolds(a plan.Assessment, severity string) bool {
	begins := forecastThresholdOf(a, severity)
	return begins != nil && !s.isWorse(*begins, *a.Forecast) && s.isWorse(*a.Forecast, *a.Full)
}

// isOffPlan reports whether the target's alert about the figure fires after that time of a
// course between two figures.
func (s scene) isOffPlan(on, off plan.Assessment, since time.Duration) bool {
	begins := time.Duration(0)
	if len(s.holds(on)) == 0 {
		begins = calmFor
	}
	return len(s.holds(off)) > 0 && begins+time.Duration(s.target.For) <= since
}

func forecastThresholdOf(a plan.Assessment, severity string) *float64 {
	if severity == naming.SeverityCritical {
		return a.ForecastCritical
	}
	return a.ForecastWarning
}

// distance returns the distance between two figures; nil if one is not known.
func distance(a, b *float64) *float64 {
	if a == nil || b == nil {
		return nil
	}
	return new(math.Abs(*a - *b))
}

// expected returns the alert that Prometheus should give, with those figures as
// annotations. since is the time from the start of the test.
func (s scene) expected(alert string, labels map[string]string, since time.Duration, figures map[string]*float64) expectedAlert {
	for _, l := range s.target.Labels() {
		labels[l.Name] = l.Value
	}
	collector := s.kpi.Definition
	labels[naming.LabelKPI], labels[naming.LabelTarget], labels[naming.LabelOwner] = s.kpi.Name, s.target.ID, s.target.Owner
	labels[naming.LabelDomain], labels[naming.LabelSource] = collector.Collector, collector.Source
	if s.region.Beside {
		labels[naming.LabelRegion] = s.region.Name
	}
	first := s.region.Languages.First()
	annotations := map[string]string{
		naming.AnnotationBetter:   string(s.better()),
		naming.AnnotationBasis:    cmp.Or(s.target.TakenFrom(), string(s.target.Basis)),
		naming.AnnotationSignal:   s.signal(),
		naming.AnnotationDataTime: s.at.Add(-testDataAge).In(testZone).Format(language.Layout),
		naming.AnnotationDataAge:  humanized(testDataAge + since),
		naming.AnnotationRunbook:  s.region.RunbookURL(alert, first),
	}
	if s.kpi.Better == kpi.AsPlanned {
		annotations[naming.AnnotationExactly] = "true"
	}
	if address := s.region.DashboardURL(collector.Collector, first); address != "" {
		annotations[naming.AnnotationDashboard] = address
	}
	for _, l := range s.region.Languages.All() {
		annotations[naming.AnnotationSummary(s.region.Languages.Suffix(l))] = s.kpi.Subject(l, s.target.Labels())
	}
	measure := s.kpi.Measure()
	for name, value := range figures {
		if value == nil {
			annotations[name] = "" // as the rules' templates give it
			continue
		}
		shown := measure
		if name == naming.AnnotationDifference && measure.Difference != "" {
			shown, _ = s.kpi.Base.Measure(measure.Difference)
		}
		annotations[name] = fmt.Sprintf("%.*f %s", shown.Decimals, *value/measure.Per(), shown.Name)
	}
	return expectedAlert{labels, annotations}
}

// humanized formats a duration as the rules do: in whole minutes, or in seconds
// below one minute.
func humanized(d time.Duration) string {
	seconds := int(math.Floor(d.Seconds()))
	days, hours, minutes := seconds/86400, seconds/3600%24, seconds/60%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh %dm", days, hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, minutes)
	case minutes == 0:
		return fmt.Sprintf("%ds", seconds)
	}
	return fmt.Sprintf("%dm", minutes)
}

// course returns the test of one rule: the alert must not fire with the figure
// of on, and must fire with that of off, after wait.
func (s scene) course(name, alert, severity string, wait time.Duration, off, on plan.Assessment, expect func(plan.Assessment, time.Duration) []expectedAlert) ruleTest {
	step := testStep
	if wait%testStep != 0 {
		step = rules.Evaluation
	}
	stretch := []struct {
		of *plan.Assessment
		time.Duration
	}{{&on, calmFor}, {&off, wait + heldFor}, {nil, gapFor}, {&off, backFor}, {&on, endsFor}}
	// A gap in a series begins with the stale marker of a failed scrape.
	values, names := map[string]string{}, []string{}
	add := func(series, text string) {
		if _, known := values[series]; !known {
			names = append(names, series)
		}
		values[series] += text + " "
	}
	for _, part := range stretch {
		// promtool's notation: the value, and how many more follow.
		more := int(part.Duration/step) - 1
		if part.of == nil {
			for _, series := range names {
				add(series, fmt.Sprintf("stale _x%d", more))
			}
			continue
		}
		scraped := fmt.Sprintf("%s=%q,%s=%q}", naming.LabelInstance, "a", naming.LabelJob, naming.Planwatch)
		if s.region.Beside {
			scraped = fmt.Sprintf("%s=%q,", naming.LabelRegion, s.region.Name) + scraped
		}
		for _, m := range part.of.Metrics() {
			if !slices.Contains([]string{naming.PlanCoveredUntil, naming.PlanStatus, naming.PlanRank}, m.Name) {
				add(m.Name+"{"+m.Labels.String()+","+scraped, fmt.Sprintf("%sx%d", strconv.FormatFloat(m.Value, 'f', -1, 64), more))
			}
		}
		add(fmt.Sprintf("%s{%s=%q,", naming.CollectorOldestData, naming.LabelCollector, s.kpi.Definition.Collector)+scraped,
			fmt.Sprintf("%dx%d", s.at.Add(-testDataAge).Unix()+testOffset, more))
		for _, chart := range s.charts() {
			add(chart.series+","+scraped, fmt.Sprintf("%dx%d", chart.value, more))
		}
		add(naming.ClockOffset+"{"+scraped, fmt.Sprintf("%dx%d", testOffset, more))
		_, ahead := s.at.In(testZone).Zone()
		add(naming.TimeZoneOffset+"{"+scraped, fmt.Sprintf("%dx%d", ahead, more))
	}
	t := ruleTest{Name: name, Start: s.at.Add(testOffset * time.Second).UTC().Format(time.RFC3339), Interval: yamlfile.Duration(step)}
	for _, series := range names {
		t.Series = append(t.Series, testSeries{series, strings.TrimSpace(values[series])})
	}
	silent := func(at time.Duration) { t.Queries = append(t.Queries, firing(alert, severity, at, 0)) }
	fires := calmFor + wait
	gapEnds := fires + heldFor + gapFor
	silent(fires - step)
	t.Alerts = append(t.Alerts, alertTest{yamlfile.Duration(fires), alert, expect(off, fires)})
	t.Queries = append(t.Queries, firing(alert, severity, gapEnds-step, 1))
	silent(gapEnds + backFor + rules.KeepFiring)
	return t
}

// firing returns a query of how many alerts of that severity fire.
func firing(alert, severity string, at time.Duration, count int) queryTest {
	q := queryTest{
		Expr:     fmt.Sprintf("count(%s{%s=%q, %s=%q, %s=%q})", naming.Alerts, naming.LabelAlertName, alert, naming.LabelAlertState, naming.StateFiring, naming.LabelSeverity, severity),
		At:       yamlfile.Duration(at),
		Expected: []expectedSample{},
	}
	if count > 0 {
		q.Expected = append(q.Expected, expectedSample{"{}", float64(count)})
	}
	return q
}
