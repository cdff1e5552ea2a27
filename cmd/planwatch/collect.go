package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/asof"
	"planwatch/internal/format"
	"planwatch/internal/listing"
)

func newCollect(s *settings) *cobra.Command {
	var asOf, formatName string
	cmd := &cobra.Command{
		Use:   "collect [NAME...]",
		Short: "Run collectors once and print their samples",
		Long:  "Runs the named collectors once, or all of them, and prints their samples. --as-of asks\nfor the figures of a past moment; a date alone means the end of that day.",
		RunE: func(cmd *cobra.Command, names []string) error {
			chosen, err := format.Parse(formatName, listing.Formats()...)
			if err != nil {
				return err
			}
			region, err := s.load(nil)
			if err != nil {
				return err
			}
			result, _, err := collectAsOf(cmd, region, asOf, func(ctx context.Context, region *config.Region, moment time.Time) (asof.Result, error) {
				return asof.Collect(ctx, region, names, moment)
			})
			if err != nil {
				return err
			}
			if result.Withdrawn > 0 {
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: not shown, since older than max_age: %s\n", format.Count(result.Withdrawn, "figure"))
			}
			if err := listing.Write(output(cmd, chosen), chosen, result.KPIs, result.Samples, region.Languages.English()); err != nil {
				return err
			}
			if len(result.Failures) > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	asOfFlag(cmd, &asOf)
	formatFlag(cmd, &formatName, listing.Formats())
	return cmd
}
