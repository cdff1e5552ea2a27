package snapshot

import (
	"slices"
	"time"

	"planwatch/plan"
)

// Figures are the samples that are shown, of all collectors, by KPI. Those of a collector
// are grouped once, however often others change.
func (s *Snapshot) Figures() plan.Samples {
	all := make([]plan.Samples, len(s.chunks))
	for i, chunk := range s.chunks {
		all[i] = chunk.figures()
	}
	return plan.JoinSamples(all...)
}

// Past is what all collectors gave at the moments of references, as far as there may be
// comparisons with it at the moment now.
func (s *Snapshot) Past(now time.Time) plan.Past {
	parts := map[plan.Reference][]plan.Samples{}
	for _, chunk := range s.chunks {
		for i, p := range chunk.Past {
			if p.usable(chunk.MaxAge, now) {
				parts[p.Reference] = append(parts[p.Reference], chunk.then()[i])
			}
		}
	}
	past := make(plan.Past, len(parts))
	for r, all := range parts {
		past[r] = plan.JoinSamples(all...)
	}
	return past
}

// ChangedKPIs are those whose figures, now or in the past, may be others than in the
// former chunks: of collectors that have another chunk, one more, or none any more.
func (s *Snapshot) ChangedKPIs(former []*Chunk) map[string]bool {
	changed := map[string]bool{}
	differ := func(all, others []*Chunk) {
		for _, chunk := range all {
			if !slices.Contains(others, chunk) {
				for _, k := range chunk.KPIs {
					changed[k.Name] = true
				}
			}
		}
	}
	differ(s.chunks, former)
	differ(former, s.chunks)
	return changed
}
