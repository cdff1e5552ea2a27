package plan

import (
	"math"
	"time"

	"planwatch/internal/kpi"
)

// accruedShare is the share of the days from begins to ends that has passed, of those
// on which the KPI grows. Without any such day it is that of all days.
func accruedShare(k *kpi.KPI, now float64, begins, ends int) float64 {
	if k.AccruesOn == kpi.WorkingDays {
		if all := k.Calendar.Between(dayNumbered(begins), dayNumbered(ends-1)); all > 0 {
			return workingDays(k, begins, min(max(now, float64(begins)), float64(ends))) / float64(all)
		}
	}
	return elapsedShare(now, begins, ends)
}

// workingDays are those from begins until now, with the part of the last that has passed.
func workingDays(k *kpi.KPI, begins int, now float64) float64 {
	today := math.Floor(now)
	whole := k.Calendar.Between(dayNumbered(begins), dayNumbered(int(today)-1))
	part := k.Calendar.Between(dayNumbered(int(today)), dayNumbered(int(today)))
	return float64(whole) + float64(part)*(now-today)
}

// dayNumbered is the day of a Date's number, at midnight in UTC.
func dayNumbered(number int) time.Time { return time.Unix(int64(number)*24*60*60, 0).UTC() }

// accrued is how many days of the year, of those on which the KPI grows, there are
// through a moment's day; ok is false where there is none yet.
func accrued(k *kpi.KPI, at time.Time) (days float64, ok bool) {
	if k.AccruesOn == kpi.WorkingDays {
		n := k.Calendar.Between(time.Date(at.Year(), time.January, 1, 0, 0, 0, 0, time.UTC), at)
		return float64(n), n > 0
	}
	return float64(at.YearDay()), true
}

// likeTime is what a figure of a moment is multiplied by to be that of another day of
// its year or another, by the days on which the KPI grows; of a year that has none yet,
// by all days.
func likeTime(k *kpi.KPI, then, day time.Time) float64 {
	from, some := accrued(k, then)
	to, since := accrued(k, day)
	if !some || !since {
		return float64(day.YearDay()) / float64(then.YearDay())
	}
	return to / from
}
