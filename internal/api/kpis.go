package api

import (
	"maps"

	"planwatch/internal/decimal"
	"planwatch/internal/kpi"
	"planwatch/internal/kpisdoc"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/plan"
)

// KPIs are the key figures that are chosen, by collector.
type KPIs struct {
	Head
	KPIs []KPI `json:"kpis"`
}

// KPI is what a key figure is.
type KPI struct {
	// Its name.
	Name string `json:"name"`
	// What people call it.
	Title string `json:"title"`
	// What is counted, and what is not.
	Definition string `json:"definition"`
	// The term or standard that the definition follows.
	Standard *string `json:"standard"`
	// The sentence of the sources that asks for it.
	Cite *string `json:"cite"`
	// What its figures are in.
	Unit string `json:"unit"`
	// The measure that people read them in, which units.yaml has; null where the size of a figure decides.
	Measure *string `json:"measure"`
	// Which way is better: higher, lower or as_planned.
	Better kpi.Direction `json:"better" jsonschema:"enum=higher,enum=lower,enum=as_planned"`
	// Which way is better, in words.
	Direction string `json:"direction"`
	// How it adds up, and what of it is not shown, in words.
	Notes []string `json:"notes"`
	// Its labels.
	Labels []string `json:"labels"`
	// Its name in Prometheus.
	Metric string `json:"metric"`
	// The collector that gives it.
	Collector string `json:"collector"`
	// What people call the collector.
	CollectorTitle string `json:"collector_title"`
	// Its targets of all periods.
	Targets []Target `json:"targets"`
}

// Target is what a key figure is to be at one set of labels, in one period. Values are in
// the key figure's unit.
type Target struct {
	// Its name.
	ID string `json:"id"`
	// The labels of the figures that count towards it; what they leave out is added up.
	Labels map[string]string `json:"labels"`
	// What is to be reached at the period's end; null where it is taken from a figure, or is a band.
	Value *float64 `json:"value"`
	// The least that the figure is to be, of a band.
	Low *float64 `json:"low"`
	// The most that the figure is to be, of a band.
	High *float64 `json:"high"`
	// Whose figure the value is; null where it is a number.
	ValueFrom *ValueFrom `json:"value_from"`
	// The first day of the period.
	From plan.Date `json:"from"`
	// The last day of the period; null where the target holds until further notice.
	To *plan.Date `json:"to"`
	// Who answers for it: an id in oncall.yaml.
	Owner string `json:"owner"`
	// What people call the owner.
	OwnerName string `json:"owner_name"`
	// What it rests on.
	Basis plan.Basis `json:"basis" jsonschema:"enum=plan,enum=report,enum=law,enum=national,enum=operational"`
	// The sentence of the sources.
	Cite *string `json:"cite"`
}

// ValueFrom says whose figure is the value to reach, at the same labels. One of its keys
// is not null.
type ValueFrom struct {
	// Another key figure, at the same moment.
	KPI *string `json:"kpi"`
	// The key figure itself, a year (year_earlier) or 52 weeks (52_weeks_earlier) before.
	At *string `json:"at"`
	// The key figure itself, at the end of that day.
	On *plan.Date `json:"on"`
	// The key figure itself, at the same date in that year.
	Year *int `json:"year"`
}

// NewKPIs answers with key figures of the report's region.
func NewKPIs(head Head, r *report.Report, entries []kpi.Entry, l *language.Language) KPIs {
	answer := KPIs{head, make([]KPI, len(entries))}
	for i, entry := range entries {
		answer.KPIs[i] = newKPI(r, entry, l)
	}
	return answer
}

func newKPI(r *report.Report, entry kpi.Entry, l *language.Language) KPI {
	made := KPI{
		Name: entry.Name, Title: language.OneLine(l.Of(entry.Title)), Definition: l.Of(entry.Definition), Standard: given(entry.Standard), Cite: given(language.OneLine(entry.Cite)),
		Unit: entry.Unit, Measure: given(entry.Measure), Better: entry.Better, Direction: kpisdoc.Better(entry.KPI, l), Notes: []string{}, Labels: entry.Labels, Metric: entry.Metric(),
		Collector: entry.Collector, Targets: []Target{},
	}
	if made.Labels == nil {
		made.Labels = []string{}
	}
	if d := r.Region.Collector(entry.Collector); d != nil {
		made.CollectorTitle = language.OneLine(l.Of(d.Title))
		made.Notes = append(made.Notes, kpisdoc.Notes(entry.KPI, d.Release, l)...)
	}
	for _, t := range r.Region.Targets(entry.Name) {
		made.Targets = append(made.Targets, newTarget(r, entry, t, l))
	}
	return made
}

func newTarget(r *report.Report, entry kpi.Entry, t plan.Target, l *language.Language) Target {
	made := Target{ID: t.ID, Labels: map[string]string{}, From: t.From, Owner: t.Owner, OwnerName: r.OwnerName(t.Owner, l), Basis: t.Basis, Cite: given(language.OneLine(t.Cite))}
	maps.Copy(made.Labels, t.Where)
	if !t.To.IsZero() {
		made.To = &t.To
	}
	// Loading has checked that the unit has the measure.
	factor, _ := entry.Base.Factor(t.Unit)
	in := func(amount *decimal.Decimal) *float64 {
		if amount == nil {
			return nil
		}
		return new(amount.Mul(factor).Float())
	}
	made.Value = in(t.Value)
	if t.Between != nil {
		made.Low, made.High = in(t.Between.Low), in(t.Between.High)
	}
	if from := t.ValueFrom; from != nil {
		made.ValueFrom = &ValueFrom{KPI: given(from.KPI), At: given(from.At)}
		if !from.On.IsZero() {
			made.ValueFrom.On = &from.On
		}
		if from.Year != 0 {
			made.ValueFrom.Year = &from.Year
		}
	}
	return made
}
