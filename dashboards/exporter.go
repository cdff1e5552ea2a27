package dashboards

// rate is the span that Grafana chooses so that a rate has enough samples.
const rate = "$__rate_interval"

// exporter is planwatch about itself.
func (r *region) exporter(b *board, l language) {
	none := l.say("Prometheus når inte planwatch.", "Prometheus does not reach planwatch.")
	sign := func(sv, en, describeSV, describeEN, expr, unit string) {
		b.add(newStat(l.say(sv, en), l.say(describeSV, describeEN)).
			WithTarget(rightNow("A", expr, "")).Unit(unit).ColorScheme(fixedColor(ink)).NoValue(none), 4, 4)
	}
	b.add(newStat(l.say("Källor", "Sources"), l.say("Om varje källa svarade senast den tillfrågades.", "Whether each source answered when it was last asked.")).
		WithTarget(rightNow("A", "min by (source) (planwatch_source_up)", "{{source}}")).
		Unit("none").Mappings(wellMappings(l.say("Svarar", "Answers"), l.say("Svarar inte", "No answer"))).NoValue(none), 4, 4)
	b.add(newStat(l.say("Inställningar", "Configuration"), l.say("Om den senaste inläsningen av konfigurationen lyckades.", "Whether the configuration was last loaded with success.")).
		WithTarget(rightNow("A", "min(planwatch_config_last_reload_successful)", "")).
		Unit("none").Mappings(wellMappings(l.say("Inläst", "Loaded"), l.say("Fel", "Faulty"))).NoValue(none), 4, 4)
	sign("Insamlingar som fallerar", "Collectors failing", "Antal insamlingar vars senaste körning inte gav uppgifter.", "How many collectors' last run gave no figures.",
		"count(min by (collector) (planwatch_collector_success) == 0) or vector(0)", "none")
	sign("Sparad för", "Saved ago", "Hur länge sedan uppgifterna senast sparades på disk.", "How long ago the figures were last saved to disk.",
		"time() - max(planwatch_snapshot_last_save_timestamp_seconds)", "dtdhms")
	sign("Klockans eftersläpning", "Clock behind", "Hur långt planwatchs klocka ligger efter; noll utom när en gången dag visas.", "How far planwatch's clock is behind; zero but where a past day is shown.",
		"max(planwatch_clock_offset_seconds)", "dtdhms")
	b.add(newStat("Version", l.say("Den version som körs.", "The version that runs.")).
		WithTarget(rightNow("A", "max by (version) (planwatch_build_info)", "{{version}}")).
		TextMode("name").Unit("none").ColorScheme(fixedColor(ink)).NoValue(none), 4, 4)

	b.head(l.say("Insamling", "Collection"), false)
	r.quality(b, r.cfg.Collectors, l)
	lines := func(sv, en, describeSV, describeEN, expr, legend, unit string) {
		b.add(newLines(l.say(sv, en), l.say(describeSV, describeEN)).
			WithTarget(overTime("A", expr, legend)).Unit(unit).Min(0).NoValue(none), 12, 8)
	}
	lines("Körtid", "Run time", "Hur länge insamlingens senaste körning tog.", "How long the collector's last run took.",
		"max by (collector) (planwatch_collector_duration_seconds)", "{{collector}}", "s")
	lines("Ålder mot gräns", "Age to limit", "Uppgifternas ålder som andel av hur gamla de får visas; vid 100 % dras de tillbaka.", "The figures' age as a share of how old they are shown; at 100 % they are withdrawn.",
		"(time() - max by (collector) (planwatch_collector_oldest_data_timestamp_seconds)) / max by (collector) (planwatch_collector_max_age_seconds)", "{{collector}}", "percentunit")
	lines("Körningar som inte lyckades", "Runs without success", "Körningar per sekund som inte gav uppgifter, efter skäl.", "Runs a second that gave no figures, by reason.",
		`sum by (result) (rate(planwatch_collector_runs_total{result!="success"}[`+rate+`]))`, "{{result}}", "cps")
	lines("Misslyckade sparningar", "Failed saves", "Gånger per sekund som uppgifterna inte kunde sparas på disk.", "Times a second that the figures could not be saved to disk.",
		"sum(rate(planwatch_snapshot_save_failures_total["+rate+"]))", l.say("Misslyckade", "Failed"), "cps")

	b.head(l.say("Processen", "The process"), false)
	lines("Minne", "Memory", "Minne som planwatch använder.", "Memory that planwatch uses.",
		"process_resident_memory_bytes and on (instance, job) planwatch_build_info", "{{instance}}", "bytes")
	lines("Processor", "Processor", "Processortid per sekund.", "Processor time a second.",
		"sum by (instance) (rate(process_cpu_seconds_total["+rate+"]) and on (instance, job) planwatch_build_info)", "{{instance}}", "percentunit")
	lines("Gorutiner", "Goroutines", "Samtidiga gorutiner.", "Goroutines at once.",
		"go_goroutines and on (instance, job) planwatch_build_info", "{{instance}}", "none")
	lines("Skrapningstid", "Scrape time", "Hur länge Prometheus läser från planwatch.", "How long Prometheus reads from planwatch.",
		"scrape_duration_seconds and on (instance, job) planwatch_build_info", "{{instance}}", "s")
}
