package main

import (
	"fmt"
	"io"

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
			_, err := io.WriteString(cmd.OutOrStdout(), versionText())
			return err
		},
	}
}

// versionText is what the command and the flag print.
func versionText() string {
	engine := "without the embedded engine; reads MySQL and MariaDB only"
	if warehouse.Embedded {
		engine = "with the embedded engine"
	}
	return fmt.Sprintf("%s\n  engine:           %s\n", version.Print("planwatch"), engine)
}
