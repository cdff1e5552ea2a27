package main

import (
	"io"

	"github.com/spf13/cobra"

	"planwatch/internal/format"
)

// formatFlag adds the flag --format. The first format is the default.
func formatFlag(cmd *cobra.Command, name *string, formats []format.Format) {
	cmd.Flags().StringVar(name, "format", string(formats[0]), format.List(formats...))
	values := make([]string, len(formats))
	for i, f := range formats {
		values[i] = string(f)
	}
	completeFlag(cmd, "format", values...)
}

// completeFlag has shells complete the values of a flag.
func completeFlag(cmd *cobra.Command, flag string, values ...string) {
	// An error is that there is no such flag, or that it has been done.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// output returns where a command prints in a format. run has made its output
// fit for a terminal; programs read every character as it is.
func output(cmd *cobra.Command, chosen format.Format) io.Writer {
	if shown, ok := cmd.OutOrStdout().(*format.Visible); ok && !chosen.OnTerminals() {
		return shown.Raw()
	}
	return cmd.OutOrStdout()
}
