package main

import (
	"io"

	"github.com/spf13/cobra"

	"planwatch/internal/format"
)

// formatFlag adds the flag --format. The first format is the default.
func formatFlag(cmd *cobra.Command, name *string, formats []format.Format) {
	cmd.Flags().StringVar(name, "format", string(formats[0]), format.List(formats...))
}

// output returns where a command prints in a format. run has made its output
// fit for a terminal; programs read every character as it is.
func output(cmd *cobra.Command, chosen format.Format) io.Writer {
	if shown, ok := cmd.OutOrStdout().(*format.Visible); ok && !chosen.OnTerminals() {
		return shown.Raw()
	}
	return cmd.OutOrStdout()
}
