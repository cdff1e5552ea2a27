package collectors_test

import (
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"
	"testing"

	"planwatch/internal/attacktest"
	"planwatch/internal/kpi"
)

// mostWithheld is how many cells planwatch may withhold for each that would do.
const mostWithheld = 1.1

// candidates are the cells that may be withheld: those of counts of somebody.
// forced is the set of those that must be, as a bit each.
func candidates(table attacktest.Table) (cells []kpi.Sample, forced uint) {
	few := func(v, n uint64) bool { return v > 0 && v < n }
	for _, k := range table.KPIs {
		n := uint64(k.Smallest)
		if n == 0 {
			continue
		}
		for _, s := range table.Truth {
			if s.KPI != k.Name || s.Histogram == nil && s.Value == 0 {
				continue
			}
			must := few(uint64(s.Value), n)
			if h := s.Histogram; h != nil {
				must = few(h.Count, n)
				below := uint64(0)
				for _, upTo := range append(slices.Clone(h.Counts), h.Count) {
					must = must || few(upTo-below, n)
					below = upTo
				}
			}
			if must {
				forced |= 1 << len(cells)
			}
			cells = append(cells, s)
		}
	}
	return cells, forced
}

// withheld is the table published with that set of cells withheld, and what
// follows them.
func withheld(table attacktest.Table, cells []kpi.Sample, set uint) attacktest.Table {
	hidden, counted := map[string]bool{}, map[string]bool{}
	for i, c := range cells {
		if set&(1<<i) != 0 {
			hidden[c.KPI+c.Labels.Key()], hidden[c.Labels.Key()] = true, true
		}
	}
	counts := map[string]bool{}
	for _, k := range table.KPIs {
		counts[k.Name] = k.Smallest > 0
	}
	for _, s := range table.Truth {
		if counts[s.KPI] {
			counted[s.Labels.Key()] = true
		}
	}
	table.Published = nil
	for _, s := range table.Truth {
		key := s.Labels.Key()
		if hidden[s.KPI+key] || !counts[s.KPI] && (hidden[key] || !counted[key]) {
			s = kpi.Sample{KPI: s.KPI, Labels: s.Labels, Withheld: true}
		}
		table.Published = append(table.Published, s)
	}
	return table
}

// fewest is the smallest number of cells whose withholding keeps what is to
// stay hidden, by trying all sets of them.
func fewest(t *testing.T, table attacktest.Table, cells []kpi.Sample, forced uint) int {
	t.Helper()
	for size := bits.OnesCount(forced); size <= len(cells); size++ {
		for set := range uint(1) << len(cells) {
			if bits.OnesCount(set) != size || set&forced != forced {
				continue
			}
			breaches, err := withheld(table, cells, set).Breaches()
			if err != nil {
				t.Fatal(err)
			}
			if len(breaches) == 0 {
				return size
			}
		}
	}
	t.Fatalf("no set of cells keeps what is to stay hidden\n%s", drawn(table))
	return 0
}

// What planwatch withholds is not much more than must be.
func TestWithheldCellsAreFew(t *testing.T) {
	const tables = 400
	var done, planwatch, optimum atomic.Int64
	shapes := []shape{
		{labels: 1, values: 9, names: []string{"whole"}},
		{labels: 2, values: 3, names: []string{"whole", "cost"}},
		{labels: 1, values: 4, names: []string{"whole", "part", "share"}},
		{labels: 1, values: 4, names: []string{"whole", "waits"}},
	}
	t.Run("tables", func(t *testing.T) {
		for chunk := range uint64(4) {
			t.Run(fmt.Sprint("chunk ", chunk), func(t *testing.T) {
				t.Parallel()
				for seed, tried := 10_000*(chunk+1), 0; tried < tables/4; seed++ {
					made := randomTable(seed, shapes[chunk])
					_, table := collected(t, made)
					cells, forced := candidates(table)
					if forced == 0 || len(cells) < 3 || len(cells) > 12 {
						continue
					}
					tried++
					hidden := 0
					for _, s := range table.Published {
						if s.Withheld && slices.ContainsFunc(cells, func(c kpi.Sample) bool { return c.KPI == s.KPI && c.Labels.Key() == s.Labels.Key() }) {
							hidden++
						}
					}
					best := fewest(t, table, cells, forced)
					if hidden > best+2 {
						t.Logf("seed %d: %d withheld where %d would do, min_count %d\n%s", seed, hidden, best, made.n, drawn(table))
					}
					done.Add(1)
					planwatch.Add(int64(hidden))
					optimum.Add(int64(best))
				}
			})
		}
	})
	if done.Load() < tables {
		t.Fatalf("%d tables, not %d", done.Load(), tables)
	}
	ratio := float64(planwatch.Load()) / float64(optimum.Load())
	t.Logf("of %d tables, planwatch withholds %d cells, where %d would do: %.3f times as many", done.Load(), planwatch.Load(), optimum.Load(), ratio)
	if ratio > mostWithheld {
		t.Errorf("%.3f cells are withheld for each that must be; at most %v may be", ratio, mostWithheld)
	}
}
