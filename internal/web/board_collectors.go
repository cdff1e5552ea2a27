package web

import (
	"cmp"
	"net/http"
	"slices"

	"planwatch/collectors"
	"planwatch/internal/language"
	"planwatch/internal/status"
)

type collectorsView struct {
	page
	States []stateView
}

// stateView is the state of a collector, in words.
type stateView struct {
	Name, Title, Class, Symbol, Outcome, Error string
	Source, SourceState                        string
	LastRun, Took, Rows, Shown                 string
	Missing                                    []string
	Oldest, NextRun                            string
}

func (b *board) serveCollectors(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "collectors", current)
	p.Heading = p.Say("Collectors")
	p.at(b.content.Clock.Now().In(current.At.Location()))
	view := collectorsView{page: p}
	states := b.content.Collectors()
	// Failed collectors come first.
	slices.SortStableFunc(states, func(a, b collectors.Status) int {
		return cmp.Compare(outcomeOf(a), outcomeOf(b))
	})
	for _, state := range states {
		view.States = append(view.States, viewState(state, p.Lang))
	}
	b.render(w, "collectors", p.Lang, view)
}

// outcome is the result of a collector's last run.
type outcome int

// The outcomes, in the order of the page.
const (
	failed outcome = iota
	notRun
	succeeded
)

func outcomeOf(s collectors.Status) outcome {
	switch {
	case s.Err != nil:
		return failed
	case s.LastRun.IsZero():
		return notRun
	}
	return succeeded
}

func viewState(s collectors.Status, l *language.Language) stateView {
	view := stateView{
		Name: s.Definition.Collector, Title: l.Of(s.Definition.Title), Source: s.Definition.Source, SourceState: l.Say("does not answer"),
		LastRun: l.Moment(s.LastRun), Took: language.Dash,
		Rows: l.Count(s.Rows), Shown: l.Count(s.Shown), Oldest: l.Moment(s.DataTime), NextRun: l.Moment(s.NextRun),
	}
	if s.SourceUp {
		view.SourceState = l.Say("answers")
	}
	if !s.LastRun.IsZero() {
		view.Took = l.Took(s.Duration)
	}
	switch outcomeOf(s) {
	case failed:
		view.Class, view.Symbol, view.Outcome, view.Error = "failed", status.Critical.Symbol(), l.Say("failed"), bounded(s.Err.Error(), shownError)
	case notRun:
		view.Class, view.Symbol, view.Outcome = "waiting", status.Unknown.Symbol(), l.Say("has not run yet")
	case succeeded:
		view.Class, view.Symbol, view.Outcome = "well", status.OnPlan.Symbol(), l.Say("succeeded")
	}
	if s.Withdrawn > 0 {
		view.Missing = append(view.Missing, l.Say("%d too old", s.Withdrawn))
	}
	if s.Withheld > 0 {
		view.Missing = append(view.Missing, l.Say("%d withheld", s.Withheld))
	}
	return view
}
