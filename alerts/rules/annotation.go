package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// kpiAnnotations returns the annotations of an alert about a KPI: its subject
// and each of its figures once, as a number with a decimal point and the name
// of its measure. Package message makes the sentences from them, for
// notifications and for planwatch's page.
func (m maker) kpiAnnotations(p PlannedKPI, alert, severity string) map[string]string {
	annotations := m.links(alert, p.Definition.Collector)
	for _, l := range m.region.Languages.All() {
		annotations[naming.AnnotationSummary(m.region.Languages.Suffix(l))] = literal(p.title(l)) + p.place(l)
	}
	figures := map[string]string{
		naming.AnnotationActual:     naming.PlanActual + "{" + byTarget + "}",
		naming.AnnotationExpected:   naming.PlanExpected + "{" + byTarget + "}",
		naming.AnnotationTarget:     naming.PlanTarget + "{" + byTarget + "}",
		naming.AnnotationThreshold:  naming.PlanThreshold + "{" + byTarget + ", " + naming.LabelSeverity + "=`" + severity + "`}",
		naming.AnnotationDifference: "abs(" + naming.PlanActual + "{" + byTarget + "} - " + naming.PlanExpected + "{" + byTarget + "})",
	}
	if alert == naming.ForecastMissesPlan(p.Name) {
		delete(figures, naming.AnnotationThreshold)
		figures[naming.AnnotationForecast] = naming.PlanForecast + "{" + byTarget + "}"
		figures[naming.AnnotationDifference] = "abs(" + naming.PlanForecast + "{" + byTarget + "} - " + naming.PlanTarget + "{" + byTarget + "})"
	}
	for name, expr := range figures {
		annotations[name] = p.figure(name, expr)
	}
	annotations[naming.AnnotationBetter] = string(p.Better)
	if p.TwoSided() {
		annotations[naming.AnnotationBetter] = execute(betterTemplate, names)
	}
	if p.Better == kpi.AsPlanned {
		annotations[naming.AnnotationExactly] = "true"
	}
	annotations[naming.AnnotationBasis] = execute(basisTemplate, names)
	annotations[naming.AnnotationSignal] = p.signal()
	maps.Copy(annotations, dataTime(p.Definition.Collector))
	return annotations
}

// byTarget is a printf format that selects the series of the alert's target.
const byTarget = naming.LabelTarget + "=%[1]q"

// title returns the KPI's title in a message.
func (p PlannedKPI) title(l *language.Language) string {
	title := language.OneLine(l.Of(p.Title))
	if p.Accumulates != "" {
		return l.Say("%s this year to date", title)
	}
	return title
}

// literal returns a template that gives the text: Prometheus expands
// annotations, and a title may hold its braces.
func literal(text string) string { return strings.ReplaceAll(text, "{", "{{ `{` }}") }

// place returns a template of the values of the alert's labels.
func (p PlannedKPI) place(l *language.Language) string {
	labels := p.labels()
	whole := literal(", " + l.Say("the whole region"))
	if len(labels) == 0 {
		return whole
	}
	var b strings.Builder
	for _, label := range labels {
		fmt.Fprintf(&b, "{{ with $labels.%s }}, {{ . }}{{ end }}", label)
	}
	if p.coversAll() {
		fmt.Fprintf(&b, "{{ if not (or $labels.%s) }}%s{{ end }}", strings.Join(labels, " $labels."), whole)
	}
	return b.String()
}

// Subject returns the summary annotation of a target with those labels.
func (p PlannedKPI) Subject(l *language.Language, labels kpi.Labels) string {
	var b strings.Builder
	for _, label := range p.labels() {
		if value := labels.Get(label); value != "" {
			b.WriteString(", " + value)
		}
	}
	if b.Len() == 0 {
		b.WriteString(", " + l.Say("the whole region"))
	}
	return p.title(l) + b.String()
}

// basisTemplate writes what the target's value is from, or what one that is stated is
// based on.
var basisTemplate = parse("{{ with printf `[[.Metric.TargetInfo]]{[[.Label.Target]]=%q}` $labels.[[.Label.Target]] | query }}{{ with first . }}{{ or (label `[[.Label.ValueFrom]]` .) (label `[[.Label.Basis]]` .) }}{{ end }}{{ end }}")

