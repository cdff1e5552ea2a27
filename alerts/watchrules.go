package alerts

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"planwatch/internal/kpi"
	"planwatch/plan"
)

const (
	// staleShare is the part of max_age at which figures are said to grow
	// stale. max_age is set just above the longest usual gap, so a lower
	// share would call every time that the gap comes.
	staleShare = 0.95
	// wakes is the longest max_age, in seconds, of figures whose loss wakes
	// someone: what is measured more seldom can wait until morning.
	wakes = 86400
	// notice of the plan's end, in seconds: time to decide on a new one.
	expiryNotice = 60 * 86400
)

// watch is one alert that is about no KPI of its own.
type watch struct {
	alert, severity string
	wait, keep      time.Duration
	expr            string
	// owner is empty where the series bring it along.
	owner string
	// domain and source may be templates, and source may be empty.
	domain, source       string
	summary, description kpi.Text
}

// watchRules are the watches as rules.
func (r *Region) watchRules() []Rule {
	watches := r.watches()
	rules := make([]Rule, len(watches))
	for i, w := range watches {
		rules[i] = r.watchRule(w)
	}
	return rules
}

// watches are the alerts about planwatch, its data and the plan itself:
// what must be well before an alert about a KPI means anything.
func (r *Region) watches() []watch {
	operations := r.OnCall.Operations
	watches := []watch{
		{
			alert: Watchdog, severity: severityNone, owner: operations, domain: DomainPlanwatch,
			expr:        "vector(1)",
			summary:     kpi.Text{SV: "Larmkedjan fungerar", EN: "The chain of alerts works"},
			description: kpi.Text{SV: "Detta larm är alltid aktivt. När det uteblir når inga larm fram.", EN: "This alert always fires. Where it stops coming, no alert arrives."},
		},
		{
			alert: PlanwatchDown, severity: plan.SeverityCritical, wait: 5 * time.Minute, owner: operations, domain: DomainPlanwatch,
			expr:        "absent(planwatch_build_info)",
			summary:     kpi.Text{SV: "planwatch svarar inte", EN: "planwatch does not answer"},
			description: kpi.Text{SV: "Prometheus har inte fått några mätvärden från planwatch på fem minuter. Inga larm om nyckeltal kan komma förrän det är åtgärdat.", EN: "Prometheus has had nothing from planwatch for five minutes. No alert about a key figure can come until it is back."},
		},
		{
			alert: SourceDown, severity: plan.SeverityCritical, wait: 2 * time.Minute, keep: 5 * time.Minute, owner: operations, domain: DomainPlanwatch,
			expr:        "max without (instance, job) (planwatch_source_up) == 0",
			summary:     kpi.Text{SV: "Källan {{ $labels.source }} svarar inte", EN: "The source {{ $labels.source }} does not answer"},
			description: kpi.Text{SV: "planwatch når inte källan {{ $labels.source }}. Nyckeltalen står kvar med sina senaste värden tills de är för gamla; larm om dem hålls inne så länge.", EN: "planwatch cannot reach the source {{ $labels.source }}. Key figures keep their last values until those are too old; alerts about them are held back meanwhile."},
		},
	}
	for _, source := range r.sources() {
		watches = append(watches, r.dataWatches(source)...)
	}
	return append(watches,
		watch{
			alert: SnapshotNotSaved, severity: plan.SeverityWarning, wait: 10 * time.Minute, keep: keepFiring, owner: operations, domain: DomainPlanwatch,
			expr:        "max without (instance, job) (increase(planwatch_snapshot_save_failures_total[15m])) > 0",
			summary:     kpi.Text{SV: "planwatch kan inte spara sina värden", EN: "planwatch cannot save its figures"},
			description: kpi.Text{SV: "Ögonblicksbilden av nyckeltalen går inte att skriva till disk. Startas planwatch om medan källan är nere visas inga värden.", EN: "The snapshot of the key figures cannot be written to disk. If planwatch restarts while its source is down, it shows no figures."},
		},
		watch{
			alert: ConfigReloadFailed, severity: plan.SeverityWarning, wait: 5 * time.Minute, keep: keepFiring, owner: operations, domain: DomainPlanwatch,
			expr:        "min without (instance, job) (planwatch_config_last_reload_successful) == 0",
			summary:     kpi.Text{SV: "planwatch kunde inte läsa sin konfiguration", EN: "planwatch could not read its configuration"}, //nolint:misspell // Swedish
			description: kpi.Text{SV: "Den senaste omläsningen av konfigurationen misslyckades. planwatch kör vidare på den förra; ändringar i plan och definitioner gäller inte.", EN: "The last reload of the configuration failed. planwatch runs on with the one before; changes to plan and definitions are not in force."},
		},
		watch{
			alert: PlanExpiring, severity: plan.SeverityWarning, wait: time.Hour, keep: keepFiring, domain: DomainPlan,
			expr: fmt.Sprintf("min by (owner) (plan_covered_until_timestamp_seconds) - time() < %d", expiryNotice),
			summary: kpi.Text{
				SV: "Mål i planen upphör om mindre än {{ template `days` . }} dagar utan efterföljare",
				EN: "Targets of the plan end within {{ template `days` . }} days without a successor",
			},
			description: kpi.Text{
				SV: "{{ template `count` . }} mål har upphört eller upphör inom {{ template `days` . }} dagar, och planen har inget som tar vid. Därefter larmar inget om dessa nyckeltal. Besluta om nya mål, eller ta bort de gamla ur planen.",
				EN: "{{ template `count` . }} targets have ended or end within {{ template `days` . }} days, and the plan has nothing that takes over. After that nothing calls about those key figures. Decide on new targets, or take the old ones out of the plan.",
			},
		})
}

