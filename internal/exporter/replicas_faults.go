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

const (
	// faultsFor is how long it is not looked for faults again.
	faultsFor = time.Second
	// pushedWithin is how long figures may wait for a receiver.
	pushedWithin = 5 * time.Minute
)

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
	if e.pusher.Behind(pushedWithin) {
		next.faults = append(next.faults, replica.NotPushed)
	}
	r.known.Store(next)
	return next.faults
}
