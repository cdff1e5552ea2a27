package dashboards

import (
	"planwatch/collectors"
	"planwatch/internal/language"
	"planwatch/internal/naming"
)

// statusPanels are the panels about how KPIs compare with the plan: of one KPI, of some
// collectors or, on an overview, of all.
type statusPanels struct {
	*generator
	*language.Language
	definitions []*collectors.Definition
	// everywhere is true if these are all definitions of the region.
	everywhere bool
	// fixed is true if the dashboard has no variables of dimensions.
	fixed bool
	// one is the matcher of one KPI, on the dashboard of one.
	one string
}

// chosen returns the matchers of the dashboard's variables.
func (s statusPanels) chosen() []string {
	if s.fixed {
		return nil
	}
	return s.generator.chosen(s.chooses(s.definitions))
}

// selector returns a selector of one of the plan's metrics for the shown KPIs, or for
// more.
func (s statusPanels) selector(name string, matchers ...string) string {
	switch {
	case s.one != "":
		matchers = append(matchers, s.one)
	case !s.everywhere:
		matchers = append(matchers, oneOf(naming.LabelKPI, s.withTargets(s.definitions)))
	}
	return selector(name, append(matchers, s.chosen()...)...)
}

// metric returns the series of a selector, once for all instances.
func (s statusPanels) metric(name string, matchers ...string) string {
	return once(s.selector(name, matchers...))
}

// labels are those by which targets are told apart.
func (s statusPanels) labels() []string { return s.targetLabels(s.definitions) }

// title is the label with the KPI's title in the language.
func (s statusPanels) title() string { return naming.LabelTitle(s.Code()) }

// measure is the label with the word of the KPI's measure.
func (s statusPanels) measure() string { return naming.LabelMeasure(s.Code()) }

func collectorNames(definitions []*collectors.Definition) []string {
	names := make([]string, len(definitions))
	for i, d := range definitions {
		names[i] = d.Collector
	}
	return names
}

// outside returns the text that is shown if no target is left.
func (s statusPanels) outside() string {
	if len(s.chosen()) == 0 {
		return s.Say("No target holds right now.")
	}
	return s.Say("No target in what is chosen: choose all.")
}
