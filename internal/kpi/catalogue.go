package kpi

import (
	"slices"

	"planwatch/internal/unit"
)

// Catalogue is all KPIs of a region, in order of collector and definition.
type Catalogue struct {
	entries []Entry
	places  map[string]int
}

// Entry is a KPI and what its collector and its region say of it.
type Entry struct {
	KPI
	// Collector is the name of the collector that gives the KPI.
	Collector string
	// Labels are the collector's, in its order.
	Labels []string
	// Base is the unit that KPI.Unit names.
	Base unit.Unit
}

// NewCatalogue makes a Catalogue of the entries. Of two with the same name the
// first counts.
func NewCatalogue(entries []Entry) Catalogue {
	c := Catalogue{entries: entries, places: make(map[string]int, len(entries))}
	for i, e := range entries {
		if _, taken := c.places[e.Name]; !taken {
			c.places[e.Name] = i
		}
	}
	return c
}

// Entries are all of them, in order.
func (c Catalogue) Entries() []Entry { return c.entries }

// Get is the entry of the KPI of that name.
func (c Catalogue) Get(name string) (Entry, bool) {
	i, ok := c.places[name]
	if !ok {
		return Entry{}, false
	}
	return c.entries[i], true
}

// BeginsAnew reports whether the KPI, or a part of a ratio, counts anew each year.
func (c Catalogue) BeginsAnew(k KPI) bool {
	if k.Ratio == nil {
		return k.Accumulates != ""
	}
	of, _ := c.Get(k.Ratio.Of)
	to, _ := c.Get(k.Ratio.To)
	return of.Accumulates != "" || to.Accumulates != ""
}

// FunnelOf is how the KPI is compared across regions by a funnel plot: as it says, or as a
// proportion where part_of says that the one part of the ratio counts some of what the
// other counts.
func (c Catalogue) FunnelOf(k KPI) Funnel {
	if k.Funnel != NoFunnel || k.Ratio == nil {
		return k.Funnel
	}
	of, _ := c.Get(k.Ratio.Of)
	to, _ := c.Get(k.Ratio.To)
	if of.PartOf == k.Ratio.To && of.Aggregate == Sum && to.Aggregate == Sum {
		return FunnelProportion
	}
	return NoFunnel
}

// Names are the KPIs' names, in order of name.
func (c Catalogue) Names() []string {
	names := make([]string, 0, len(c.entries))
	for _, e := range c.entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

// ReadIn is the measure that people read the KPI's figures in, where their
// size does not decide: the KPI's own, else the unit's usual one.
func (e Entry) ReadIn() unit.Measure {
	// A KPI's measure has been checked; without one it is the usual one.
	m, _ := e.Base.Measure(e.Measure)
	return m
}
