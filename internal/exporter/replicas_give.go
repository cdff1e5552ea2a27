package exporter

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"planwatch/internal/replica"
	"planwatch/internal/snapshot"
	"planwatch/internal/warehouse"
)

// runs is what the one that heads tells of its collectors' last runs and of its sources.
type runs struct {
	Collectors map[string]sharedRun `json:"collectors"`
	// Sources are whether each is up.
	Sources map[string]bool `json:"sources"`
}

// sharedRun is a runState for another planwatch.
type sharedRun struct {
	LastRun  time.Time     `json:"last_run"`
	Duration time.Duration `json:"duration"`
	Err      string        `json:"err,omitempty"`
	// Unavailable and Timeout are what kind of an error it is.
	Unavailable bool `json:"unavailable,omitempty"`
	Timeout     bool `json:"timeout,omitempty"`
}

func share(s *runState) sharedRun {
	shared := sharedRun{LastRun: s.LastRun, Duration: s.Duration}
	if s.Err != nil {
		shared.Err = s.Err.Error()
		shared.Unavailable, shared.Timeout = errors.Is(s.Err, warehouse.ErrUnavailable), errors.Is(s.Err, warehouse.ErrTimeout)
	}
	return shared
}

func (s sharedRun) state() *runState {
	state := &runState{LastRun: s.LastRun, Duration: s.Duration}
	if s.Err != "" {
		state.Err = &sharedError{s}
	}
	return state
}

// sharedError is the error of another planwatch's run.
type sharedError struct{ run sharedRun }

func (e *sharedError) Error() string { return e.run.Err }

// Is tells of which kind it is, for errors.Is.
func (e *sharedError) Is(target error) bool {
	return e.run.Unavailable && target == warehouse.ErrUnavailable || e.run.Timeout && target == warehouse.ErrTimeout
}

// give implements replica.Options.Give: what is merged always, and the
// rest where this planwatch heads.
func (r *replicas) give(role replica.Role) []replica.Given {
	current := r.exporter.current.Load()
	var all []replica.Given
	if current.alerting.sends() {
		for _, shared := range current.alerting.alertmanager.Shared() {
			all = append(all, replica.Given{Name: partSent + shared.Name, Version: shared.Version, Encode: shared.Encode})
		}
	}
	if r.comments != nil {
		all = append(all, replica.Given{Name: partComments, Version: r.comments.Version(), Encode: r.comments.Encode})
	}
	if role == replica.Follows {
		return all
	}
	r.exporter.own.Wanted()
	shown := r.exporter.store.Current()
	for _, chunk := range shown.Chunks() {
		all = append(all, replica.Given{Name: partRecord + chunk.Collector, Version: chunk, Encode: chunk.Encode})
	}
	for i, block := range shown.Gauges().Blocks() {
		all = append(all, replica.Given{Name: fmt.Sprintf("%s%06d", partGauges, i), Version: block, Encode: block.Encode})
	}
	if own := shown.Own(); len(own) > 0 {
		all = append(all, replica.Given{Name: partOwn, Version: &own[0], Encode: func() ([]byte, error) { return snapshot.EncodeFamilies(own) }})
	}
	told := runs{Collectors: map[string]sharedRun{}, Sources: map[string]bool{}}
	for _, c := range current.collectors {
		told.Collectors[c.name()] = share(c.state.Load())
	}
	for name, source := range current.sources {
		told.Sources[name] = source.Up()
	}
	encoded, err := json.Marshal(told)
	return append(all, replica.Given{Name: partRuns, Version: string(encoded), Encode: func() ([]byte, error) { return encoded, err }})
}
