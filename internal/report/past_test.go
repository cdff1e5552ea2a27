package report_test

import (
	"log/slog"
	"testing"
	"time"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/builtintest"
	"planwatch/internal/course"
	"planwatch/internal/history"
	"planwatch/internal/kpi"
	"planwatch/internal/report"
	"planwatch/internal/status"
	"planwatch/plan"
)

// TestPastDay asks for the report of a day before the plan began: each target whose
// period it was has a status, each figure with a past a signal, and each that was
// there a month or a year before the change since.
func TestPastDay(t *testing.T) {
	t.Setenv("PLANWATCH_CLOCK", "2025-03-18T08:00:00+01:00")
	region, err := config.Load(builtintest.OverMariaDB(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 11, 15, 23, 59, 59, 0, region.Location)
	result, err := asof.Compare(t.Context(), region, at)
	if err != nil || len(result.Failures) > 0 {
		t.Fatal(err, result.Failures)
	}
	sources, err := region.OpenSources(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sources.Close() }()
	book, err := course.New(t.Context(), region, history.NewReplay(region, sources, nil, nil), at, false)
	if err != nil {
		t.Fatal(err)
	}
	assessed := plan.Assess(region.Plan.Targets, region.KPIs, result.Samples, result.Past, at, region.Location)
	r := report.New(region, plan.Assessments{At: at, Targets: book.Foresee(assessed, region.Location)}, result.Samples, book)
	signals, changes := map[course.Signal]int{}, 0
	for _, row := range r.Rows {
		name := row.KPI.Name + " " + row.Labels.String()
		if row.Target != nil && row.Reason != plan.NotBegun && row.Reason != plan.Expired && row.Status == status.Unknown {
			t.Errorf("%s: no status: %s", name, row.Reason)
		}
		if signal := row.Signal(); len(row.Course.Points) > 0 {
			signals[signal]++
		} else if signal != "" {
			t.Errorf("%s: %s without a past", name, signal)
		}
		for _, then := range []struct {
			point *course.Point
			since *float64
		}{{row.Course.MonthEarlier, row.SinceMonth}, {row.Course.YearEarlier, row.SinceYear}} {
			known := then.point != nil && then.point.Value != nil && row.Actual != nil
			switch {
			case known && then.since == nil && accumulates(region, row.KPI): // of other spans
			case known != (then.since != nil):
				t.Errorf("%s: changed by %v since %+v", name, then.since, then.point)
			case known:
				changes++
				if got := plan.Change(*row.Actual, *then.point.Value); got != *then.since {
					t.Errorf("%s: changed by %v, not %v", name, got, *then.since)
				}
			}
		}
	}
	for _, signal := range []course.Signal{course.TooShort, course.Usual, course.UnusuallyHigh, course.UnusuallyLow} {
		if signals[signal] == 0 {
			t.Errorf("no figure is %s: %v", signal, signals)
		}
	}
	if signals[""] > 0 || changes < 250 {
		t.Errorf("%v, and %d changes", signals, changes)
	}
}

// accumulates reports whether the KPI, or a part of the ratio, adds up over a span.
func accumulates(region *config.Region, entry kpi.Entry) bool {
	if entry.Ratio == nil {
		return entry.Span() != ""
	}
	of, _ := region.KPIs.Get(entry.Ratio.Of)
	to, _ := region.KPIs.Get(entry.Ratio.To)
	return of.Span() != "" || to.Span() != ""
}
