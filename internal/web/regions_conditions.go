package web

import (
	"slices"
	"strings"

	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/status"
)

// condition is something that is so of a region, in words, and the page of the region that
// tells more of it.
type condition struct {
	mark      status.Status
	Text, URL string
}

// Class and Symbol are those of its mark.
func (c condition) Class() string  { return c.mark.Class() }
func (c condition) Symbol() string { return c.mark.Symbol() }

// marks are those of conditions, the worst first. What is not known is no check mark.
var marks = []status.Status{status.Critical, status.Warning, status.Unknown, status.NoTarget, status.OnPlan}

// worstOf is the condition that a region is marked by: of several that are as bad, the first.
func worstOf(all []condition) condition {
	return slices.MinFunc(all, func(a, b condition) int { return slices.Index(marks, a.mark) - slices.Index(marks, b.mark) })
}

// ofAlerts says which alerts fire, and why that may not be all; where nothing does, it says
// so.
func (s standing) ofAlerts(url string, l *language.Language) []condition {
	var all []condition
	add := func(mark status.Status, text string) { all = append(all, condition{mark, text, url}) }
	if s.alerts.Off {
		if s.report.Region.OnCall == nil {
			add(status.NoTarget, l.Say("Without oncall.yaml there are no alerts"))
		} else {
			add(status.NoTarget, l.Say("Alerting is off here: ask Prometheus"))
		}
		return all
	}
	critical, warning := s.firing()
	if critical > 0 {
		add(status.Critical, l.Say("%d critical alerts", critical))
	}
	if s.alerts.Err != nil {
		add(status.Critical, l.Say("Alerts cannot be evaluated"))
	}
	if len(s.alerts.Unreached) > 0 || s.undelivered {
		add(status.Critical, l.Say("Alerts do not reach everybody"))
	}
	if warning > 0 {
		add(status.Warning, l.Say("%d warnings that fire", warning))
	}
	if s.alerts.Err == nil && !s.alerts.Evaluated {
		add(status.Unknown, l.Say("The alerts are being evaluated"))
	}
	if len(all) == 0 {
		add(status.OnPlan, l.Say("No alert is firing."))
	}
	return all
}

// firing counts the alerts that fire, as the region's own page does.
func (s standing) firing() (critical, warning int) {
	holding := criticalsOf(s.alerts.Alerts)
	for _, a := range s.alerts.Alerts {
		switch {
		case a.State != naming.StateFiring || isHeldBack(a, holding):
		case a.Labels[naming.LabelSeverity] == naming.SeverityCritical:
			critical++
		case a.Labels[naming.LabelSeverity] == naming.SeverityWarning:
			warning++
		}
	}
	return critical, warning
}

// ofCollectors says what is wrong with the region's figures; where nothing is, it says so.
func (s standing) ofCollectors(url string, l *language.Language) []condition {
	var all []condition
	add := func(mark status.Status, text string) { all = append(all, condition{mark, text, url}) }
	c := s.collecting
	if len(c.silent) > 0 {
		add(status.Critical, l.Say("The data source %s does not answer", strings.Join(c.silent, ", ")))
	}
	if c.fails > 0 {
		add(status.Critical, l.Say("%d of %d collectors fail", c.fails, c.all))
	}
	if c.old > 0 {
		add(status.Warning, l.Say("%d of %d collectors have figures that are too old", c.old, c.all))
	}
	if s.waits != nil {
		add(status.Unknown, l.Say("Collecting has just begun: not all figures are in yet."))
	}
	if len(all) == 0 {
		add(status.OnPlan, l.Say("All %d collectors succeed", c.all))
	}
	return all
}
