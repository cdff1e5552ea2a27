package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"planwatch/internal/decimal"
)

// Group is the differences of one cause, the largest first.
type Group struct {
	// Cause they have in common, or nil where none was found. It is that of the
	// first; the others' own may count or leave out the same rows.
	Cause *Cause `json:"cause,omitempty"`
	// Amount is the largest difference, without its sign, in Unit. Sums would
	// count money twice that is told in several places. Both are left out where
	// words differ.
	Amount *decimal.Decimal `json:"amount,omitempty"`
	Unit   string           `json:"unit,omitempty"`
	// Differences of the group.
	Differences []Difference `json:"differences"`
}

// Rounding reports whether the group is of rounding alone.
func (g Group) Rounding() bool { return g.Cause != nil && g.Cause.Kind == Rounded }

// The order of groups: money, counts, words, rounding.
const (
	money = iota
	counts
	words
	rounding
)

// group sorts differences by cause, the largest first: money, then counts, then
// words. Rounding comes last.
func (r *Reconciliation) group(found []*finding) []Group {
	homes := map[string]string{}
	for _, f := range found {
		homes["carried "+f.Check+fmt.Sprint(f.Line)] = f.home()
	}
	var order []string
	members := map[string][]*finding{}
	for _, f := range found {
		home := f.home()
		// A total is told with what it was carried from.
		for range found {
			next, carried := homes[home]
			if !carried {
				break
			}
			home = next
		}
		if members[home] == nil {
			order = append(order, home)
		}
		members[home] = append(members[home], f)
	}
	var groups []sorted
	for _, home := range order {
		groups = append(groups, r.sorted(members[home]))
	}
	slices.SortStableFunc(groups, func(a, b sorted) int {
		return cmp.Or(a.class-b.class, b.size.Cmp(a.size), len(b.Differences)-len(a.Differences))
	})
	all := make([]Group, len(groups))
	for i, g := range groups {
		all[i] = g.Group
	}
	return all
}

// home is what a difference is grouped by.
func (f *finding) home() string {
	if f.Why != nil {
		return f.Why.key
	}
	return "check " + f.Check
}

// sorted is a group with what it is sorted by.
type sorted struct {
	Group
	class int
	size  decimal.Decimal
}

func (r *Reconciliation) sorted(members []*finding) sorted {
	sizes := make(map[*finding]sorted, len(members))
	for _, f := range members {
		sizes[f] = r.size(f)
	}
	slices.SortStableFunc(members, func(a, b *finding) int {
		return cmp.Or(sizes[a].class-sizes[b].class, sizes[b].size.Cmp(sizes[a].size))
	})
	g := sizes[members[0]]
	for _, f := range members {
		g.Differences = append(g.Differences, f.Difference)
		if g.Cause == nil && f.Why != nil && f.Why.Kind != Carried && f.Why.Kind != Recomputed {
			g.Cause = f.Why
		}
	}
	if d := members[0].Difference; d.Difference != nil {
		largest := d.Difference.Abs()
		g.Amount, g.Unit = &largest, d.Unit
	}
	return g
}

// size is a difference's class and its amount in the unit of the tables.
func (r *Reconciliation) size(f *finding) sorted {
	if f.Difference.Difference == nil {
		return sorted{class: words}
	}
	size := sorted{class: counts, size: f.Difference.Difference.Abs()}
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		unit := r.Tables[name].Unit
		if unit == "" || f.Unit == "" {
			continue
		}
		if amount, err := r.units.Convert(size.size, f.Unit, unit); err == nil {
			size.class, size.size = money, amount
			break
		}
	}
	if f.Why != nil && f.Why.Kind == Rounded {
		size.class = rounding
	}
	return size
}
