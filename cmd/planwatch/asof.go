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
	moment := region.NewClock().Now().Truncate(time.Second).In(region.Location)
	if asOf != "" {
		var err error
		if moment, err = clock.ParseMoment(asOf, region.Location, moment); err != nil {
			return asof.Result{}, moment, fmt.Errorf("--as-of: %w", err)
		}
	}
	result, err := collect(cmd.Context(), region, moment)
	for _, failure := range result.Failures {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %v\n", failure)
	}
	return result, moment, err
}
