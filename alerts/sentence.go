package alerts

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

// sentence is what an alert says, with slots in braces: {actual}. It is
// written once and filled twice: with templates for Prometheus, and with
// figures for the tests that hold Prometheus to it.
type sentence kpi.Text

// The sentences about a figure that is worse than its plan.
var (
	offPlanSummary = sentence{
		SV: "{title}{where}: {actual.short} mot {expected.short} enligt plan",
		EN: "{title}{where}: {actual.short} against {expected.short} planned",
	}
	offPlanDescription = sentence{
		SV: `{title}{where}: {actual}.
Enligt planen {bound} {expected} nu, alltså {gap} {side} plan.
{level} från {threshold}. Målet vid periodens slut är {target}.
Äldsta uppgiften är från {since}.`,
		EN: `{title}{where}: {actual}.
The plan wants {bound} {expected} by now, so this is {gap} {side} plan.
{level} from {threshold}. The target at the period's end is {target}.
The oldest figure is from {since}.`,
	}
	forecastSummary = sentence{
		SV: "{title}{where}: väntas sluta på {forecast.short} mot {target.short} enligt plan",
		EN: "{title}{where}: heading for {forecast.short} against {target.short} planned",
	}
	forecastDescription = sentence{
		SV: `{title}{where}: med takten hittills blir det {forecast} vid periodens slut.
Enligt planen {bound} {target}, alltså {missed} {side} plan.
Hittills {actual}; planen för samma tid är {expected}.
Äldsta uppgiften är från {since}.`,
		EN: `{title}{where}: at the pace so far the period ends at {forecast}.
The plan wants {bound} {target}, so this is {missed} {side} plan.
So far {actual}; the plan for the same time is {expected}.
The oldest figure is from {since}.`,
	}
)

// figures are the slots that hold a figure, as PromQL over the series of one
// target; %[1]s selects them and %[2]s the severity.
var figures = map[string]string{
	"actual":    "plan_actual{%[1]s}",
	"expected":  "plan_expected{%[1]s}",
	"target":    "plan_target{%[1]s}",
	"forecast":  "plan_forecast{%[1]s}",
	"threshold": "plan_threshold{%[1]s, severity=`%[2]s`}",
	"gap":       "abs(plan_actual{%[1]s} - plan_expected{%[1]s})",
	"missed":    "abs(plan_forecast{%[1]s} - plan_target{%[1]s})",
}

// subject is what a sentence about a KPI is about.
type subject struct {
	kpi       kpi.KPI
	collector string
	severity  string
	reading   reading
	// labels are those that the targets select by, in the collector's order.
	labels []string
	// whole says that some target selects by none.
	whole bool
}

// word is the value of a slot that is the same for every target.
func (s subject) word(l language, slot string) string {
	worse := map[kpi.Direction]map[string]kpi.Text{
		kpi.Higher: {"bound": {SV: "minst", EN: "at least"}, "side": {SV: "under", EN: "below"}},
		kpi.Lower:  {"bound": {SV: "högst", EN: "at most"}, "side": {SV: "över", EN: "above"}},
	}
	switch slot {
	case "title":
		title := strings.Join(strings.Fields(l.of(s.kpi.Title)), " ")
		if s.kpi.Accumulates != "" {
			title += l.of(kpi.Text{SV: " hittills i år", EN: " this year to date"})
		}
		return title
	case "level":
		if s.severity == plan.SeverityCritical {
			return l.of(kpi.Text{SV: "Kritiskt", EN: "Critical"})
		}
		return l.of(kpi.Text{SV: "Varning", EN: "Warning"})
	}
	return l.of(worse[s.kpi.Better][slot])
}

var everywhere = kpi.Text{SV: ", hela regionen", EN: ", the whole region"}

// template is the sentence for Prometheus.
func (t sentence) template(l language, s subject) string {
	var defines, used []string
	text := fill(l.of(kpi.Text(t)), func(slot string) string {
		name, short := strings.CutSuffix(slot, ".short")
		query, isFigure := figures[name]
		switch {
		case slot == "where":
			return s.whereTemplate(l)
		case slot == "since":
			return sinceTemplate(l, s.collector)
		case !isFigure:
			return s.word(l, slot)
		}
		style, r := "figure", s.reading
		switch {
		case short:
			style = "short"
		case isDifference(name) && s.reading.difference() != s.reading:
			style, r = "difference", s.reading.difference()
		}
		if !slices.Contains(used, style) {
			used = append(used, style)
			defines = append(defines, r.define(style, l, short))
		}
		query = s.reading.scaled(fmt.Sprintf(query, "target=`%[1]s`", s.severity))
		return fmt.Sprintf("{{ with printf %q $labels.target | query }}{{ template `%s` (first . | value) }}{{ end }}", query, style)
	})
	// Each stands on a line of its own, which the text begins without.
	for i := range defines {
		defines[i] = strings.TrimSuffix(defines[i], "{{ end }}") + "{{ end -}}\n"
	}
	return strings.Join(defines, "") + text
}

