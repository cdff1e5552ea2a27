package curve

import "time"

// spans are the spans of time of which no more than the lowest and the highest figure can
// be told apart.
const spans = 24

// thinned leaves out dots that nobody could tell apart. The first and the last stay, and
// the lowest and the highest of each span, and where there is a gap.
func thinned(dots []Dot, begins, ends time.Time) []Dot {
	span := ends.Sub(begins)/spans + 1
	var kept []Dot
	for first := 0; first < len(dots); {
		last, low, high := first, -1, -1
		for ; last < len(dots) && dots[last].At.Sub(begins)/span == dots[first].At.Sub(begins)/span; last++ {
			figure := dots[last].Figure
			switch {
			case figure == nil:
			case low < 0:
				low, high = last, last
			case *figure < *dots[low].Figure:
				low = last
			case *figure > *dots[high].Figure:
				high = last
			}
		}
		for i := first; i < last; i++ {
			gap := dots[i].Figure == nil && (i == 0 || dots[i-1].Figure != nil)
			if i == 0 || i == len(dots)-1 || i == low || i == high || gap || low < 0 && i == last-1 {
				kept = append(kept, dots[i])
			}
		}
		first = last
	}
	return kept
}
