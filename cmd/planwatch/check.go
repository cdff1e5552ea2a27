package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/check"
	"planwatch/internal/format"
)

func newCheck(s *settings) *cobra.Command {
	var strict bool
	var lang, formatName string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and every query against its source",
		Long: "Loads the configuration, prepares every query against its source, and checks names, help\n" +
			"texts, bounds and what is generated. Warns of what works but should be changed, as rights of\n" +
			"a source's user beyond SELECT. Holds what the plan states against its own tables, registers\n" +
			"and the documents beside it, and lists what differs by its cause, the largest first. Holds the\n" +
			"frames and budgets that are to be exactly the plan's against the warehouse. The last line\n" +
			"counts all. Of several regions, also tells which KPIs of one name they define otherwise. Exits\n" +
			"with 1 if the configuration has faults; a difference is wrong only with\n" +
			"--strict.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := format.Parse(formatName, check.Formats()...)
			if err != nil {
				return err
			}
			regions, err := s.loadAll(nil)
			if err != nil {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), err)
			}
			wrong := err != nil
			for _, region := range regions {
				if region.Beside {
					_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: region %s:\n", region.Name)
				}
				found, err := checkRegion(cmd, region, chosen, lang, strict)
				if err != nil {
					return err
				}
				wrong = wrong || found
			}
			differing := check.Disagreements(regions)
			for _, difference := range differing {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", difference)
			}
			if wrong || strict && len(differing) > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "differences within the plan, and between it and the warehouse, are wrong too")
	cmd.Flags().StringVar(&lang, "lang", "", "the `language` of the differences, one of the region's, such as en (default: its first)")
	formatFlag(cmd, &formatName, check.Formats())
	return cmd
}

// checkRegion prints what is to be said of the region, and whether something is wrong.
func checkRegion(cmd *cobra.Command, region *config.Region, chosen format.Format, lang string, strict bool) (wrong bool, err error) {
	l := region.Languages.First()
	if lang != "" {
		if l, err = region.Languages.Get(lang); err != nil {
			return false, fmt.Errorf("lang: %w", err)
		}
	}
	printNotices(cmd, region.Notices())
	found := check.Run(cmd.Context(), region)
	for _, warning := range found.Warnings {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
	}
	for _, fault := range found.Faults {
		_, _ = fmt.Fprintln(cmd.ErrOrStderr(), fault)
	}
	report, err := check.NewReport(region, len(found.Faults))
	if err != nil {
		return false, err
	}
	if len(found.Faults) == 0 {
		now := region.NewClock().Now().In(region.Location)
		if err := report.HoldAgainstWarehouse(cmd.Context(), region, now); err != nil {
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", err)
		}
	}
	if err := report.Write(output(cmd, chosen), chosen, l); err != nil {
		return false, err
	}
	return len(found.Faults) > 0 || strict && report.Differences()+report.Deviations() > 0, nil
}
