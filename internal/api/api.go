// Package api has what planwatch's HTTP API answers: the shapes of its JSON, how they are
// made of the report, and which parameters it takes. internal/web serves it.
//
// The description openapi.json is made of these types and of Endpoints by the test
// TestDescription, with -update; every comment here that begins a type or a key is in it.
package api

import (
	_ "embed"
	"time"

	"github.com/prometheus/common/version"

	"planwatch/internal/language"
	"planwatch/internal/report"
)

// Path is where the API is, from planwatch's root.
const Path = "/api/v1/"

// Description is the API as OpenAPI 3.1 describes it, in JSON.
//
//go:embed openapi.json
var Description []byte

// Head is what every answer begins with.
type Head struct {
	// The region's title.
	Region string `json:"region"`
	// The moment that the figures were held against the plan at, in the region's time zone.
	Moment time.Time `json:"moment"`
	// planwatch's version.
	Version string `json:"version"`
	// The language of the texts, by BCP 47.
	Language string `json:"language"`
	// What was chosen, by parameter; empty where all is answered.
	Choice map[string][]string `json:"choice"`
}

// NewHead makes the head of an answer about a report.
func NewHead(r *report.Report, choice map[string][]string, l *language.Language) Head {
	if choice == nil {
		choice = map[string][]string{}
	}
	return Head{Region: r.Region.Title, Moment: r.At.Truncate(time.Second), Version: version.Version, Language: l.Code(), Choice: choice}
}

// Error is the answer to what cannot be answered.
type Error struct {
	// What is wrong, where, and what would be right, in English.
	Error string `json:"error"`
}

// optional is a time to the second; nil for one that is not known.
func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.Truncate(time.Second))
}

// given is nil for a text that is not there.
func given[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	return new(string(text))
}
