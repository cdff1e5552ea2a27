package main

import (
	"fmt"

	"github.com/spf13/cobra"

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
			var owned []string
			files := []generated.File{kpisdoc.Generate(cfg)}
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
