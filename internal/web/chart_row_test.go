package web

import (
	"testing"
	"time"

	"planwatch/internal/course"
	"planwatch/internal/spc"
)

// What was added in a period stands at the period's end, not where it was read.
func TestPeriodsStandAtTheirEnds(t *testing.T) {
	read := time.Date(2025, 3, 1, 6, 0, 0, 0, time.UTC)
	end := time.Date(2025, 1, 31, 23, 59, 0, 0, time.UTC)
	unknown := read.AddDate(0, 1, 0)
	made := &course.Chart{Added: true, Chart: &spc.Chart{Points: []spc.Judged{{Point: spc.Point{Time: read, Value: 27.4}}, {Point: spc.Point{Time: unknown, Value: 1}}}}}
	got := atTheirEnds(made, []course.Point{{At: read.In(time.FixedZone("", 3600)), AsOf: end}, {At: unknown}})
	if !got.Points[0].Time.Equal(end) || got.Points[0].Value != 27.4 || !got.Points[1].Time.Equal(unknown) || !got.Added {
		t.Errorf("%+v", got.Points)
	}
	if !made.Points[0].Time.Equal(read) {
		t.Error("the course's own chart has changed")
	}
}
