package runbook

import (
	"planwatch/alerts/rules"
	"planwatch/internal/language"
)

// title returns what the runbook is about, in words.
func (w writer) title() string {
	k := w.alert.kpi
	if k == nil {
		return rules.Summary(w.alert.name, w.language)
	}
	title := language.OneLine(w.language.Of(k.Title))
	if w.alert.isForecast() {
		return w.language.Say("%s: the forecast misses the plan", title)
	}
	return w.language.Say("%s: off plan", title)
}
