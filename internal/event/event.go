// Package event holds what happened on a day that changed how figures come
// about, so that what was usual before is not what is usual after.
package event

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"planwatch/internal/language"
	"planwatch/internal/yamlfile"
)

// File is the file with the events, in a region's directory.
const File = "events.yaml"

// Set is events.yaml: days from which process charts begin anew.
type Set struct {
	// What happened, in any order.
	Events []Event `yaml:"events" jsonschema:"required"`

	file *yamlfile.Document
}

// Event is one thing that happened.
type Event struct {
	// The day that it happened, such as 2024-11-27.
	On string `yaml:"on" jsonschema:"required,pattern=^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
	// What happened, in a few words: why the charts begin anew.
	Title language.Text `yaml:"title" jsonschema:"required"`
	// The collectors whose figures it changed. Left out, all.
	Collectors []string `yaml:"collectors,omitempty"`
	// Where to find the sentence: an id in citations.yaml, or the citation itself.
	Cite string `yaml:"cite,omitempty"`
}

// Load reads and checks the events; collectors are the names of the region's.
// Without a file there are none. Errors name file and line.
func Load(files fs.FS, collectors []string, languages *language.Set) (*Set, error) {
	data, err := fs.ReadFile(files, File)
	if errors.Is(err, fs.ErrNotExist) {
		return &Set{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", File, err)
	}
	file, err := yamlfile.Parse(File, data)
	if err != nil {
		return nil, err
	}
	s := &Set{file: file}
	if err := file.Decode(s); err != nil {
		return nil, err
	}
	if err := file.Locate(s.validate(collectors, languages)); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Set) validate(collectors []string, languages *language.Set) error {
	f := yamlfile.NewFaults()
	for i, e := range s.Events {
		place := fmt.Sprintf(".events[%d]", i)
		if _, err := time.Parse(time.DateOnly, e.On); err != nil {
			f.Add(place+".on", "events: on: %q is not a day such as 2024-11-27", e.On)
		}
		languages.RequireLine(f.In(place, "event of "+e.On), "title", e.Title)
		if e.Collectors != nil && len(e.Collectors) == 0 {
			f.Add(place+".collectors", "events: collectors: there are none; name some, or leave collectors out for all")
		}
		for j, name := range e.Collectors {
			switch at := fmt.Sprintf("%s.collectors[%d]", place, j); {
			case !slices.Contains(collectors, name):
				f.Add(at, "events: %q is not one of the collectors%s", name, yamlfile.Suggestion(name, collectors))
			case slices.Index(e.Collectors, name) < j:
				f.Add(at, "events: %q is given twice", name)
			}
		}
		if slices.ContainsFunc(s.Events[:i], e.repeats) {
			f.Add(place, "events: the event of %s is there already, with the same title and for the same collector; leave one of them out", e.On)
		}
	}
	return f.Err()
}

// repeats reports whether the event says of a collector what the other says of it
// already: they would be one series.
func (e Event) repeats(other Event) bool {
	return e.On == other.On && maps.Equal(e.Title, other.Title) &&
		(len(e.Collectors) == 0 || len(other.Collectors) == 0 || slices.ContainsFunc(e.Collectors, func(name string) bool { return slices.Contains(other.Collectors, name) }))
}

// Fault places an error about the value at path in the file.
func (s *Set) Fault(path, format string, args ...any) error {
	return s.file.Locate(yamlfile.Faultf(path, format, args...))
}

// Of are the events that changed the collector's figures, the oldest first.
func (s *Set) Of(collector string) []Event {
	var of []Event
	for _, e := range s.Events {
		if len(e.Collectors) == 0 || slices.Contains(e.Collectors, collector) {
			of = append(of, e)
		}
	}
	slices.SortStableFunc(of, func(a, b Event) int { return cmp.Compare(a.On, b.On) })
	return of
}

// Begins is the first moment of the day in location.
func (e Event) Begins(location *time.Location) time.Time {
	day, _ := time.ParseInLocation(time.DateOnly, e.On, location) // checked when it was read
	return day
}
