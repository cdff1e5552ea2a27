package runbook

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/decimal"
	"planwatch/internal/genfiles"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/unit"
	"planwatch/internal/yamlfile"
	"planwatch/plan"
)

// writer writes the runbook of one alert in one language.
type writer struct {
	region   *config.Region
	language *language.Language
	alert    alert
	// handwritten are the parts in the language.
	handwritten handwritten
}

// write returns the runbook. A section has the text from the definitions first,
// then the hand-written text. A section without text is left out.
func (w writer) write() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- %s -->\n# %s\n\n`%s`\n", genfiles.Notice(w.region.Name), w.title(), w.alert.name)
	for s, heading := range headings(w.language) {
		written := w.handwritten.of(w.alert, section(s))
		paragraphs := w.generated(section(s), written)
		if written != "" {
			paragraphs = append(paragraphs, written)
		}
		if len(paragraphs) > 0 {
			fmt.Fprintf(&out, "\n## %s\n\n%s\n", heading, strings.Join(paragraphs, "\n\n"))
		}
	}
	return out.Bytes()
}

// generated returns the paragraphs of a section that come from the definitions.
// The meaning of an alert without a KPI is generated only if it is not written
// by hand.
func (w writer) generated(s section, written string) []string {
	switch {
	case s == meaning && w.alert.kpi != nil:
		return w.meaningOfKPI()
	case s == meaning && written == "":
		if text := rules.Description(w.alert.name, w.language); text != "" {
			return []string{text}
		}
	case s == escalation:
		return w.contacts()
	case s == diagnosis:
		return w.diagnosis()
	case s == reference && w.alert.kpi != nil:
		return w.referenceOfKPI()
	case s == reference:
		return w.expressions()
	}
	return nil
}

func (w writer) meaningOfKPI() []string {
	l, k := w.language, w.alert.kpi
	title := language.OneLine(l.Of(k.Title))
	var first string
	switch lower := k.Better == kpi.Lower; {
	case k.TwoSided():
		first = l.Say("**%s** is so far from its target that a threshold has been reached: both more and less are off.", title)
	case w.alert.isForecast() && lower:
		first = l.Say("**%s** will end the period so far above its target that a threshold is reached, if it goes on as past years did or at the pace so far.", title)
	case w.alert.isForecast():
		first = l.Say("**%s** will end the period so far below its target that a threshold is reached, if it goes on as past years did or at the pace so far.", title)
	case lower:
		first = l.Say("**%s** is so far above its target that a threshold has been reached.", title)
	default:
		first = l.Say("**%s** is so far below its target that a threshold has been reached.", title)
	}
	return []string{first, language.OneLine(l.Of(k.KPI.Definition))}
}

// diagnosis returns where graphs are, and which other figures a KPI is made of.
func (w writer) diagnosis() []string {
	l, k := w.language, w.alert.kpi
	var paragraphs []string
	if address := w.region.DashboardURL(w.domain(), l); address != "" {
		paragraphs = append(paragraphs, l.Say("Graphs: <%s>", address))
	}
	if k == nil {
		return paragraphs
	}
	if k.Ratio != nil {
		paragraphs = append(paragraphs, l.Say("The KPI is the ratio of `%s` to `%s`: find out which of them has changed.", naming.KPI(k.Ratio.Of), naming.KPI(k.Ratio.To)))
	}
	if from := k.ForecastFrom; from != nil {
		paragraphs = append(paragraphs, l.Say("The KPI is `%s` less `%s`, and so is its forecast: find out which of them has changed.", naming.KPI(from.Of), naming.KPI(from.Less)))
	}
	return paragraphs
}

// domain returns the domain whose dashboard shows what the alert is about.
func (w writer) domain() string {
	switch {
	case w.alert.kpi != nil:
		return w.alert.kpi.Definition.Collector
	case w.alert.rules[0].Labels[naming.LabelDomain] == naming.DomainPlan:
		return naming.DomainPlan
	}
	return naming.DomainPlanwatch
}

// referenceOfKPI returns the KPI's targets, and the queries.
func (w writer) referenceOfKPI() []string {
	l, k, d := w.language, w.alert.kpi, w.alert.kpi.Definition
	paragraphs := []string{w.targets()}
	if k.Standard != "" {
		paragraphs = append(paragraphs, l.Say("The definition follows: %s.", language.OneLine(k.Standard)))
	}
	return append(paragraphs,
		l.Say("Actual value, plan and thresholds now, and the KPI with all its labels:"),
		code("promql", strings.Join(w.series(), "\n")),
		l.Say("The age of the data in seconds (data is withdrawn after %s):", d.MaxAge.String()),
		code("promql", fmt.Sprintf("time() - %s{%s=%q}", naming.CollectorOldestData, naming.LabelCollector, d.Collector)),
		l.Say("Query the source `%s` again and see every row:", d.Source),
		code("sh", "planwatch collect "+d.Collector+" --config "+l.Say("DIRECTORY")),
		l.Say("The query (`collectors/%s`):", d.Query),
		code("sql", strings.TrimSpace(d.Statement().Text())),
	)
}

// series returns the names of the KPI's series: those of the plan and the
// collected one.
func (w writer) series() []string {
	k := w.alert.kpi
	var series []string
	metrics := []string{naming.PlanActual, naming.PlanExpected, naming.PlanTarget, naming.PlanThreshold}
	if len(k.ForecastSeverities()) > 0 {
		metrics = append(metrics, naming.PlanForecast, naming.PlanForecastThreshold)
	}
	for _, metric := range metrics {
		series = append(series, fmt.Sprintf("%s{%s=%q}", metric, naming.LabelKPI, k.Name))
	}
	return append(series, k.Metric())
}

