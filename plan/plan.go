// Package plan compares figures with the plan: targets and how they fall due
// over their period, the assessment of samples against them, and the
// reconciliation of what the plan states.
package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"planwatch/internal/yamlfile"
)

// ReconciliationFile is the YAML file in the plan's directory that has no
// targets, but describes how the tables' sums are recomputed.
const ReconciliationFile = "reconciliation.yaml"

// Plan is the content of a region's plan directory.
type Plan struct {
	// Titles of the plans that the files name, each once, in order of file.
	Titles []string
	// Targets in order of file and of entry.
	Targets []Target
	// Tables by the name of their file.
	Tables map[string]*Table
	// Reconciliation of the tables; nil where the directory has none.
	Reconciliation *Reconciliation
}

// Load reads every *.yaml and *.csv in directory and checks them against
// each other and against scope. The error joins all faults. The
// Plan is complete only if the error is nil. A directory that does not
// exist is an empty plan.
func Load(files fs.FS, directory string, scope Scope) (*Plan, error) {
	p := &Plan{Tables: map[string]*Table{}}
	var all []error
	tables, err := fs.Glob(files, path.Join(directory, "*.csv"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", directory, err)
	}
	for _, name := range tables {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			all = append(all, err)
			continue
		}
		table, err := ReadTable(name, data)
		if err != nil {
			all = append(all, err)
			continue
		}
		p.Tables[path.Base(name)] = table
	}
	documents, err := fs.Glob(files, path.Join(directory, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", directory, err)
	}
	for _, name := range documents {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			all = append(all, err)
			continue
		}
		file, err := yamlfile.Parse(name, data)
		if err != nil {
			all = append(all, err)
			continue
		}
		if path.Base(name) == ReconciliationFile {
			p.Reconciliation, err = readReconciliation(file, p.Tables, scope)
		} else {
			err = p.readTargets(file, scope)
		}
		all = append(all, err)
	}
	all = append(all, conflicts(p.Targets, scope)...)
	return p, errors.Join(all...)
}

// readTargets adds the valid targets of a file to the plan.
func (p *Plan) readTargets(file *yamlfile.Document, scope Scope) error {
	var f TargetFile
	if err := file.Decode(&f); err != nil {
		return err
	}
	var all []error
	if f.Plan == "" {
		all = append(all, yamlfile.Faultf("$.plan", "plan: missing; give the title of the plan that the targets come from"))
	} else if err := yamlfile.CheckLine(f.Plan); err != nil {
		all = append(all, yamlfile.Faultf("$.plan", "plan: %w", err))
	} else {
		p.addTitle(f.Plan)
	}
	keep := func(t Target) {
		wrong := t.validate(scope, t.origin.path)
		if wrong == nil {
			// It has been checked that the KPI has the measure.
			entry, _ := scope.KPIs.Get(t.KPI)
			per, _ := entry.Base.Factor(t.Unit)
			t.factor = &per
			p.Targets = append(p.Targets, t)
		}
		all = append(all, wrong)
	}
	for i, t := range f.Targets {
		t.origin = origin{file, fmt.Sprintf("$.targets[%d]", i)}
		keep(t)
	}
	for i, s := range f.TargetsFrom {
		made, err := s.targets(p.Tables, file, fmt.Sprintf("$.targets_from[%d]", i))
		all = append(all, err)
		for _, t := range made {
			keep(t)
		}
	}
	return file.Locate(errors.Join(all...))
}

func (p *Plan) addTitle(title string) {
	if !slices.Contains(p.Titles, title) {
		p.Titles = append(p.Titles, title)
	}
}

// conflicts finds targets with the same name, targets of one cell whose periods
// overlap, and KPIs of which only some targets can be missed both ways: one rule is
// about them all.
func conflicts(targets []Target, scope Scope) []error {
	var all []error
	first := map[string]Target{}
	names := map[string]Target{}
	cells := map[string][]Target{}
	for _, t := range targets {
		fault := func(key, format string, args ...any) {
			f := faultsAt(t.origin.path, "target "+t.ID)
			f.Add(key, format, args...)
			all = append(all, t.origin.file.Locate(f.Err()))
		}
		if other, twice := names[t.ID]; twice {
			fault(".id", "id: the target at %s has the same id", other.origin.place())
		}
		names[t.ID] = t
		entry, _ := scope.KPIs.Get(t.KPI)
		if other, met := first[t.KPI]; !met {
			first[t.KPI] = t
		} else if t.Kind(entry.KPI).TwoSided() != other.Kind(entry.KPI).TwoSided() {
			band, value := t, other
			if t.Between == nil {
				band, value = other, t
			}
			fault(".between", "between: target %s has it and %s has not, at %s; give all targets of %s bands, or none", band.ID, value.ID, other.origin.place(), t.KPI)
		}
		cell := t.cell()
		for _, other := range cells[cell] {
			if t.overlaps(other) {
				fault(".from", "from: %s overlaps target %s, %s, at %s, for the same %s; let one end before the other begins",
					period(t), other.ID, period(other), other.origin.place(), cellName(t))
			}
		}
		cells[cell] = append(cells[cell], t)
	}
	return all
}

func period(t Target) string {
	if t.To.IsZero() {
		return fmt.Sprintf("%s and on", t.From)
	}
	return fmt.Sprintf("%s to %s", t.From, t.To)
}

func cellName(t Target) string {
	if labels := t.Labels().String(); labels != "" {
		return t.KPI + "{" + labels + "}"
	}
	return t.KPI
}
