package snapshot

import (
	"slices"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/language"
	"planwatch/plan"
)

// Record is what the last good run of one collector gave, as it is saved.
type Record struct {
	// Collector is the collector's name.
	Collector string `json:"collector"`
	// Fingerprint identifies the definition, query and source of the run.
	Fingerprint string `json:"fingerprint"`
	// At is the moment, by planwatch's clock, that the run asked about.
	At time.Time `json:"at"`
	// Rows is how many rows the query returned.
	Rows int `json:"rows"`
	// Samples are in order of KPI and labels.
	Samples []kpi.Sample `json:"samples"`
	// Past is what the collector gave at the moments of references, each once. It is
	// saved too, so that a restart leaves nothing without comparison.
	Past []Past `json:"past,omitempty"`
}

// Past is what a collector gave at the moment of a reference.
type Past struct {
	Reference plan.Reference `json:"reference"`
	// At is the moment, by planwatch's clock, from which the reference was seen.
	At time.Time `json:"at"`
	// Samples are those that were shown then.
	Samples []kpi.Sample `json:"samples"`
}

// usable reports whether there may be comparisons with it at the moment now: a
// reference that moves on with time is withdrawn when it is maxAge behind.
func (p Past) usable(maxAge time.Duration, now time.Time) bool {
	return !p.Reference.On.IsZero() || !now.After(p.At.Add(maxAge))
}

// Description is what the configuration says of a collector's samples.
type Description struct {
	// KPIs are the collector's, in order of definition.
	KPIs []kpi.KPI
	// MaxAge is how old a sample may be and still be shown. One that is held back
	// is as old as the newer row.
	MaxAge time.Duration
	// HelpLanguage is the language of HELP texts.
	HelpLanguage *language.Language
}

// WithinMaxAge are the samples that are at most maxAge old at the moment now, by
// the moment that they are current as of, and the moment at which the first of
// them is no longer; zero if there are none. Where all are, they are the same slice.
func WithinMaxAge(samples []kpi.Sample, maxAge time.Duration, now time.Time) (within []kpi.Sample, expires time.Time) {
	tooOld := func(s kpi.Sample) bool { return s.Current().Add(maxAge).Before(now) }
	within = samples
	if slices.ContainsFunc(samples, tooOld) {
		within = slices.DeleteFunc(slices.Clone(samples), tooOld)
	}
	for _, sample := range within {
		if end := sample.Current().Add(maxAge); expires.IsZero() || end.Before(expires) {
			expires = end
		}
	}
	return within, expires
}
