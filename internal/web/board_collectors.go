package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"planwatch/collectors"
	"planwatch/internal/history"
	"planwatch/internal/language"
	"planwatch/internal/status"
)

// collectorsView holds the page of the collectors.
type collectorsView struct {
	page
	// Counts say how many have failed, have not run, or have figures that are too old.
	Counts []countView
	States []collectorView
}

// countView is how many of all there are of something.
type countView struct{ Class, Symbol, Text string }

// stateView is the state of a collector, in words.
type stateView struct {
	Name, Title, Class, Symbol, Outcome, Error string
	Source, SourceState                        string
	LastRun, Took, Rows, Shown                 string
	Missing                                    []string
	Oldest, NextRun                            string
}

// collectorView is a collector in the list of all.
type collectorView struct {
	stateView
	// Schedule is in words where there are some, and Cron in cron's fields beside them.
	Schedule, Cron string
	// Age is that of the oldest figure, beside what it may be.
	Age string
	// Past says how much of the past has been read.
	Past string
}

// shownErrors is how many characters the page has of all errors; where they are more,
// each is cut to shownError.
const shownErrors = shownFaults

func (b *board) serveCollectors(w http.ResponseWriter, r *http.Request) {
	current := b.content.Report()
	p := b.page(r, "collectors", current)
	p.Heading = p.Say("Collectors")
	now := b.content.Clock.Now().In(current.At.Location())
	p.at(now)
	view := collectorsView{page: p}
	states := b.content.Collectors()
	// Failed collectors come first.
	slices.SortStableFunc(states, func(a, b collectors.Status) int {
		return cmp.Compare(outcomeOf(a), outcomeOf(b))
	})
	errors := 0
	for _, state := range states {
		if state.Err != nil {
			errors += utf8.RuneCountInString(state.Err.Error())
		}
	}
	past, kept := history.Progress{}, false
	if b.content.History != nil {
		past, kept = b.content.History()
	}
	for _, state := range states {
		one := collectorView{stateView: viewState(state, p.Lang)}
		if state.Err != nil && errors <= shownErrors {
			one.Error = state.Err.Error()
		}
		if d := state.Definition; d.Schedule != "" {
			one.Cron = d.Schedule
			one.Schedule = d.ParsedSchedule().Words(p.Lang)
		}
		if !state.DataTime.IsZero() {
			one.Age = p.Say("%s, at most %s", p.Lang.Age(now.Sub(state.DataTime)), p.Lang.Age(time.Duration(state.Definition.MaxAge)))
		}
		if kept {
			one.Past = pastOf(past.Collectors[one.Name], p.Lang)
		}
		view.States = append(view.States, one)
	}
	view.Counts = append(countsOf(states, p.Lang), b.replicas(p.Lang)...)
	b.renderCached(w, r, http.StatusOK, "collectors", p.Lang, view)
}

// pastOf says how much of a collector's past has been read.
func pastOf(m history.Moments, l *language.Language) string {
	switch {
	case m.Wanted == 0:
		return l.Say("none is kept")
	case m.Failed > 0:
		return l.Say("%d of %d moments, %d cannot be read", m.Kept, m.Wanted, m.Failed)
	}
	return l.Say("%d of %d moments", m.Kept, m.Wanted)
}

// collecting is how many of all collectors have failed, have not run, or have figures that
// are too old, and the sources that do not answer.
type collecting struct {
	all, fails, waits, old int
	silent                 []string
}

func collectingOf(states []collectors.Status) collecting {
	c := collecting{all: len(states), silent: silentSources(states)}
	for _, s := range states {
		switch outcomeOf(s) {
		case failed:
			c.fails++
		case notRun:
			c.waits++
		case succeeded:
		}
		if s.Withdrawn > 0 {
			c.old++
		}
	}
	return c
}

// countsOf counts what needs somebody's eye; where nothing does, it says so.
func countsOf(states []collectors.Status, l *language.Language) []countView {
	c := collectingOf(states)
	var counts []countView
	add := func(n int, class, symbol, text string) {
		if n > 0 {
			counts = append(counts, countView{class, symbol, text})
		}
	}
	for _, source := range c.silent {
		add(1, "failed", status.Critical.Symbol(), l.Say("The data source %s does not answer", source))
	}
	add(c.fails, "failed", status.Critical.Symbol(), l.Say("%d of %d fail", c.fails, c.all))
	add(c.waits, "waiting", status.Unknown.Symbol(), l.Say("%d of %d have not run yet", c.waits, c.all))
	add(c.old, "failed", status.Warning.Symbol(), l.Say("%d of %d have figures that are too old", c.old, c.all))
	if len(counts) == 0 && c.all > 0 {
		add(c.all, "well", status.OnPlan.Symbol(), l.Say("All %d succeed", c.all))
	}
	return counts
}

// replicas says what this planwatch is among several, and which of the others do not answer.
func (b *board) replicas(l *language.Language) []countView {
	if b.content.Replicas == nil {
		return nil
	}
	role, others := b.content.Replicas()
	text := l.Say("This planwatch follows: it shows what another collects")
	if role.Heads() {
		text = l.Say("This planwatch leads: it collects and sends")
	}
	all := []countView{{"well", status.OnPlan.Symbol(), text}}
	for _, other := range others {
		if !other.Up {
			all = append(all, countView{"failed", status.Warning.Symbol(), l.Say("The replica %s does not answer", other.Address)})
		}
	}
	return all
}

// silentSources are those that do not answer, by name.
func silentSources(states []collectors.Status) []string {
	var silent []string
	for _, s := range states {
		if !s.SourceUp && !s.LastRun.IsZero() && !slices.Contains(silent, s.Definition.Source) {
			silent = append(silent, s.Definition.Source)
		}
	}
	slices.Sort(silent)
	return silent
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
