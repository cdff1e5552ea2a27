package exporter

import (
	"context"
	"encoding/json"
	"strings"

	"planwatch/internal/clock"
	"planwatch/internal/replica"
	"planwatch/internal/snapshot"
)

// take implements replica.Options.Take.
func (r *replicas) take(_ context.Context, from *replica.State, changed map[string][]byte) (left map[string]bool) {
	r.taking.Lock()
	defer r.taking.Unlock()
	left = r.takeShared(changed)
	if !from.Role.Heads() {
		return left
	}
	if r.Heads() {
		// What another gives that heads as well is not taken now; it will not head for long.
		for name := range changed {
			left[name] = left[name] || !shared(name)
		}
		return left
	}
	leave := func(prefix string, err error) {
		if r.begins(prefix, err) {
			r.exporter.logger.Error("what another replica shows is not shown here", "part", prefix, "err", err)
		}
		if err == nil {
			return
		}
		for _, part := range from.Parts {
			left[part.Name] = left[part.Name] || strings.HasPrefix(part.Name, prefix)
		}
	}
	for name, data := range changed {
		if collector, is := strings.CutPrefix(name, partRecord); is {
			leave(name, r.takeRecord(collector, data))
		}
	}
	if data, is := changed[partRuns]; is {
		leave(partRuns, r.takeRuns(data))
	}
	leave(partGauges, r.takeGauges(from, changed))
	if data, is := changed[partOwn]; is {
		leave(partOwn, r.takeOwn(data))
	}
	return left
}

// begins reports whether it is news that a part is not taken, or why: it comes again with each
// change. Callers hold taking.
func (r *replicas) begins(part string, err error) bool {
	if err == nil {
		delete(r.told, part)
		return false
	}
	former := r.told[part]
	r.told[part] = err.Error()
	return former != err.Error()
}

// shared reports whether each replica keeps a part, whichever heads.
func shared(name string) bool {
	return strings.HasPrefix(name, partSent) || name == partComments
}

// takeShared merges what each replica keeps, and returns what has not been.
func (r *replicas) takeShared(changed map[string][]byte) (left map[string]bool) {
	left = map[string]bool{}
	for name, data := range changed {
		if state, is := strings.CutPrefix(name, partSent); is && !r.takeSent(state, data) {
			left[name] = true
		}
		if name == partComments && r.comments != nil {
			err := r.comments.Merge(data)
			if r.begins(name, err) {
				r.exporter.logger.Error("comments from another replica are not kept here", "err", err)
			}
			left[name] = err != nil
		}
	}
	return left
}

// takeSent merges what was sent, or the silences. Where this planwatch has no Alertmanager
// yet, they are to come again.
func (r *replicas) takeSent(state string, data []byte) bool {
	alerting := r.exporter.current.Load().alerting
	if !alerting.sends() {
		return false
	}
	err := alerting.alertmanager.Merge(state, data)
	if r.begins(partSent+state, err) {
		r.exporter.logger.Error("what another replica has sent is not known here; a message may come twice", "err", err)
	}
	return err == nil
}

// takeRecord shows the figures of a collector. Those of another definition stay as they are
// here, until both have the same configuration.
func (r *replicas) takeRecord(collector string, data []byte) error {
	record, err := snapshot.DecodeRecord(data)
	if err != nil {
		return err
	}
	r.tellMisfit(collector, r.exporter.store.Adopt(record, r.exporter.current.Load().describe))
	return nil
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
func (r *replicas) takeRuns(data []byte) error {
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
func (r *replicas) takeOwn(data []byte) error {
	families, err := snapshot.DecodeFamilies(data)
	if err != nil {
		return err
	}
	r.metrics.Store(&families)
	r.exporter.own.Changed()
	return nil
}