// dataWatches are the alerts about the figures that come from one source.
func (r *Region) dataWatches(source string) []watch {
	operations := r.OnCall.Operations
	of := ""
	if len(r.sources()) > 1 {
		of = fmt.Sprintf("{collector=~%q}", strings.Join(r.reading(source), "|"))
	}
	const domain = "{{ $labels.collector }}"
	stale := kpi.Text{
		SV: "Den äldsta uppgiften som visas är {{ template `age` . }} gammal. Den dras tillbaka när den är {{ template `limit` . }} gammal; {{ template `withdrawn` . }} värden är redan tillbakadragna. Larm om nyckeltal ur {{ $labels.collector }} hålls inne så länge.",
		EN: "The oldest figure shown is {{ template `age` . }} old. It is withdrawn at {{ template `limit` . }}; {{ template `withdrawn` . }} figures already are. Alerts about key figures from {{ $labels.collector }} are held back meanwhile.",
	}
	return []watch{
		{
			alert: CollectorFailing, severity: plan.SeverityWarning, wait: 15 * time.Minute, keep: keepFiring, owner: operations, domain: domain, source: source,
			expr:        fmt.Sprintf("max without (instance, job) (planwatch_collector_success%s) == 0", of),
			summary:     kpi.Text{SV: "Insamlingen {{ $labels.collector }} misslyckas", EN: "The collector {{ $labels.collector }} fails"},
			description: kpi.Text{SV: "Den senaste körningen av {{ $labels.collector }} gav inga värden. De förra står kvar tills de är för gamla. Orsaken står i planwatchs logg.", EN: "The last run of {{ $labels.collector }} gave no figures. Those before it stay until they are too old. The reason stands in planwatch's log."},
		},
		{
			alert: DataStale, severity: plan.SeverityWarning, keep: keepFiring, owner: operations, domain: domain, source: source,
			expr: fmt.Sprintf(`max without (instance, job) (
    time() - planwatch_collector_oldest_data_timestamp_seconds%[1]s
  > %[2]g * planwatch_collector_max_age_seconds%[1]s
  or
    planwatch_collector_withdrawn_series%[1]s > 0
)
`, of, staleShare),
			summary:     kpi.Text{SV: "Uppgifterna i {{ $labels.collector }} är för gamla eller på väg att bli det", EN: "The figures of {{ $labels.collector }} are too old, or soon will be"},
			description: stale,
		},
		{
			alert: DataStale, severity: plan.SeverityCritical, keep: keepFiring, owner: operations, domain: domain, source: source,
			expr: fmt.Sprintf(`max without (instance, job) (
    planwatch_collector_withdrawn_series%[1]s > 0
  and
    planwatch_collector_max_age_seconds%[1]s <= %[2]d
)
`, of, wakes),
			summary:     kpi.Text{SV: "Uppgifter i {{ $labels.collector }} är för gamla och har dragits tillbaka", EN: "Figures of {{ $labels.collector }} are too old and have been withdrawn"},
			description: stale,
		},
		{
			alert: KPIMissing, severity: plan.SeverityWarning, wait: 30 * time.Minute, keep: keepFiring, owner: operations, domain: domain, source: source,
			expr: fmt.Sprintf(`max by (kpi, collector) (kpi_info%s)
  unless on (kpi)
    label_replace({__name__=~"kpi_.+", __name__!="kpi_info"}, "kpi", "$1", "__name__", "kpi_(.+)")
  unless on (kpi)
    label_replace({__name__=~"kpi_.+_count"}, "kpi", "$1", "__name__", "kpi_(.+)_count")
  unless on (kpi)
    planwatch_suppressed_cells > 0
`, of),
			summary:     kpi.Text{SV: "Nyckeltalet {{ $labels.kpi }} saknar värde", EN: "The key figure {{ $labels.kpi }} has no value"},
			description: kpi.Text{SV: "{{ $labels.kpi }} är definierat i {{ $labels.collector }} men har inget värde alls, och är inte heller undanhållet för att skydda enskilda.", EN: "{{ $labels.kpi }} is defined in {{ $labels.collector }} but has no value at all, nor is it withheld to protect individuals."},
		},
		{
			alert: TargetWithoutFigure, severity: plan.SeverityWarning, wait: time.Hour, keep: keepFiring, domain: domain, source: source,
			// Until the year's first figures have come, a year-to-date figure is of the year before.
			expr: fmt.Sprintf(`max without (instance, job, unit) (plan_expected unless plan_actual)
  * on (kpi) group_left (collector)
    max by (kpi, collector) (kpi_info%s)
  unless on (kpi) (
      kpi_info{accumulates="year"}
    and on ()
      month(time() - max(planwatch_clock_offset_seconds)) <= 3
  )
`, of),
			summary:     kpi.Text{SV: "Målet {{ $labels.target }} har inget utfall att jämföra med", EN: "The target {{ $labels.target }} has no figure to be held against"},
			description: kpi.Text{SV: "Planen har ett mål för {{ $labels.kpi }}, men källan har inga uppgifter för det som målet gäller. Har något bytt namn i källan? Så länge larmar inget om målet missas.", EN: "The plan has a target for {{ $labels.kpi }}, but the source has nothing for what the target is about. Has something been renamed there? Until then nothing calls when the target is missed."},
		},
	}
}

