package curve

import (
	"time"

	"planwatch/internal/language"
	"planwatch/internal/report"
)

// Words say where the figure was first, its lowest and highest, and where it is. One of
// the dots has a figure.
func Words(dots []Dot, now time.Time, row report.Row, l *language.Language) string {
	var first, low, high *Dot
	for i := range dots {
		d := &dots[i]
		if d.Figure == nil {
			continue
		}
		if first == nil {
			first, low, high = d, d, d
		}
		if *d.Figure < *low.Figure {
			low = d
		}
		if *d.Figure > *high.Figure {
			high = d
		}
	}
	date := func(d *Dot) string { return d.At.In(now.Location()).Format(time.DateOnly) }
	return l.Say("%s on %s; lowest %s on %s, highest %s on %s; now %s",
		row.Figure(l, first.Figure), date(first), row.Figure(l, low.Figure), date(low), row.Figure(l, high.Figure), date(high), row.Figure(l, row.Actual))
}
