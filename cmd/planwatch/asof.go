package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/clock"
	"planwatch/internal/replay"
)

func asOfFlag(cmd *cobra.Command, asOf *string) {
	cmd.Flags().StringVar(asOf, "as-of", "", "the `moment` that the figures are for (default: now, by planwatch's clock)")
}

// collectAsOf runs collectors once, as of the moment that the flag says, and
// prints the runs that failed.
func collectAsOf(cmd *cobra.Command, cfg *config.Config, names []string, asOf string) (replay.Result, time.Time, error) {
	moment := cfg.NewClock().Now().In(cfg.Location)
	if asOf != "" {
		var err error
		if moment, err = clock.ParseMoment(asOf, cfg.Location, moment); err != nil {
			return replay.Result{}, moment, fmt.Errorf("--as-of: %w", err)
		}
	}
	result, err := replay.Collect(cmd.Context(), cfg, names, moment)
	for _, failure := range result.Failures {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %v\n", failure)
	}
	return result, moment, err
}
