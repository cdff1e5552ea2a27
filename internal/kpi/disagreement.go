package kpi

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Disagreement is a part of a definition in which two KPIs differ.
type Disagreement struct {
	// Key is that of a collector's file; Own and Other are its values.
	Key, Own, Other string
}

// Disagrees returns the parts of the definition in which another KPI differs: what is
// counted, in what unit, which way is better, and how it adds up. A definition in words is
// compared in the languages that both have. Names of columns, titles, citations, and what
// protects people may differ.
func (k KPI) Disagrees(other KPI) []Disagreement {
	var all []Disagreement
	add := func(key, own, others string) {
		if own != others {
			all = append(all, Disagreement{key, own, others})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(k.Definition)) {
		if others, both := other.Definition[code]; both {
			add("definition."+code, oneLine(k.Definition[code]), oneLine(others))
		}
	}
	add("standard", k.Standard, other.Standard)
	add("unit", k.Unit, other.Unit)
	add("better", string(k.Better), string(other.Better))
	add("aggregate", string(k.Aggregate), string(other.Aggregate))
	add("separate_by", strings.Join(k.SeparateBy, ", "), strings.Join(other.SeparateBy, ", "))
	add("accumulates", string(k.Accumulates), string(other.Accumulates))
	add("accrues_on", string(k.AccruesOn), string(other.AccruesOn))
	add("counted_since", k.CountedSince, other.CountedSince)
	add("ratio", k.Ratio.words(), other.Ratio.words())
	add("histogram.buckets", k.Histogram.words(), other.Histogram.words())
	return all
}

// oneLine is a text without its line breaks, which a file may have anywhere.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func (r *Ratio) words() string {
	if r == nil {
		return ""
	}
	return r.Of + " / " + r.To
}

func (b *Buckets) words() string {
	if b == nil {
		return ""
	}
	return strings.Trim(fmt.Sprint(b.Bounds), "[]")
}
