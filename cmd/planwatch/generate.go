package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/alerts"
	"planwatch/alerts/evaluator"
	"planwatch/config"
	"planwatch/dashboards"
	"planwatch/internal/generated"
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
			cfg, err := s.load(nil)
			if err != nil {
				return err
			}
			files, owned, err := generate(cfg)
			if err != nil {
				return err
			}
			if !checkOnly {
				return generated.Write(root, files, owned...)
			}
			drifts, err := generated.Check(root, files, owned...)
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
	cmd.Flags().BoolVar(&checkOnly, "check", false, "only tell what is out of date")
	return cmd
}

// generate makes every file that follows from the configuration, and names
// the directories that hold nothing else.
func generate(cfg *config.Config) (files []generated.File, owned []string, err error) {
	files = append(files, kpisdoc.Generate(cfg))
	boards, err := dashboards.Generate(cfg)
	if err != nil {
		return nil, nil, err
	}
	files, owned = append(files, boards...), append(owned, dashboards.Directory(cfg)+"/sv", dashboards.Directory(cfg)+"/en")
	if cfg.OnCall == nil {
		return files, owned, nil
	}
	uids, err := dashboards.UIDs(cfg)
	if err != nil {
		return nil, nil, err
	}
	rules, err := alerts.Generate(cfg.AlertRegion(uids))
	if err != nil {
		return nil, nil, err
	}
	if err := evaluator.Check(evaluator.RuleFiles(rules)); err != nil {
		return nil, nil, err
	}
	return append(files, rules...), append(owned, alerts.Owned(cfg.Name())...), nil
}
