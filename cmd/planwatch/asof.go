package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/clock"
)

func asOfFlag(cmd *cobra.Command, asOf *string) {
	cmd.Flags().StringVar(asOf, "as-of", "", "the `moment` that the figures are for (default: now, by planwatch's clock)")
}

// collectAsOf runs collectors once by collect, as of the moment in the flag, and
// prints what may not be meant, and the runs that failed.
func collectAsOf(cmd *cobra.Command, region *config.Region, asOf string, collect func(context.Context, *config.Region, time.Time) (asof.Result, error)) (asof.Result, time.Time, error) {
	printNotices(cmd, region.Loading())
	moment, err := momentOf(region, asOf)
	if err != nil {
		return asof.Result{}, moment, err
	}
	result, err := collect(cmd.Context(), region, moment)
	printFailures(cmd, "", result.Failures)
	return result, moment, err
}

// momentOf is the moment in the flag; without it, now by planwatch's clock.
func momentOf(region *config.Region, asOf string) (time.Time, error) {
	moment := region.NewClock().Now().Truncate(time.Second).In(region.Location)
	if asOf == "" {
		return moment, nil
	}
	moment, err := clock.ParseMoment(asOf, region.Location, moment)
	if err != nil {
		return moment, fmt.Errorf("--as-of: %w", err)
	}
	return moment, nil
}

// printFailures prints the runs that failed, and of which moment if it is not the
// report's own.
func printFailures(cmd *cobra.Command, of string, failures []error) {
	for _, failure := range failures {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s%v\n", of, failure)
	}
}
