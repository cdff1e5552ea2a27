package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/alerts/oncall"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/dashboards/layout"
	"planwatch/internal/genfiles"
	"planwatch/internal/kpisdoc"
)

//go:generate go run . generate ../..

func newGenerate(s *settings) *cobra.Command {
	var checkOnly bool
	cmd := &cobra.Command{
		Use:   "generate [DIR]",
		Short: "Write what is generated from the definitions",
		Long: "Writes the files that follow from the definitions, the plan and the on-call settings to DIR,\n" +
			"by default the working directory. With --check it writes nothing, lists each file that is not\n" +
			"what it should be, and exits with 1 if there is one.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := "."
			if len(args) > 0 {
				root = args[0]
			}
			region, err := s.load(nil)
			if err != nil {
				return err
			}
			note := func(text string) { _, _ = fmt.Fprintf(cmd.ErrOrStderr(), "planwatch: %s\n", text) }
			files, owned, err := generate(region, note)
			if err != nil {
				return err
			}
			if !checkOnly {
				return genfiles.Write(root, files, owned...)
			}
			drifts, err := genfiles.Check(root, files, owned...)
			if err != nil {
				return err
			}
			for _, drift := range drifts {
				_, _ = fmt.Fprintln(cmd.ErrOrStderr(), drift)
			}
			if len(drifts) > 0 {
				return errFoundWrong
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&checkOnly, "check", false, "only list what is out of date")
	return cmd
}

// generate makes every file that is generated from the region, and returns the
// directories that hold only such files. It calls note for
// what is not generated because a file is missing.
func generate(region *config.Region, note func(string)) (files []genfiles.File, owned []string, err error) {
	files = append(files, kpisdoc.Generate(region))
	if region.Dashboards == nil {
		note("no " + layout.File + ": no dashboards are generated")
	} else {
		boards, err := dashboards.Generate(region)
		if err != nil {
			return nil, nil, err
		}
		files, owned = append(files, boards...), append(owned, dashboards.Owned(region)...)
	}
	if region.OnCall == nil {
		note("no " + oncall.File + ": no alerts are generated")
		return files, owned, nil
	}
	if err := region.OnCall.CheckWritten(); err != nil {
		return nil, nil, err
	}
	made, err := alerts.Generate(region)
	if err != nil {
		return nil, nil, err
	}
	if err := evaluator.Check(evaluator.RuleFiles(made)); err != nil {
		return nil, nil, err
	}
	return append(files, made...), append(owned, alerts.Owned(region)...), nil
}
