package kpisdoc

import (
	"planwatch/collectors"
	"planwatch/internal/kpi"
	"planwatch/internal/language"
)

// Better says which way the KPI is better.
func Better(k kpi.KPI, l *language.Language) string {
	switch k.Better {
	case kpi.Higher:
		return l.Say("higher is better")
	case kpi.Lower:
		return l.Say("lower is better")
	}
	return l.Say("as planned is better")
}

// Notes say how the KPI adds up over time, and what of it is not shown; release is its
// collector's.
func Notes(k kpi.KPI, release collectors.Release, l *language.Language) []string {
	var notes []string
	switch {
	case k.Accumulates != "" && k.AccruesOn == kpi.WorkingDays:
		notes = append(notes, l.Say("accumulates over the year, on working days: what is due, and what was reached in another year, are reckoned by them"))
	case k.Accumulates != "":
		notes = append(notes, l.Say("accumulates over the year"))
	}
	if k.CountedSince != "" {
		notes = append(notes, l.Say("counted since %s", k.CountedSince))
	}
	switch {
	case k.CountsPeople():
		notes = append(notes, l.Say("a figure about fewer than %d people is withheld, and with it what would give it away", k.Smallest))
	case k.MinCountWaiver != "":
		notes = append(notes, l.Say("small figures are shown: %s", k.MinCountWaiver))
	case k.Guarded && k.Ratio == nil:
		notes = append(notes, l.Say("withheld where the people it is about are few"))
	}
	if k.Guarded && k.Span() != "" && k.Ratio == nil {
		notes = append(notes, published(release, l))
	}
	return notes
}

func published(release collectors.Release, l *language.Language) string {
	switch release {
	case collectors.Daily:
		return l.Say("published at the end of each day, where enough people have been added")
	case collectors.Weekly:
		return l.Say("published at the end of each week, where enough people have been added")
	}
	return l.Say("published at the end of each month, where enough people have been added")
}
