package config

import (
	"fmt"
	"slices"
	"time"

	"planwatch/internal/yamlfile"
)

func (s Service) validateReportDates(f *yamlfile.Faults) {
	var before time.Time
	for i, text := range s.ReportDates {
		path := fmt.Sprintf(".report_dates[%d]", i)
		day, err := time.Parse(time.DateOnly, text)
		switch {
		case err != nil:
			f.Add(path, "report_dates: %q is not a day such as 2025-03-18", text)
			continue
		case day.Equal(before):
			f.Add(path, "report_dates: %s is given twice", text)
		case day.Before(before):
			f.Add(path, "report_dates: %s stands after %s; name the days in order", text, before.Format(time.DateOnly))
		}
		before = day
	}
}

// LastReport is the end of the latest of the report dates that was over at a moment.
func (r *Region) LastReport(at time.Time) (time.Time, error) {
	for _, text := range slices.Backward(r.ReportDates) {
		day, err := time.ParseInLocation(time.DateOnly, text, r.Location)
		if err != nil {
			return time.Time{}, err
		}
		if end := day.AddDate(0, 0, 1).Add(-time.Second); end.Before(at) {
			return end, nil
		}
	}
	return time.Time{}, fmt.Errorf("report_dates in %s has no day before %s; add the days on which reports were given, or name a moment such as %s",
		serviceFile, at.In(r.Location).Format(time.DateOnly), at.In(r.Location).AddDate(0, -1, 0).Format(time.DateOnly))
}
