package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"

	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// countsHeight is that of the panels of counts, which stand on top of a dashboard.
const countsHeight = 3

// counts adds panels with the number of targets that are off plan, of those that were not
// a day ago, of alerts and of figures that are too old. A count of none has no colour.
func (s statusPanels) counts(b *board) {
	count := func(title, description, expr, color string) {
		b.add(newStat(title, description).WithTarget(rightNow("A", expr, "")).NoValue(language.Dash).
			Unit("none").Decimals(0).ColorScheme(byThreshold()).Thresholds(from(1, color)).
			ColorMode(common.BigValueColorModeBackgroundSolid), 4, countsHeight)
	}
	dash := " " + s.Say("A dash: no target is chosen, or planwatch is not reached.")
	for _, state := range states[:2] {
		count(s.Say(state.several), s.Say("How many targets have this status right now.")+dash, s.having("== "+state.value), state.color)
	}
	count(s.Say("New since yesterday"), s.Say("How many targets are off plan now and were not a day ago.")+dash, s.orZero("count("+s.newly()+")"), orange)
	count(s.Say("Alerts"), s.Say("How many alerts Prometheus has firing. A dash: it does not evaluate the rules."), orZeroIf(evaluated, "count("+s.alarms()+")"), paleGrey)
	count(s.Say(states[2].several), s.Say("How many targets have no figure to compare with.")+dash, s.having("== "+states[2].value), grey)
	count(s.Say("Too old"), s.Say("How many figures are too old to be shown. Each source has its own pace."),
		"sum("+ofCollectors(naming.CollectorWithdrawn, collectorNames(s.definitions))+")", grey)
}

// having counts the targets whose status compares like that.
func (s statusPanels) having(comparison string) string {
	return s.orZero(fmt.Sprintf("count(%s %s)", s.metric(naming.PlanStatus), comparison))
}

// newly are the targets that are off plan, and were not a day ago.
func (s statusPanels) newly() string {
	return fmt.Sprintf("%s %s and %s (%s %s)", s.metric(naming.PlanStatus), offPlan, on(naming.LabelTarget),
		once(s.selector(naming.PlanStatus)+" offset 1d"), notOffPlan)
}

// orZero is zero where the expression gives nothing and there are targets: without any, or
// without planwatch, nothing is known, and that is not zero.
func (s statusPanels) orZero(expr string) string { return orZeroIf(s.metric(naming.PlanStatus), expr) }

func orZeroIf(known, expr string) string { return fmt.Sprintf("%s or 0 * count(%s)", expr, known) }

// evaluated is there if Prometheus evaluates planwatch's rules: the watchdog always fires.
var evaluated = selector(naming.Alerts, equals(naming.LabelAlertName, naming.Watchdog), equals(naming.LabelAlertState, naming.StateFiring))
