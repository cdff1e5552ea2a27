package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/report"
)

// lastReport is the value of --since that means the latest of report_dates.
const lastReport = "last-report"

// then is the moment that the report of another one is compared with; zero without.
func (f *reportFlags) then(region *config.Region, at time.Time) (then time.Time, err error) {
	switch f.since {
	case "":
		return time.Time{}, nil
	case lastReport:
		then, err = region.LastReport(at)
	default:
		then, err = clock.ParseMoment(f.since, region.Location, region.NewClock().Now().Truncate(time.Second).In(region.Location))
	}
	switch {
	case err != nil:
		return time.Time{}, fmt.Errorf("--since: %w", err)
	case !then.Before(at):
		return time.Time{}, fmt.Errorf("--since: %s is not before the report's own moment, %s; name an earlier one", then.Format(time.RFC3339), at.Format(time.RFC3339))
	}
	return then, nil
}

// reportThen makes the report of an earlier moment, by the definitions of now. failed is
// set where runs have failed, which it prints.
func reportThen(cmd *cobra.Command, region *config.Region, then time.Time) (earlier *report.Report, failed bool, err error) {
	earlier, failures, err := report.AsOf(cmd.Context(), region, then)
	printFailures(cmd, "as of "+then.Format(time.RFC3339)+": ", failures)
	return earlier, len(failures) > 0, err
}
