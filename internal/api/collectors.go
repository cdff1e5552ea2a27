package api

import (
	"strings"
	"time"

	"planwatch/collectors"
	"planwatch/internal/language"
)

// Collectors are all collectors, in the configuration's order.
type Collectors struct {
	Head
	Collectors []Collector `json:"collectors"`
}

// Collector is a collector and how it does. Moments are by planwatch's clock.
type Collector struct {
	// Its name.
	Name string `json:"name"`
	// What people call it.
	Title string `json:"title"`
	// The source that it reads.
	Source string `json:"source"`
	// Whether the source answered when it was last asked.
	SourceUp bool `json:"source_up"`
	// When it runs, as cron has it.
	Schedule string `json:"schedule"`
	// When it runs, in words; null where that takes cron's own fields to say.
	ScheduleWords *string `json:"schedule_words"`
	// When the newest run began; null before the first.
	LastRun *time.Time `json:"last_run"`
	// How long the newest run took, in seconds.
	Duration *float64 `json:"duration_seconds"`
	// Why the newest run failed, whole; null where it did not.
	Error *string `json:"error"`
	// When it is due next.
	NextRun *time.Time `json:"next_run"`
	// When the figures that are shown were read.
	LastSuccess *time.Time `json:"last_success"`
	// From how many rows they were read.
	Rows int `json:"rows"`
	// How many figures are shown.
	Shown int `json:"shown"`
	// How many are too old to be.
	Withdrawn int `json:"withdrawn"`
	// How many are about too few people.
	Withheld int `json:"withheld"`
	// The moment of the oldest figure that is shown.
	DataTime *time.Time `json:"data_time"`
	// From which age on a figure is withdrawn, in seconds.
	MaxAge float64 `json:"max_age_seconds"`
}

// mostError is how many bytes of a run's error are told.
const mostError = 50_000

// NewCollectors answers with the state of collectors.
func NewCollectors(head Head, states []collectors.Status, l *language.Language) Collectors {
	answer := Collectors{head, make([]Collector, len(states))}
	for i, s := range states {
		d := s.Definition
		made := Collector{
			Name: d.Collector, Title: language.OneLine(l.Of(d.Title)), Source: d.Source, SourceUp: s.SourceUp,
			Schedule: d.Schedule, ScheduleWords: given(d.ParsedSchedule().Words(l)),
			LastRun: optional(s.LastRun), NextRun: optional(s.NextRun), LastSuccess: optional(s.LastSuccess),
			Rows: s.Rows, Shown: s.Shown, Withdrawn: s.Withdrawn, Withheld: s.Withheld, DataTime: optional(s.DataTime), MaxAge: time.Duration(d.MaxAge).Seconds(),
		}
		if made.LastRun != nil {
			made.Duration = new(s.Duration.Seconds())
		}
		if s.Err != nil {
			text := s.Err.Error()
			made.Error = new(strings.ToValidUTF8(text[:min(len(text), mostError)], ""))
		}
		answer.Collectors[i] = made
	}
	return answer
}
