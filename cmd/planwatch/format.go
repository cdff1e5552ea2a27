package main

import (
	"github.com/spf13/cobra"

	"planwatch/internal/format"
)

// formatFlag adds the flag --format. The first format is the default.
func formatFlag(cmd *cobra.Command, name *string, formats []format.Format) {
	cmd.Flags().StringVar(name, "format", string(formats[0]), format.List(formats...))
}
