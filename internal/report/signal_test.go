package report_test

import (
	"testing"

	"planwatch/internal/course"
	"planwatch/internal/regiontest"
	"planwatch/internal/report"
	"planwatch/internal/spc"
)

// Where nothing is told of the newest period, the words say whether the past is short or
// of long ago.
func TestNoSignal(t *testing.T) {
	sv := regiontest.Languages(t).All()[0]
	points := []course.Point{{}}
	for name, c := range map[string]struct {
		course course.Course
		want   string
	}{
		"no past":     {course.Course{}, ""},
		"a short one": {course.Course{Points: points, Chart: &course.Chart{Chart: &spc.Chart{}}}, "för kort historik"},
		"an old one":  {course.Course{Points: points}, "för få aktuella perioder"},
	} {
		t.Run(name, func(t *testing.T) {
			row := report.Row{Course: c.course}
			if got := row.SignalWords(sv); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if symbol := row.SignalSymbol(); symbol != "" {
				t.Errorf("the symbol %q", symbol)
			}
		})
	}
}
