package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/internal/check"
	"planwatch/internal/format"
)

func newCheck(s *settings) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and every query against its source",
		Long: "Loads the configuration, prepares every query against its source, and checks names, help\n" +
			"texts, bounds and what is generated. Warns of what works but should be changed, as rights of\n" +
			"a source's user beyond SELECT. Recomputes the sums that the plan's tables state, and\n" +
			"lists each that differs. Exits with 1 if anything is wrong; a difference within the plan is\n" +
			"wrong only with --strict.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			region, err := s.load(nil)
			if err != nil {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), err)
				return errFoundWrong
			}
			printNotices(cmd, region.Notices())
			found := check.Run(cmd.Context(), region)
			for _, warning := range found.Warnings {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), "warning:", warning)
			}
			for _, fault := range found.Faults {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), fault)
			}
			if len(found.Faults) > 0 {
				return errFoundWrong
			}
			reconciliation, err := check.Reconcile(region)
			if err != nil {
				return err
			}
			if err := reconciliation.Write(cmd.OutOrStdout(), region.Languages.English()); err != nil {
				return err
			}
			if strict && len(reconciliation.Differences) > 0 {
				return errFoundWrong
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s, %s: nothing wrong\n", region.Title,
				format.Count(len(region.Sources), "source"), format.Count(len(region.Collectors), "collector"), format.Count(len(region.KPIs.Entries()), "kpi"))
			return err
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "differences within the plan are wrong too")
	return cmd
}
