package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/internal/check"
)

func newCheck(s *settings) *cobra.Command {
	var strict bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and every query against its source",
		Long: "Loads the configuration, prepares every query against its source, and holds names,\n" +
			"help texts and bounds against their rules. Recomputes what the plan's tables state, and\n" +
			"lists each figure that is not what its parts make. Exits with 1 if anything is wrong;\n" +
			"a difference within the plan is wrong only with --strict.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := s.load(nil)
			if err != nil {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), err)
				return errFoundWrong
			}
			faults := check.Run(cmd.Context(), cfg)
			for _, fault := range faults {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), fault)
			}
			if len(faults) > 0 {
				return errFoundWrong
			}
			reconciliation, err := check.Reconcile(cfg)
			if err != nil {
				return err
			}
			if err := reconciliation.Write(cmd.OutOrStdout()); err != nil {
				return err
			}
			if strict && len(reconciliation.Differences) > 0 {
				return errFoundWrong
			}
			kpis := 0
			for _, definition := range cfg.Collectors {
				kpis += len(definition.KPIs)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d sources, %d collectors, %d kpis: nothing wrong\n", cfg.Region, len(cfg.Sources), len(cfg.Collectors), kpis)
			return err
		},
	}
	cmd.Flags().BoolVar(&strict, "strict", false, "differences within the plan are wrong too")
	return cmd
}