// watchDefines are the templates that watches use.
var watchDefines = []struct{ name, body string }{
	{"age", age("time() - planwatch_collector_oldest_data_timestamp_seconds")},
	{"limit", age("planwatch_collector_max_age_seconds")},
	{"withdrawn", "{{ with printf \"planwatch_collector_withdrawn_series{collector=`%s`}\" .Labels.collector | query }}{{ first . | value }}{{ end }}"},
	{"days", fmt.Sprint(expiryNotice / 86400)},
	{"count", fmt.Sprintf("{{ with printf \"count(plan_covered_until_timestamp_seconds{owner=`%%s`} - time() < %d)\" .Labels.owner | query }}{{ first . | value }}{{ end }}", expiryNotice)},
}

// age writes a span of a collector's, in whole minutes.
func age(expr string) string {
	return fmt.Sprintf("{{ with printf %q .Labels.collector | query }}{{ first . | value | humanizeDuration | reReplaceAll `m [0-9.]+s$` `m` }}{{ else }}–{{ end }}",
		"floor("+expr+"{collector=`%s`})")
}

// watchRule is the watch as a rule.
func (r *Region) watchRule(w watch) Rule {
	rule := Rule{Alert: w.alert, Expr: w.expr, For: duration(w.wait), KeepFiringFor: duration(w.keep), Labels: yaml.MapSlice{{Key: LabelSeverity, Value: w.severity}}}
	for _, label := range []struct{ name, value string }{{LabelOwner, w.owner}, {LabelDomain, w.domain}, {LabelSource, w.source}} {
		if label.value != "" {
			rule.Labels = append(rule.Labels, yaml.MapItem{Key: label.name, Value: label.value})
		}
	}
	for _, a := range []struct{ name, text string }{
		{AnnotationSummary, w.summary.SV}, {AnnotationDescription, w.description.SV},
		{AnnotationSummaryEN, w.summary.EN}, {AnnotationDescriptionEN, w.description.EN},
	} {
		text := a.text
		for _, define := range watchDefines {
			if strings.Contains(a.text, "template `"+define.name+"`") {
				text = "{{ define `" + define.name + "` }}" + define.body + "{{ end -}}\n" + text
			}
		}
		rule.Annotations = append(rule.Annotations, yaml.MapItem{Key: a.name, Value: text})
	}
	shown := w.domain
	if w.domain != DomainPlan {
		shown = DomainPlanwatch
	}
	rule.Annotations = append(rule.Annotations, r.links(w.alert, shown)...)
	return rule
}
