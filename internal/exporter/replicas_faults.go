package exporter

import (
	"time"

	"planwatch/internal/replica"
)

// knownFaults are what this planwatch cannot do, as it was found out at a moment.
type knownFaults struct {
	at     time.Time
	faults []replica.Fault
}

// faultsFor is how long it is not looked for faults again.
const faultsFor = time.Second

// faults implements replica.Options.Faults.
func (r *replicas) faults() []replica.Fault {
	if known := r.known.Load(); known != nil && time.Since(known.at) < faultsFor {
		return known.faults
	}
	next := &knownFaults{at: time.Now()}
	e := r.exporter
	current := e.current.Load()
	if current != nil && current.region.Alerting.Embedded && current.region.OnCall != nil && !current.alerting.overview().Up() {
		next.faults = append(next.faults, replica.NotAlerting)
	}
	if e.counters.reloadFails.Load() {
		next.faults = append(next.faults, replica.NotReloaded)
	}
	if e.store.SaveFails() {
		next.faults = append(next.faults, replica.NotSaved)
	}
	r.known.Store(next)
	return next.faults
}