// signalTemplate writes whether the newest whole period of a figure was more than chance,
// and nothing if its past is too short to tell.
var signalTemplate = parse("{{ with printf `[[.Metric.Signal]]{[[.Label.KPI]]=\"[[.KPI]]\"[[range .Own]],[[.]]=%q[[end]][[range .Without]],[[.]]=\"\"[[end]]}`[[range .Own]] $labels.[[.]][[end]] | query }}" +
	"{{ $signal := . | first | value }}{{ if gt $signal 0.0 }}" + naming.SignalHigh + "{{ else if lt $signal 0.0 }}" + naming.SignalLow + "{{ else }}" + naming.SignalUsual + "{{ end }}{{ end }}")

// signal returns the annotation of the figure's process chart. A figure has the labels
// that the alert's target selects by, and none of the others.
func (p PlannedKPI) signal() string {
	fields := struct {
		vocabulary
		KPI          string
		Own, Without []string
	}{vocabulary: names, KPI: p.Name, Own: p.labels()}
	for _, label := range p.Labels {
		if !slices.Contains(fields.Own, label) {
			fields.Without = append(fields.Without, label)
		}
	}
	return execute(signalTemplate, fields)
}

// betterTemplate writes in which direction a figure that can be off both ways is to move.
var betterTemplate = parse("{{ if printf `[[.Metric.Actual]]{[[.Label.Target]]=%[1]q} < [[.Metric.Expected]]{[[.Label.Target]]=%[1]q}` $labels.[[.Label.Target]] | query }}" + string(kpi.Higher) + "{{ else }}" + string(kpi.Lower) + "{{ end }}")

// coveredTemplate writes whether the query has a result.
var coveredTemplate = parse("{{ if printf `[[.Query]]` $labels.[[.Label.Target]] | query }}true{{ end }}")

// coveredBy returns the annotation of an alert that those of the query inhibit.
func coveredBy(query string) string {
	return execute(coveredTemplate, struct {
		vocabulary
		Query string
	}{names, query})
}

// firing is a query for an alert about the target that fires, of one severity or, with
// "", of any.
func firing(alert, severity string) string {
	query := fmt.Sprintf("%s{%s=%q, %s=%q, ", naming.Alerts, naming.LabelAlertName, alert, naming.LabelAlertState, naming.StateFiring)
	if severity != "" {
		query += fmt.Sprintf("%s=%q, ", naming.LabelSeverity, severity)
	}
	return query + byTarget + "}"
}

// figureTemplate writes the result of a query, and nothing if there is none.
var figureTemplate = parse("{{ with printf `[[.Query]]` $labels.[[.Label.Target]] | query }}{{ . | first | value | printf `%.[[.Decimals]]f` }} [[.Measure]]{{ end }}")

// figure returns the annotation with the result of expr in the KPI's measure.
func (p PlannedKPI) figure(annotation, expr string) string {
	measure := p.Measure()
	shown := measure
	if annotation == naming.AnnotationDifference && measure.Difference != "" {
		// Loading has checked that the unit has the measure.
		shown, _ = p.Base.Measure(measure.Difference)
	}
	if per := measure.Per(); per != 1 {
		expr += " / " + strconv.FormatFloat(per, 'g', -1, 64)
	}
	return execute(figureTemplate, struct {
		vocabulary
		Query, Measure string
		Decimals       int
	}{names, strings.ReplaceAll(expr, "`", `"`), shown.Name, shown.Decimals})
}

// The moment of the oldest figure of a collector, in the region's local time.
// Prometheus writes times in UTC only, so planwatch exposes the offset of its
// zone, and that of its clock, which may show a past day.
var (
	dataTimeTemplate = parse("{{ with query `round([[.OldestData]] - ignoring ([[.Label.Collector]]) [[.Metric.ClockOffset]] + ignoring ([[.Label.Collector]]) [[.Metric.TimeZoneOffset]])` }}{{ (first . | value | toTime).Format `[[.Layout]]` }}{{ end }}")
	dataAgeTemplate  = parse("{{ with query `floor(time() - [[.OldestData]])` }}{{ first . | value | humanizeDuration | reReplaceAll `m [0-9]+s$` `m` }}{{ end }}")
)

func dataTime(collector string) map[string]string {
	fields := struct {
		vocabulary
		OldestData, Layout string
	}{names, fmt.Sprintf("%s{%s=%q}", naming.CollectorOldestData, naming.LabelCollector, collector), language.Layout}
	return map[string]string{
		naming.AnnotationDataTime: execute(dataTimeTemplate, fields),
		naming.AnnotationDataAge:  execute(dataAgeTemplate, fields),
	}
}
