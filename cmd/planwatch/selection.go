package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"planwatch/config"
	"planwatch/internal/report"
)

// configFlag names the region's directory.
const configFlag = "config"

// dimensionsIn are the dimensions of the region that a command's arguments name. Each
// of them is a flag of the report, and flags are known before a region is loaded. What is
// wrong with the region is told when it is.
func dimensionsIn(args []string) []string {
	if !slices.Contains(args, reportName) {
		return nil
	}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.SetOutput(io.Discard)
	flags.BoolP("help", "h", false, "")
	dir := flags.String(configFlag, "", "")
	if err := flags.Parse(args); err != nil {
		return nil
	}
	return config.DimensionNames(*dir)
}

// selectionFlags adds the flags that choose among the report's rows. A dimension that is
// called as another flag has none.
func selectionFlags(cmd *cobra.Command, dimensions []string) *report.Choice {
	var c report.Choice
	cmd.Flags().StringSliceVar(&c.Owners, "owner", nil, "only targets of the `owner`, by its id in oncall.yaml; this and the flags like it take several, by commas or repeated")
	cmd.Flags().StringSliceVar(&c.Areas, "area", nil, "only key figures of the `area`, by the id of its dashboard in dashboards.yaml")
	cmd.Flags().StringSliceVar(&c.Statuses, "status", nil, "only rows with the `status`: "+strings.Join(report.StatusWords(), ", "))
	values := map[string]*[]string{}
	for _, label := range dimensions {
		if cmd.Flags().Lookup(label) == nil && label != configFlag && label != "help" && label != "" {
			values[label] = cmd.Flags().StringSlice(label, nil, "only rows with the `value` of the dimension "+label+", as it stands in the report")
		}
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		c.Labels = map[string][]string{}
		for label, chosen := range values {
			if cmd.Flags().Changed(label) {
				c.Labels[label] = *chosen
			}
		}
		return notEmpty(cmd, append(slices.Sorted(maps.Keys(values)), "owner", "area", "status", "since", "output"))
	}
	return &c
}

// notEmpty refuses flags that are given without a value, as by a variable of the shell that
// is not set: the whole report would pass for a part of it.
func notEmpty(cmd *cobra.Command, names []string) error {
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Changed && (flag.Value.String() == "" || flag.Value.String() == "[]") {
			return fmt.Errorf("--%s: empty; give a value, or leave the flag out", name)
		}
	}
	return nil
}

// flagFault is an error that begins with a flag's name.
func flagFault(err error) error { return fmt.Errorf("--%w", err) }
