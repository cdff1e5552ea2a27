package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"planwatch/internal/clock"
	"planwatch/internal/replica"
	"planwatch/internal/snapshot"
)

// take implements replica.Options.Take.
func (r *replicas) take(_ context.Context, from *replica.State, changed map[string][]byte) bool {
	r.taking.Lock()
	defer r.taking.Unlock()
	all := r.takeShared(changed)
	if r.Heads() {
		// What another gives that heads as well is not taken now; it will not head for long.
		return all && !from.Role.Heads()
	}
	if !from.Role.Heads() {
		return all
	}
	err := errors.Join(r.takeRecords(changed), r.takeRuns(changed), r.takeGauges(from, changed), r.takeOwn(changed))
	if err != nil {
		r.exporter.logger.Error("what another replica shows is not shown here", "err", err)
	}
	return all && err == nil
}

// takeShared merges what each replica keeps, and reports whether it has all been.
func (r *replicas) takeShared(changed map[string][]byte) bool {
	all := true
	for name, data := range changed {
		if state, is := strings.CutPrefix(name, partSent); is {
			all = r.takeSent(state, data) && all
		}
		if name == partComments && r.comments != nil {
			if err := r.comments.Merge(data); err != nil {
				r.exporter.logger.Error("comments from another replica are not kept here", "err", err)
				all = false
			}
		}
	}
	return all
}

// takeSent merges what was sent, or the silences. Where this planwatch has no Alertmanager
// yet, they are to come again.
func (r *replicas) takeSent(state string, data []byte) bool {
	alerting := r.exporter.current.Load().alerting
	if !alerting.sends() {
		return false
	}
	if err := alerting.alertmanager.Merge(state, data); err != nil {
		r.exporter.logger.Error("what another replica has sent is not known here; a message may come twice", "err", err)
		return false
	}
	return true
}

// takeRecords shows the figures of the one that heads. Those of another definition stay as
// they are here, until both have the same configuration.
func (r *replicas) takeRecords(changed map[string][]byte) error {
	var faults []error
	for name, data := range changed {
		collector, is := strings.CutPrefix(name, partRecord)
		if !is {
			continue
		}
		record, err := snapshot.DecodeRecord(data)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		err = r.exporter.store.Adopt(record, r.exporter.current.Load().describe)
		r.tellMisfit(collector, err)
	}
	return errors.Join(faults...)
}

// tellMisfit logs when figures begin not to be taken, and has the collector run here.
func (r *replicas) tellMisfit(collector string, err error) {
	if err == nil {
		r.misfits.Delete(collector)
		return
	}
	if former, is := r.misfits.Swap(collector, err.Error()); !is || former != err.Error() {
		r.exporter.logger.Warn("figures of the replica that leads are not shown here; give both the same configuration", "err", err)
		r.exporter.current.Load().scheduler.Trigger()
	}
}

// takeRuns notes when collectors last ran, where that is later than is known here.
func (r *replicas) takeRuns(changed map[string][]byte) error {
	data, is := changed[partRuns]
	if !is {
		return nil
	}
	var told runs
	if err := json.Unmarshal(data, &told); err != nil {
		return err
	}
	for _, c := range r.exporter.current.Load().collectors {
		if _, misfit := r.misfits.Load(c.name()); misfit {
			continue // which is run here
		}
		run, ok := told.Collectors[c.name()]
		known := c.state.Load()
		if run.LastRun.Sub(c.clock.Now()) > clock.Slack {
			continue // its clock is wrong, or this one's
		}
		if ok && (run.LastRun.After(known.LastRun) || run.LastRun.Equal(known.LastRun) && known.Err != nil) {
			c.state.CompareAndSwap(known, run.state())
		}
	}
	r.sources.Store(&told.Sources)
	return nil
}

// takeGauges shows the metrics of the plan as the one that heads does.
func (r *replicas) takeGauges(from *replica.State, changed map[string][]byte) error {
	var blocks []*snapshot.GaugeBlock
	next := map[string]*snapshot.GaugeBlock{}
	for _, part := range from.Parts {
		if _, is := strings.CutPrefix(part.Name, partGauges); !is {
			continue
		}
		block := r.blocks[part.Name]
		if data, is := changed[part.Name]; is || block == nil {
			var err error
			if block, err = snapshot.DecodeGaugeBlock(data, block); err != nil {
				return err
			}
		}
		next[part.Name] = block
		blocks = append(blocks, block)
	}
	r.blocks = next
	r.exporter.store.ReplaceGauges(snapshot.NewGauges(blocks...))
	return nil
}

// takeOwn notes the metrics of the one that heads about itself.
func (r *replicas) takeOwn(changed map[string][]byte) error {
	data, is := changed[partOwn]
	if !is {
		return nil
	}
	families, err := snapshot.DecodeFamilies(data)
	if err != nil {
		return err
	}
	r.metrics.Store(&families)
	r.exporter.own.Changed()
	return nil
}