// isDifference tells whether a slot's figure is the distance between two.
func isDifference(slot string) bool { return slot == "gap" || slot == "missed" }

// whereTemplate writes the values of the labels that the alert has.
func (s subject) whereTemplate(l language) string {
	if len(s.labels) == 0 {
		return l.of(everywhere)
	}
	var b strings.Builder
	for _, label := range s.labels {
		fmt.Fprintf(&b, "{{ with $labels.%s }}, {{ . }}{{ end }}", label)
	}
	if s.whole {
		fmt.Fprintf(&b, "{{ if not (or $labels.%s) }}%s{{ end }}", strings.Join(s.labels, " $labels."), l.of(everywhere))
	}
	return b.String()
}

// where is what whereTemplate writes for labels.
func (s subject) where(l language, labels kpi.Labels) string {
	var b strings.Builder
	for _, label := range s.labels {
		if value := labels.Get(label); value != "" {
			b.WriteString(", " + value)
		}
	}
	if b.Len() == 0 {
		return l.of(everywhere)
	}
	return b.String()
}

// sinceTemplate writes the moment that the oldest figure of the collector
// speaks of, as clocks in the region show it: Prometheus writes times in UTC
// only, so planwatch tells how far its zone is ahead of that, and how far its
// own clock, which may show a past day, is behind.
func sinceTemplate(l language, collector string) string {
	series := fmt.Sprintf("planwatch_collector_oldest_data_timestamp_seconds{collector=`%s`}", collector)
	moment := fmt.Sprintf("{{ with query %q }}{{ (first . | value | toTime).Format `2006-01-02 15:04` }}{{ end }}", "round("+series+" - ignoring (collector) planwatch_clock_offset_seconds + ignoring (collector) planwatch_time_zone_offset_seconds)")
	age := fmt.Sprintf("{{ with query %q }}{{ first . | value | humanizeDuration | reReplaceAll `m [0-9]+s$` `m` }}{{ end }}", "floor(time() - "+series+")")
	return fmt.Sprintf(l.of(ago), moment, age)
}

var ago = kpi.Text{SV: "%s, för %s sedan", EN: "%s, %s ago"}

// since is what sinceTemplate writes of data of a moment by planwatch's
// clock, in the moment's own zone, of that age.
func since(l language, moment time.Time, age time.Duration) string {
	seconds := int(math.Floor(age.Seconds()))
	days, hours, minutes := seconds/86400, seconds/3600%24, seconds/60%60
	text := fmt.Sprintf("%dm", minutes)
	switch {
	case days > 0:
		text = fmt.Sprintf("%dd %dh %dm", days, hours, minutes)
	case hours > 0:
		text = fmt.Sprintf("%dh %dm", hours, minutes)
	case minutes == 0:
		text = fmt.Sprintf("%ds", seconds)
	}
	return fmt.Sprintf(l.of(ago), moment.Format("2006-01-02 15:04"), text)
}

// text is the sentence about one assessment, with data as old as said.
func (t sentence) text(l language, s subject, a plan.Assessment, age time.Duration) string {
	threshold := a.Warning
	if s.severity == plan.SeverityCritical {
		threshold = a.Critical
	}
	distance := func(a, b *float64) *float64 {
		if a == nil || b == nil {
			return nil
		}
		return new(math.Abs(*a - *b))
	}
	values := map[string]*float64{
		"actual": a.Actual, "expected": a.Expected, "target": a.Full, "forecast": a.Forecast, "threshold": threshold,
		"gap": distance(a.Actual, a.Expected), "missed": distance(a.Forecast, a.Full),
	}
	return fill(l.of(kpi.Text(t)), func(slot string) string {
		name, short := strings.CutSuffix(slot, ".short")
		value, isFigure := values[name]
		switch {
		case slot == "where":
			return s.where(l, a.Labels)
		case slot == "since":
			return since(l, a.DataTime.In(testZone), age)
		case !isFigure:
			return s.word(l, slot)
		case value == nil:
			return ""
		case short:
			return s.reading.short(l, *value)
		case isDifference(name):
			return s.reading.difference().text(l, *value)
		}
		return s.reading.text(l, *value)
	})
}

// fill replaces every slot.
func fill(text string, value func(slot string) string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		slot, after, _ := strings.Cut(rest, "}")
		b.WriteString(value(slot))
		text = after
	}
}
