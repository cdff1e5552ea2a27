package web

import (
	"maps"
	"math"
	"net/url"
	"strings"

	"planwatch/config"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// places are all that a KPI is kept for: the report's rows, and its figures at other labels.
type places struct {
	entry         kpi.Entry
	rows, figures []report.Row
}

func placesOf(current *report.Report, entry kpi.Entry, samples []kpi.Sample) places {
	return places{entry, current.Of(entry.Name), current.Places(entry, samples)}
}

// chosen is the place that a query asks for: that of a target, or of labels; the report's
// first row of the KPI where it names none. ok is false where there is none such.
func (p places) chosen(current *report.Report, query url.Values) (row report.Row, ok bool) {
	if id := query.Get(fieldTarget); id != "" {
		return p.ofTarget(current, id)
	}
	var pairs []kpi.Label
	for _, name := range p.entry.Labels {
		if value := query.Get(name); value != "" && name != config.LanguageQuery {
			pairs = append(pairs, kpi.Label{Name: name, Value: value})
		}
	}
	wanted := kpi.NewLabels(pairs...)
	if len(wanted) == 0 {
		if len(p.rows) == 0 {
			return report.Row{KPI: p.entry, Status: status.NoTarget, Reason: plan.NoFigure, Cite: p.entry.Cite}, true
		}
		return p.rows[0], true
	}
	for _, rows := range [][]report.Row{p.rows, p.figures} {
		for _, row := range rows {
			if row.Labels.Compare(wanted) == 0 {
				return row, true
			}
		}
	}
	return report.Row{}, false
}

// ofTarget is the row of a target, or of the one that holds now in its place.
func (p places) ofTarget(current *report.Report, id string) (report.Row, bool) {
	for _, row := range p.rows {
		if row.Target != nil && row.Target.ID == id {
			return row, true
		}
	}
	for _, t := range current.Region.Targets(p.entry.Name) {
		if t.ID != id {
			continue
		}
		for _, row := range p.rows {
			if row.Target != nil && maps.Equal(row.Target.Where, t.Where) {
				return row, true
			}
		}
	}
	return report.Row{}, false
}

// placeView is a place in the table of all.
type placeView struct {
	Class, Symbol, Status, Where, Target     string
	URL                                      string
	Chosen                                   bool
	Actual, Expected, Full, Margin, Forecast string
	Picture                                  *pictureView
	DataTime                                 string
	Age, Reason                              string
}

// shownPlaces is how many places are shown that have no target.
const shownPlaces = 200

// unfoldedPlaces is how many places are shown without being asked for.
const unfoldedPlaces = 8

// largest is the row with the largest figure.
func largest(rows []report.Row) report.Row {
	var largest report.Row
	for i, row := range rows {
		if i == 0 || row.Actual != nil && (largest.Actual == nil || math.Abs(*row.Actual) > math.Abs(*largest.Actual)) {
			largest = row
		}
	}
	return largest
}

// list adds all places, of which one is chosen.
func (v *kpiView) list(current *report.Report, all places, chosen report.Row) {
	l := v.Lang
	shown := map[string]bool{}
	for _, row := range all.rows {
		v.Targets = append(v.Targets, v.viewPlace(current, row, chosen))
		if row.Target != nil {
			shown[row.Target.ID] = true
		}
	}
	figures := all.figures
	if more := len(figures) - shownPlaces; more > 0 {
		figures, v.More = figures[:shownPlaces], l.Say("%d more", more)
	}
	widest := largest(figures)
	for _, row := range figures {
		place := v.viewPlace(current, row, chosen)
		place.Actual = widest.Figure(l, row.Actual) // all in one measure, as a column is
		v.Unfolded = v.Unfolded || place.Chosen
		v.Places = append(v.Places, place)
	}
	v.Count = l.Count(len(all.figures))
	v.Unfolded = v.Unfolded || len(figures) <= unfoldedPlaces
	for _, t := range current.Region.Targets(all.entry.Name) {
		if !shown[t.ID] {
			v.Elsewhen = append(v.Elsewhen, period(t)+": "+bounded(targetPlace(all.entry, t, l), shownWords))
		}
	}
}

func (v *kpiView) viewPlace(current *report.Report, row, chosen report.Row) placeView {
	l := v.Lang
	view := placeView{
		Class: row.Status.Class(), Symbol: row.Status.Symbol(), Status: row.Status.Name(l), Where: bounded(row.Place(l), shownWords), URL: v.Root + rowAddress(row, v.Asked),
		Chosen: row.Labels.Compare(chosen.Labels) == 0 && (row.Target == nil) == (chosen.Target == nil),
		Actual: row.Figure(l, row.Actual), Expected: row.Number(l, row.Expected), Full: row.Number(l, row.Full), Margin: breakable(row.MarginFigure(l)),
		Forecast: row.Number(l, row.Forecast), Picture: picture(current, row, l), Age: current.Old(row, l), Reason: row.Why(l),
		DataTime: l.Moment(row.DataTime),
	}
	if row.Target != nil {
		view.Target = row.Target.ID
		view.Chosen = view.Chosen && row.Target.ID == chosen.Target.ID
	}
	return view
}

// targetPlace is where a target holds, in words.
func targetPlace(entry kpi.Entry, t plan.Target, l *language.Language) string {
	var values []string
	for _, name := range entry.Labels {
		if value := t.Where[name]; value != "" {
			values = append(values, value)
		}
	}
	if len(values) == 0 {
		return l.Say("Whole region")
	}
	return strings.Join(values, ", ")
}
