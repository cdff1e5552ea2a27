package kpi

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Label is one name and value.
type Label struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Labels are sorted by name, without empty values, which to Prometheus are
// no labels at all.
type Labels []Label

// NewLabels makes Labels of the pairs, in any order.
func NewLabels(pairs ...Label) Labels {
	labels := make(Labels, 0, len(pairs))
	for _, pair := range pairs {
		if pair.Value != "" {
			labels = append(labels, pair)
		}
	}
	slices.SortFunc(labels, func(a, b Label) int { return cmp.Compare(a.Name, b.Name) })
	return labels
}

// Get is the value of the label of that name, or "".
func (l Labels) Get(name string) string {
	for _, label := range l {
		if label.Name == name {
			return label.Value
		}
	}
	return ""
}

// Key is a text that two Labels share only if they are equal.
func (l Labels) Key() string {
	var b strings.Builder
	for _, label := range l {
		b.WriteString(label.Name)
		b.WriteByte(0xff)
		b.WriteString(label.Value)
		b.WriteByte(0xff)
	}
	return b.String()
}

// Compare orders Labels by name and value, the first difference deciding.
func (l Labels) Compare(other Labels) int {
	for i := range min(len(l), len(other)) {
		if l[i].Name != other[i].Name {
			return strings.Compare(l[i].Name, other[i].Name)
		}
		if l[i].Value != other[i].Value {
			return strings.Compare(l[i].Value, other[i].Value)
		}
	}
	return cmp.Compare(len(l), len(other))
}

// String is the labels as Prometheus writes them, without braces.
func (l Labels) String() string {
	parts := make([]string, len(l))
	for i, label := range l {
		parts[i] = label.Name + `="` + escape.Replace(label.Value) + `"`
	}
	return strings.Join(parts, ",")
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Sample is one figure: a KPI at its labels, as it was at AsOf.
type Sample struct {
	// KPI's name, without the metric prefix.
	KPI    string `json:"kpi"`
	Labels Labels `json:"labels"`
	// Value in the KPI's unit; unused where Histogram is set.
	Value float64 `json:"value"`
	// Histogram is set for a histogram KPI, and nil for all others.
	Histogram *Histogram `json:"histogram,omitempty"`
	// AsOf is the moment the figure is about, in planwatch's own time.
	AsOf time.Time `json:"as_of"`
	// Held is set where there is a newer figure that is held back, since the
	// difference between the two would be about too few people: the moment of the
	// newer one.
	Held time.Time `json:"held,omitzero"`
	// Withheld marks a figure that is withheld because it is about too few
	// people. It has no value, here or anywhere else; what is made of others
	// and of it cannot be known.
	Withheld bool `json:"withheld,omitempty"`
}

// Current is the moment up to which the figure was looked at: it is as old as the
// newest row, also where that is held back.
func (s Sample) Current() time.Time {
	if s.Held.After(s.AsOf) {
		return s.Held
	}
	return s.AsOf
}

// Histogram is a distribution at one moment.
type Histogram struct {
	// Bounds are the buckets' upper bounds, rising, without the infinite one.
	Bounds []float64 `json:"bounds"`
	// Counts are cumulative, one a bound.
	Counts []uint64 `json:"counts"`
	// Count and Sum are over all observations.
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`
}
