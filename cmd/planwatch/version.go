package main

import (
	"fmt"

	"github.com/prometheus/common/version"
	"github.com/spf13/cobra"

	"planwatch/internal/warehouse"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what is built in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			engine := "without the embedded engine; reads MySQL and MariaDB only"
			if warehouse.Embedded {
				engine = "with the embedded engine"
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n  engine:           %s\n", version.Print("planwatch"), engine)
			return err
		},
	}
}
