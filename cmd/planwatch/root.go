package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/config"
	"planwatch/internal/hangup"
)

// settings are the flags of all commands.
type settings struct {
	// dir is the region's directory, or "" for the built-in region.
	dir string
}

// newRoot is the command that the arguments are then given to.
func newRoot(args []string) *cobra.Command {
	var s settings
	root := &cobra.Command{
		Use:           "planwatch",
		Short:         "A health region's plan, held against its figures",
		Long:          "planwatch reads a health region's warehouse on a schedule, computes its key figures,\nand exposes them to Prometheus. Without --config it runs the region that is compiled\nin, on a sample warehouse.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if cmd.Name() != serveName {
			hangup.Release()
		}
	}
	root.PersistentFlags().StringVar(&s.dir, configFlag, "", "the region's `directory` (default: the one compiled in)")
	root.AddCommand(newServe(&s), newCollect(&s), newAlerts(&s), newComments(&s), newAudit(&s), newReport(&s, dimensionsIn(args)), newActivities(&s), newRisks(&s), newBackfill(&s), newCheck(&s), newGenerate(&s), newInit(), newVersion(), newMan())
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

// load reads the region that the flags name.
func (s *settings) load(overrides config.Overrides) (*config.Region, error) {
	return config.Load(s.dir, overrides)
}

// printNotices prints what is valid and may not be meant.
func printNotices(cmd *cobra.Command, notices []string) {
	for _, notice := range notices {
		_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s\n", notice)
	}
}
