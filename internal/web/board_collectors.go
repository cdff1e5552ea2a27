package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"planwatch/internal/report"
)

type collectorsView struct {
	page
	States []stateView
}

// stateView is how a collector does, in words.
type stateView struct {
	Name, Title, Class, Symbol, Outcome, Error string
	Source, SourceState                        string
	LastRun, Took, Rows, Shown                 string
	Missing                                    []string
	Oldest, NextRun                            string
}

func (b *board) serveCollectors(w http.ResponseWriter, r *http.Request) {
	current := b.report()
	p := b.page(r, "collectors", current)
	p.Heading = p.Text.Collectors
	p.at(b.clock.Now().In(current.At.Location()))
	view := collectorsView{page: p}
	states := b.collectors()
	// The failed stand first, since they are what one comes for.
	slices.SortStableFunc(states, func(a, b report.CollectorStatus) int {
		return cmp.Compare(standing(a), standing(b))
	})
	for _, state := range states {
		view.States = append(view.States, viewState(state, p.Text, p.Lang))
	}
	b.render(w, "collectors", p.Lang, view)
}

// standing orders collectors: failed, waiting, well.
func standing(s report.CollectorStatus) int {
	switch {
	case s.Err != nil:
		return 0
	case s.LastRun.IsZero():
		return 1
	}
	return 2
}

func viewState(s report.CollectorStatus, t text, l report.Language) stateView {
	view := stateView{
		Name: s.Definition.Collector, Title: l.Of(s.Definition.Title), Source: s.Definition.Source, SourceState: t.SourceDown,
		LastRun: l.Moment(s.LastRun), Took: took(s.Duration, s.LastRun.IsZero()),
		Rows: l.Count(s.Rows), Shown: l.Count(s.Shown), Oldest: l.Moment(s.DataTime), NextRun: l.Moment(s.NextRun),
	}
	if s.SourceUp {
		view.SourceState = t.SourceUp
	}
	switch standing(s) {
	case 0:
		view.Class, view.Symbol, view.Outcome, view.Error = "failed", "■", t.Failed, s.Err.Error()
	case 1:
		view.Class, view.Symbol, view.Outcome = "waiting", "?", t.NotRun
	default:
		view.Class, view.Symbol, view.Outcome = "well", "✓", t.Succeeded
	}
	if s.Withdrawn > 0 {
		view.Missing = append(view.Missing, fmt.Sprintf(t.Withdrawn, l.Count(s.Withdrawn)))
	}
	if s.Withheld > 0 {
		view.Missing = append(view.Missing, fmt.Sprintf(t.Withheld, l.Count(s.Withheld)))
	}
	return view
}

func took(d time.Duration, never bool) string {
	switch {
	case never:
		return "–"
	case d < time.Second:
		return fmt.Sprintf("%d\u00a0ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.0f\u00a0s", d.Seconds())
}
