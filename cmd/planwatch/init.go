package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"planwatch/config"
)

func newInit() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write an editable copy of the built-in region",
		Long:  "Writes the region that is compiled in to DIR, for editing. DIR must be new or empty.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := config.WriteBuiltin(args[0]); err != nil {
				return err
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "wrote %s\nrun it:   planwatch serve --config %s\ncheck it: planwatch check --config %s\n", args[0], args[0], args[0])
			return err
		},
	}
}
