package dashboards

import (
	"fmt"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// rateSpan is Grafana's variable for a range with enough samples for a rate.
const rateSpan = "$__rate_interval"

// rate returns the rate of a counter per second.
func rate(counter string) string { return "rate(" + counter + "[" + rateSpan + "])" }

// ofPlanwatch returns a selector of a metric of the planwatch process.
func ofPlanwatch(metric string) string {
	return metric + " and " + on(naming.LabelInstance, naming.LabelJob) + " " + naming.BuildInfo
}

// self adds the panels about planwatch itself.
func (r *generator) self(b *board, l *language.Language) {
	r.selfNow(b, l)
	b.head(l.Say("Collection"), false)
	r.quality(b, r.region.Collectors, l)
	r.selfCollection(b, l)
	b.head(l.Say("The process"), false)
	r.selfProcess(b, l)
}

// placeholder returns a legend of a label's value.
func placeholder(label string) string { return placeholders([]string{label}) }

func unreachable(l *language.Language) string { return l.Say("Prometheus does not reach planwatch.") }

// selfNow adds the current values: does planwatch work now?
func (r *generator) selfNow(b *board, l *language.Language) {
	value := func(title, description, expr, unit string) {
		b.add(newStat(title, description).
			WithTarget(rightNow("A", expr, "")).Unit(unit).ColorScheme(fixedColor(ink)).NoValue(unreachable(l)), 4, 4)
	}
	b.add(newStat(l.Say("Sources"), l.Say("Whether each source answered when it was last asked.")).
		WithTarget(rightNow("A", by("min", naming.SourceUp, naming.LabelSource), placeholder(naming.LabelSource))).
		Unit("none").Mappings(wellMappings(l.Say("Answers"), l.Say("No answer"))).NoValue(unreachable(l)), 4, 4)
	b.add(newStat(l.Say("Configuration"), l.Say("Whether the configuration was last loaded with success.")).
		WithTarget(rightNow("A", "min("+naming.ConfigReloadSuccess+")", "")).
		Unit("none").Mappings(wellMappings(l.Say("Loaded"), l.Say("Faulty"))).NoValue(unreachable(l)), 4, 4)
	value(l.Say("Collectors failing"), l.Say("How many collectors' last run gave no figures."),
		orZeroIf(naming.CollectorSuccess, fmt.Sprintf("count(%s == 0)", by("min", naming.CollectorSuccess, naming.LabelCollector))), "none")
	value(l.Say("Saved ago"), l.Say("How long ago the figures were last saved to disk."),
		"time() - max("+naming.SnapshotLastSave+")", "dtdhms")
	value(l.Say("Clock behind"), l.Say("How far planwatch's clock is behind; zero but where a past day is shown."),
		"max("+naming.ClockOffset+")", "dtdhms")
	b.add(newStat(l.Say("Version"), l.Say("The version that runs.")).
		WithTarget(rightNow("A", by("max", naming.BuildInfo, naming.LabelVersion), placeholder(naming.LabelVersion))).
		WithTarget(otherwise("B", naming.BuildInfo, unreachable(l))).
		TextMode("name").Unit("none").ColorScheme(fixedColor(ink)).NoValue(unreachable(l)), 4, 4)
}

// softMax is how far an axis reaches at least, by unit: of nothing but zeros, Grafana makes
// one of ten thousand percent.
var softMax = map[string]float64{"percentunit": 1, "s": 1, "cps": 1, "bytes": 1 << 20, "none": 1}

// lines adds a panel of one expression over time.
func lines(b *board, l *language.Language, title, description, expr, legend, unit string) {
	b.add(newParts(title, description).
		WithTarget(overTime("A", expr, legend)).Unit(unit).Min(0).AxisSoftMax(softMax[unit]).NoValue(unreachable(l)), 12, 8)
}

// selfCollection adds panels about runs and saving.
func (r *generator) selfCollection(b *board, l *language.Language) {
	byCollector := func(metric string) string { return by("max", metric, naming.LabelCollector) }
	lines(b, l, l.Say("Run time"), l.Say("How long the collector's last run took."),
		byCollector(naming.CollectorDuration), placeholder(naming.LabelCollector), "s")
	lines(b, l, l.Say("Age to limit"), l.Say("The figures' age as a share of how old they are shown; at 100 % they are withdrawn."),
		"(time() - "+byCollector(naming.CollectorOldestData)+") / "+byCollector(naming.CollectorMaxAge), placeholder(naming.LabelCollector), "percentunit")
	lines(b, l, l.Say("Runs without success"), l.Say("Runs a second that gave no figures, by reason."),
		by("sum", rate(selector(naming.CollectorRuns, differs(naming.LabelResult, naming.ResultSuccess))), naming.LabelResult), placeholder(naming.LabelResult), "cps")
	lines(b, l, l.Say("Failed saves"), l.Say("Times a second that the figures could not be saved to disk."),
		"sum("+rate(naming.SnapshotSaveFailures)+")", l.Say("Failed (saves)"), "cps")
}

// selfProcess adds panels about the resources that planwatch uses.
func (r *generator) selfProcess(b *board, l *language.Language) {
	instance := placeholder(naming.LabelInstance)
	lines(b, l, l.Say("Memory"), l.Say("Memory that planwatch uses."), ofPlanwatch(naming.ProcessMemory), instance, "bytes")
	lines(b, l, l.Say("Processor"), l.Say("Processor time a second."),
		by("sum", ofPlanwatch(rate(naming.ProcessCPU)), naming.LabelInstance), instance, "percentunit")
	lines(b, l, l.Say("Goroutines"), l.Say("Goroutines at once."), ofPlanwatch(naming.GoGoroutines), instance, "none")
	lines(b, l, l.Say("Scrape time"), l.Say("How long Prometheus reads from planwatch."), ofPlanwatch(naming.ScrapeDuration), instance, "s")
}
