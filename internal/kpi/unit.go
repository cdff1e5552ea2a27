package kpi

import (
	"maps"
	"slices"
)

// Unit is what a KPI is measured in.
type Unit string

// units are the known units. Each is a base unit, as Prometheus asks for, or
// a thing that is counted.
var units = map[Unit]struct{}{
	"ratio": {}, "seconds": {}, "sek": {}, "joules": {}, "grams": {}, "metres": {}, "fte": {},
	"beds": {}, "wards": {}, "patients": {}, "patient_days": {}, "posts": {}, "exams": {}, "visits": {}, "operations": {},
	"theatres": {}, "cases": {}, "births": {}, "reports": {}, "deviations": {}, "risks": {}, "dialogues": {},
	"prescriptions": {}, "applicants": {}, "trainings": {}, "undertakings": {}, "scanners": {},
	"patients_per_gp": {}, "seconds_per_bed": {},
}

// Known tells whether u is one of the units.
func (u Unit) Known() bool {
	_, ok := units[u]
	return ok
}

// Units lists the known units in order of name.
func Units() []Unit { return slices.Sorted(maps.Keys(units)) }
