package main

import (
	"fmt"

	"github.com/spf13/cobra"

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
			"and the documents beside it, and lists what differs by its cause, the largest first. The last\n" +
			"line counts both. Exits with 1 if the configuration has faults; a difference within the plan\n" +
			"is wrong only with --strict.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			chosen, err := format.Parse(formatName, check.Formats()...)
			if err != nil {
				return err
			}
			region, err := s.load(nil)
			if err != nil {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), err)
				return errFoundWrong
			}
			l := region.Languages.First()
			if lang != "" {
				if l, err = region.Languages.Get(lang); err != nil {
					return fmt.Errorf("lang: %w", err)
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
				return err
			}
			if err := report.Write(output(cmd, chosen), chosen, l); err != nil {
				return err
			}
			if len(found.Faults) > 0 || strict && report.Differences() > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "differences within the plan are wrong too")
	cmd.Flags().StringVar(&lang, "lang", "", "the `language` of the differences, one of the region's, such as en (default: its first)")
	formatFlag(cmd, &formatName, check.Formats())
	return cmd
}
