package report

import (
	"time"

	"planwatch/internal/forecast"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// ForecastWords says what the forecast rests on and how sure it is, when the full
// value is reached, or why there is no forecast; "" for a figure that can have none.
func (r Row) ForecastWords(l *language.Language) string {
	if r.NoForecast != "" {
		return l.Say("none: %s", reasonWords(r.NoForecast, l))
	}
	if r.Outlook == nil {
		return ""
	}
	words := l.Say("as in past years")
	if r.Outlook.Method == forecast.Pace {
		words = l.Say("at the pace of the plan, as no past year is whole")
	}
	switch {
	case r.Outlook.Low != nil:
		words += "; " + l.Say("in nine years of ten from %s to %s", r.Figure(l, r.Outlook.Low), r.Figure(l, r.Outlook.High))
	case r.Outlook.Method == forecast.Seasonal:
		words += "; " + l.Say("how sure that is cannot be told from fewer than %d whole years", forecast.MinYears)
	}
	if r.Spent() {
		key := "the whole target is reached on %s"
		if r.KPI.Better == kpi.Lower {
			key = "the ceiling is spent on %s"
		}
		words += "; " + l.Say(key, r.Outlook.SpentOn.Format(time.DateOnly))
	}
	return words
}

// Spent reports whether the forecast has a day on which the full value is reached.
func (r Row) Spent() bool { return r.Outlook != nil && !r.Outlook.SpentOn.IsZero() }

func reasonWords(reason forecast.Reason, l *language.Language) string {
	switch reason {
	case forecast.NoFigure:
		return l.Say("no figure")
	case forecast.Ended:
		return l.Say("the target's period has ended")
	case forecast.NothingYet:
		return l.Say("there is nothing yet")
	case forecast.NoPast:
		return l.Say("too short a past to tell")
	case forecast.NothingDue:
		return l.Say("nothing is due yet")
	case forecast.AllDue:
		return l.Say("all of it is due already")
	case forecast.AllDone:
		return l.Say("in past years all was done by now")
	case forecast.TooEarly:
		return l.Say("it is too early in the year")
	case forecast.Standing:
		return l.Say("the figure stands still")
	case forecast.NotRead:
		return l.Say("the past has not been read yet")
	case forecast.Unsteady:
		return l.Say("past years went too differently")
	}
	return string(reason)
}
