package report

import (
	"planwatch/internal/course"
	"planwatch/internal/language"
	"planwatch/internal/spc"
)

// Signal is what the row's process chart says of the newest period; "" where the
// figure has no past.
func (r Row) Signal() course.Signal {
	if len(r.Course.Points) == 0 {
		return ""
	}
	return r.Course.Chart.Signal()
}

// signalSymbols tell signals apart without colour.
var signalSymbols = map[course.Signal]string{course.UnusuallyHigh: "↑", course.UnusuallyLow: "↓", course.Usual: "~"}

// SignalSymbol is the signal's symbol; "" where there is too little past to tell.
func (r Row) SignalSymbol() string { return signalSymbols[r.Signal()] }

// SignalWords is the signal in words; "" where the figure has no past.
func (r Row) SignalWords(l *language.Language) string {
	switch r.Signal() {
	case course.TooShort:
		if r.Course.Chart == nil {
			return l.Say("too few recent periods to tell")
		}
		return l.Say("too short a past to tell")
	case course.Usual:
		return l.Say("chance variation")
	case course.UnusuallyHigh:
		return l.Say("unusually high")
	case course.UnusuallyLow:
		return l.Say("unusually low")
	}
	return ""
}

// Assurance is whether the process can be relied on to meet the plan, by its newest
// limits; "" where that is not known.
func (r Row) Assurance() string {
	switch r.Course.Chart.Assured() {
	case spc.AssuranceConsistentlyPass:
		return "consistently_pass"
	case spc.AssuranceConsistentlyFail:
		return "consistently_fail"
	case spc.AssuranceHitOrMiss:
		return "hit_or_miss"
	}
	return ""
}

// AssuranceWords is the assurance in words; "" where that is not known.
func (r Row) AssuranceWords(l *language.Language) string {
	switch r.Assurance() {
	case "consistently_pass":
		return l.Say("meets the plan")
	case "consistently_fail":
		return l.Say("does not meet the plan")
	case "hit_or_miss":
		return l.Say("meets the plan at times")
	}
	return ""
}

// ChartWords says what the signal rests on: mean and limits, the period, and the
// event that they begin with; "" where there is too little past.
func (r Row) ChartWords(l *language.Language) string {
	limits := r.Course.Chart.Limits()
	if limits == nil {
		return ""
	}
	words := l.Say("mean %s, usual from %s to %s by month", r.Figure(l, &limits.Mean), r.Figure(l, &limits.Lower), r.Figure(l, &limits.Upper))
	if r.Course.Chart.Every != "1mo" {
		words = l.Say("mean %s, usual from %s to %s by week", r.Figure(l, &limits.Mean), r.Figure(l, &limits.Lower), r.Figure(l, &limits.Upper))
	}
	return words
}

// RebasedWords names the event that the chart begins anew with; "" without one.
func (r Row) RebasedWords(l *language.Language) string {
	if r.Course.Chart == nil || r.Course.Chart.Rebased == nil {
		return ""
	}
	return r.Course.Chart.Rebased.On + " " + l.Of(r.Course.Chart.Rebased.Title)
}
