package plan

import (
	"planwatch/internal/kpi"
	"planwatch/internal/unit"
)

// ReadIn is the measure of the KPI's figures in messages: the KPI's own if it
// names one, else the measure of all its targets, else the unit's usual one.
func ReadIn(entry kpi.Entry, targets []Target) unit.Measure {
	if entry.Measure != "" || len(targets) == 0 {
		return entry.ReadIn()
	}
	for _, t := range targets[1:] {
		if t.Unit != targets[0].Unit {
			return entry.ReadIn()
		}
	}
	// The targets' unit has been checked; without one it is the usual measure.
	if m, err := entry.Base.Measure(targets[0].Unit); err == nil {
		return m
	}
	return entry.ReadIn()
}
