package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"planwatch/internal/citation"
	"planwatch/plan"
)

func (r *Region) loadCitations(files fs.FS) error {
	var err error
	r.citations, err = citation.Load(files, citation.FileName)
	return err
}

// UnusedCitations is an error that joins a fault for each citation that
// nothing refers to, or nil. A region with such citations still loads.
func (r *Region) UnusedCitations() error { return r.citations.Unused() }

// resolveCollectors replaces the id of a citation by its text in the KPIs.
func (r *Region) resolveCollectors() error {
	var faults []error
	for _, d := range r.Collectors {
		for i, k := range d.KPIs {
			text, err := r.citations.Resolve(k.Cite)
			if err != nil {
				faults = append(faults, d.Fault(fmt.Sprintf("$.kpis[%d].cite", i), "kpi %s: cite: %w", k.Name, err))
			}
			d.KPIs[i].Cite = text
		}
	}
	return errors.Join(faults...)
}

// resolveEvents replaces the id of a citation by its text in the events.
func (r *Region) resolveEvents() error {
	var faults []error
	for i, e := range r.Events.Events {
		text, err := r.citations.Resolve(e.Cite)
		if err != nil {
			faults = append(faults, r.Events.Fault(fmt.Sprintf("$.events[%d].cite", i), "event of %s: cite: %w", e.On, err))
		}
		r.Events.Events[i].Cite = text
	}
	return errors.Join(faults...)
}

// resolvePlan replaces the id of a citation by its text in the plan.
func (r *Region) resolvePlan() error {
	var faults []error
	for i, t := range r.Plan.Targets {
		text, err := r.citations.Resolve(t.Cite)
		if err != nil {
			faults = append(faults, t.Fault(".cite", "target %s: cite: %w", t.ID, err))
		}
		r.Plan.Targets[i].Cite = text
	}
	sums := r.Plan.Reconciliation
	if sums == nil {
		return errors.Join(faults...)
	}
	for _, name := range slices.Sorted(maps.Keys(sums.Tables)) {
		table := sums.Tables[name]
		text, err := r.citations.Resolve(table.Cite)
		if err != nil {
			faults = append(faults, sums.Fault(fmt.Sprintf("$.tables.'%s'.cite", name), "table %s: cite: %w", name, err))
		}
		table.Cite = text
		sums.Tables[name] = table
	}
	for i, check := range sums.Checks {
		fault := func(path, format string, args ...any) {
			faults = append(faults, sums.Fault(fmt.Sprintf("$.checks[%d]%s", i, path), "check "+check.ID+": "+format, args...))
		}
		text, err := r.citations.Resolve(check.Cite)
		if err != nil {
			fault(".cite", "cite: %w", err)
		}
		sums.Checks[i].Cite = text
		for _, term := range append([]plan.Term{check.Stated}, check.Computed...) {
			if term.Document == "" {
				continue
			}
			if err := r.citations.CheckDocument(term.Document); err != nil {
				fault("", "document: %w", err)
			}
		}
		if check.Against == nil {
			continue
		}
		if err := r.citations.CheckDocument(check.Against.Document); err != nil {
			fault(".against.document", "against: document: %w", err)
		}
		if check.Against.Cite, err = r.citations.Resolve(check.Against.Cite); err != nil {
			fault(".against.cite", "against: cite: %w", err)
		}
	}
	return errors.Join(faults...)
}