// expressions returns the rule expressions of an alert without a KPI.
func (w writer) expressions() []string {
	paragraphs := []string{w.language.Say("The alert's expression:")}
	for _, rule := range w.alert.rules {
		paragraphs = append(paragraphs, code("promql", strings.TrimSpace(rule.Expr)))
	}
	return paragraphs
}

// targets returns a table of the KPI's targets and their owners.
func (w writer) targets() string {
	l := w.language
	lines := []string{l.Say("| target | applies to | based on | value | warning | critical | after | owner |"), "| --- | --- | --- | --- | --- | --- | --- | --- |"}
	for _, t := range w.alert.kpi.Targets {
		if w.alert.isForecast() && !rules.IsStated(t) {
			continue
		}
		owner, _ := w.region.OnCall.Owner(t.Owner)
		wait := l.Say("at once")
		switch {
		case w.alert.isForecast():
			wait = yamlfile.Duration(rules.ForecastFor).String()
		case t.For > 0:
			wait = t.For.String()
		}
		warning, critical := w.thresholds(t)
		lines = append(lines, fmt.Sprintf("| `%s` | %s | %s | %s | %s | %s | %s | %s |", t.ID, w.labels(t), t.Basis.Words(l), w.value(t), warning, critical, wait, l.Of(owner.Name)))
	}
	return strings.Join(lines, "\n")
}

// labels returns the values of the labels that the target selects by.
func (w writer) labels(t plan.Target) string {
	var values []string
	for _, label := range w.alert.kpi.Labels {
		if value := t.Where[label]; value != "" {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return w.language.Say("the whole region")
	}
	return strings.Join(values, ", ")
}

// value returns the value to reach at the end of the target's period.
func (w writer) value(t plan.Target) string {
	if r, ok := t.Reference(); ok {
		return w.reference(r)
	}
	if t.ValueFrom != nil {
		return "`" + t.ValueFrom.KPI + "`"
	}
	if t.Between != nil {
		return w.figure(t, *t.Between.Low) + "–" + w.figure(t, *t.Between.High)
	}
	return w.figure(t, *t.Value)
}

// reference returns what a target is held against.
func (w writer) reference(r plan.Reference) string {
	switch r.At {
	case plan.YearEarlier:
		return w.language.Say("the same figure a year earlier")
	case plan.WeeksEarlier:
		return w.language.Say("the same figure 52 weeks earlier")
	}
	if r.Year != 0 {
		return w.language.Say("the same figure at the same date in %s", strconv.Itoa(r.Year))
	}
	return w.language.Say("the same figure on %s", r.On)
}

// none is shown if a target has no threshold of a severity.
const none = "–"

// thresholds returns the target's thresholds as they are written in the plan.
func (w writer) thresholds(t plan.Target) (warning, critical string) {
	warning, critical = w.threshold(t, t.Warning), w.threshold(t, t.Critical)
	if !rules.Reaches(t, naming.SeverityCritical) || w.alert.isForecast() && !slices.Contains(w.alert.kpi.ForecastSeverities(), naming.SeverityCritical) {
		critical = none
	}
	switch {
	case !rules.Reaches(t, naming.SeverityWarning):
		warning = none
	case !t.Warning.Set():
		warning = w.language.Say("the target")
	}
	return warning, critical
}

func (w writer) threshold(t plan.Target, threshold plan.Threshold) string {
	l := w.language
	switch {
	case threshold.Share != nil:
		return l.Say("%s%% from the target", l.ShortNumber(threshold.Share.Float()*100, exactly))
	case threshold.By != nil:
		return l.Say("%s from the target", w.distance(t, *threshold.By))
	case threshold.At != nil:
		return l.Say("at %s", w.figure(t, *threshold.At))
	}
	return ""
}

// exactly is a number of decimals at which no amount of a plan is rounded.
const exactly = 6

// figure returns an amount of the target with all the decimals of the plan, in
// the measure that messages use for the KPI. If neither the KPI nor the target
// has a measure, the measure follows from the amount's size.
func (w writer) figure(t plan.Target, amount decimal.Decimal) string {
	measure, value := w.measure(t, amount)
	return measure.Phrase(w.language, value)
}

// distance returns an amount as figure does, in the measure of differences: between two
// shares there are percentage points.
func (w writer) distance(t plan.Target, amount decimal.Decimal) string {
	measure, value := w.measure(t, amount)
	if measure.Difference != "" {
		// Loading has checked that the unit has the measure.
		measure, _ = w.alert.kpi.Base.Measure(measure.Difference)
		measure.Decimals = exactly
	}
	return measure.Phrase(w.language, value)
}

// measure returns the measure in which an amount of the target is told, and the amount in
// the KPI's unit.
func (w writer) measure(t plan.Target, amount decimal.Decimal) (unit.Measure, float64) {
	k := w.alert.kpi
	// The target's measure has been checked.
	factor, _ := k.Base.Factor(t.Unit)
	value := amount.Mul(factor).Float()
	measure := k.Measure()
	if k.KPI.Measure == "" && (t.Unit == "" || t.Unit == k.Unit) {
		measure = k.Base.Suited(value)
	}
	measure.Decimals = exactly
	return measure, value
}

// code returns a Markdown code block.
func code(syntax, text string) string { return "```" + syntax + "\n" + text + "\n```" }
