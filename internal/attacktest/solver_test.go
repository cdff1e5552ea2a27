package attacktest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// solutions are all whole solutions of the equations, the first of which has
// a factor above zero for every figure.
func solutions(low []int64, equations []equation) [][]int64 {
	var all [][]int64
	solution := make([]int64, len(low))
	var fill func(i int, left int64)
	fill = func(i int, left int64) {
		if i == len(low) {
			for _, e := range equations {
				sum := -e.sum
				for _, term := range e.terms {
					sum += term.factor * solution[term.figure]
				}
				if sum != 0 {
					return
				}
			}
			all = append(all, slices.Clone(solution))
			return
		}
		factor := equations[0].terms[i].factor
		for v := low[i]; v*factor <= left; v++ {
			solution[i] = v
			fill(i+1, left-v*factor)
		}
	}
	fill(0, equations[0].sum)
	return all
}

// The solver says of small systems what going through all whole numbers says:
// fractions included, which tables give seldom.
func TestSolverAgainstAllSolutions(t *testing.T) {
	decided, fractions := map[bool]int{}, 0
	for seed := range uint64(600) {
		random := rand.New(rand.NewPCG(seed, 1))
		n := 2 + random.IntN(4)
		low, truth := make([]int64, n), make([]int64, n)
		var all []term
		var total int64
		for i := range n {
			low[i] = int64(random.IntN(2))
			truth[i] = low[i] + int64(random.IntN(4))
			all = append(all, term{i, 1 + int64(random.IntN(2))})
			total += all[i].factor * truth[i]
		}
		// One equation bounds all figures, so that they can be gone through.
		equations := []equation{{all, total}}
		for range random.IntN(3) {
			var e equation
			for i := range n {
				if factor := int64(random.IntN(5) - 2); factor != 0 {
					e.terms = append(e.terms, term{i, factor})
					e.sum += factor * truth[i]
				}
			}
			equations = append(equations, e)
		}
		s, err := newSolver(low, equations)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		every := solutions(low, equations)
		if !s.root.whole() {
			fractions++
		}
		for first := range n {
			for second := first; second < n; second++ {
				figures := []int{first}
				if second > first {
					figures = append(figures, second)
				}
				for _, sign := range []int64{1, -1} {
					best, found := int64(0), false
					for _, solution := range every {
						var sum int64
						for _, f := range figures {
							sum += solution[f]
						}
						if !found || sign*sum > best {
							best, found = sign*sum, true
						}
					}
					for limit := best - 1; limit <= best+2; limit++ {
						got, err := s.reaches(figures, sign, limit)
						if err != nil {
							t.Fatalf("seed %d: %v", seed, err)
						}
						if got != (limit <= best) {
							t.Fatalf("seed %d: %v times the sum of %v of %d or more: %v, though the best is %d\nlow %v, %v", seed, sign, figures, limit, got, best, low, equations)
						}
						decided[got]++
					}
				}
			}
		}
	}
	if decided[true] < 1000 || decided[false] < 1000 || fractions < 10 {
		t.Errorf("%v, and %d systems of fractions: too few to tell", decided, fractions)
	}
}

// Where nothing bounds a figure it reaches whatever is asked.
func TestSolverWithoutBound(t *testing.T) {
	// x = y + 2z, y >= 1
	s, err := newSolver([]int64{0, 1, 0}, []equation{{[]term{{0, 1}, {1, -1}, {2, -2}}, 0}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		figure      int
		sign, limit int64
		want        bool
	}{{0, 1, 1000, true}, {0, -1, -1, true}, {0, -1, 0, false}, {1, -1, 0, false}, {2, 1, 1000, true}, {2, -1, 0, true}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			if got, err := s.reaches([]int{tt.figure}, tt.sign, tt.limit); err != nil || got != tt.want {
				t.Error(got, err)
			}
		})
	}
}

// What cannot be decided fails, and does not pass.
func TestSolverGivesUpLoudly(t *testing.T) {
	if _, err := newSolver([]int64{0, 0}, []equation{{[]term{{0, 1}, {1, 1}}, 1 << 40}}); err == nil {
		t.Error("numbers that do not fit give no error")
	}
	// 2x - 2y is odd nowhere, and no bound ends the search: 3(x - y) = w, w at
	// least 1 and at most 2, where the truth is w = 3.
	s, err := newSolver([]int64{0, 0, 0, 0}, []equation{{[]term{{0, 3}, {1, -3}, {2, -1}}, 0}})
	if err != nil {
		t.Fatal(err)
	}
	branch := s.root.clone()
	for _, b := range []struct{ sign, limit int64 }{{1, 2}, {-1, -1}} {
		if ok, err := branch.bound([]int{2}, b.sign, b.limit); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	nodes := 0
	if found, err := s.search(branch, 0, &nodes); found || err == nil {
		t.Errorf("found %v, error %v, after %d nodes", found, err, nodes)
	}
}
